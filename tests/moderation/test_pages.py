"""The pages of the desk, without scripts: what is shown, what a click does, how many statements it takes."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from forum.circles import shifts
from forum.circles.models import Circle, PublishedPost
from forum.moderation import notes
from forum.moderation.actions import Moderator
from forum.moderation.models import StagedEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.moderation import desk
from tests.people import Person

GOODBYE = "I have said goodbye to everyone and tonight I will end my life."
WORDS = "I have read it twice; please take out the name."


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrf_token"}


def take(mo: Person, **wanted: str) -> tuple[str, dict[str, str], str]:
    answer = mo.browser.post("/moderation/next", data=wanted)
    page = mo.browser.get(answer.location).text
    bound = {name: value for name, value in fields(page).items() if name in ("version", "revision_hash")}
    return answer.location, bound, page


@pytest.mark.parametrize(
    "path",
    [
        *("", "/queue", "/alike", "/ten", "/shifts", "/settings", "/numbers", "/log", "/alone", "/policy"),
        "/second-look",
        *(
            "/policy/watch",
            "/policy/threshold.insult",
            "/policy/due.care.D",
            "/policy/joining",
            "/policy/rules",
        ),
        "/policy/template.return-details",
    ],
)
@pytest.mark.parametrize("filled", [False, True])
def test_each_page_empty_and_with_work(app: Flask, path: str, filled: bool) -> None:
    lead = Person(app, "lead")
    if filled:
        ana, circle = desk.Author(), desk.a_circle()
        ana.opens(circle, "w" * 60, "t" * 60)
        ana.opens(circle, GOODBYE)
        desk.publish(desk.Author().opens(circle, "word " * 1500))
        with writing():
            shifts.start_now(lead.staff_id, now())
            notes.leave("handover", lead.staff_id, "Two quiet hours.", day_of(now()))
    answer = lead.browser.get(f"/moderation{path}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


def test_policy_that_does_not_exist_is_not_there(app: Flask) -> None:
    lead = Person(app, "lead")
    assert lead.browser.get("/moderation/policy/threshold.kindness").status_code == 404
    assert Person(app, "moderator").browser.get("/moderation/policy").status_code == 404


def test_a_stale_click_shows_what_changed(app: Flask) -> None:
    ana, mo = desk.Author(), Person(app, "moderator")
    post_id = ana.opens(desk.a_circle(), "It was the clinic in Exeter that <b>broke</b> me.")
    desk.screen_all()
    path, bound, _page = take(mo)
    ana.edits(post_id, "It was the clinic that <b>broke</b> me.")
    answer = mo.browser.post(f"{path}/publish", data=bound)
    assert answer.status_code == 409
    assert "<mark>in Exeter</mark>" in answer.text
    assert "&lt;b&gt;broke&lt;/b&gt;" in answer.text
    assert desk.text_of(post_id).state == "waiting"


def test_a_second_click_says_that_it_was_decided(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    assert mo.browser.post(f"{path}/publish", data=bound).status_code == 303
    again = mo.browser.post(f"{path}/publish", data=bound)
    assert again.status_code == 409
    assert "It was published meanwhile." in again.text
    assert desk.text_of(post_id).state == "published"


def reported(app: Flask) -> tuple[str, Person]:
    post_id = desk.Author().opens(desk.a_circle(), "At the Riverside clinic they broke me.")
    desk.publish(post_id)
    return post_id, Person(app)


def test_a_member_reports_once_by_the_page(app: Flask) -> None:
    post_id, ben = reported(app)
    path = f"/posts/{post_id}/report"
    assert "Riverside" in ben.browser.get(path).text
    empty = ben.browser.post(path, data={"note": "Words that stay."})
    assert empty.status_code == 422
    assert "Words that stay." in empty.text
    sent = {"reason": "who-somebody-is", "note": "It names a clinic."}
    assert ben.browser.post(path, data=sent).status_code == 303
    assert ben.browser.post(path, data=sent).status_code == 303
    assert "reported this before" in ben.browser.get("/").text
    mo = Person(app, "moderator")
    card_path, bound, page = take(mo)
    assert "It names a clinic." in page
    assert "It says who somebody is" in page
    assert mo.browser.post(f"{card_path}/leave", data=bound).status_code == 303
    assert not desk.review_of(post_id, "report").open


def test_a_visitor_reports_with_a_ticket_that_counts_once(app: Flask, clock) -> None:
    post_id, _ben = reported(app)
    client = app.test_client()
    path = f"/posts/{post_id}/report"
    page = client.get(path).text
    ticket = fields(page)["ticket"]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    sent = {"reason": "about-me", "note": "This is about me.", "ticket": ticket, "csrf_token": token}
    assert client.post(path, data={**sent, "ticket": "forged"}).status_code == 422
    assert client.post(path, data=sent).status_code == 303
    again = client.post(path, data=sent)
    assert again.status_code == 422
    assert "This is about me." in again.text
    _path, _bound, card = take(Person(app, "moderator"))
    assert "by a visitor" in card


def test_a_report_needs_a_text_that_the_reporter_can_read(app: Flask, client) -> None:
    with writing():
        closed = factories.published_thread(factories.circle(audience="members"))
    post_id = db.session.scalar(db.select(PublishedPost.post_id).where(PublishedPost.thread_id == closed.id))
    waiting = desk.Author().opens(desk.a_circle())
    assert client.get(f"/posts/{post_id}/report").status_code == 404
    assert client.get(f"/posts/{waiting}/report").status_code == 404
    assert Person(app).browser.get(f"/posts/{post_id}/report").status_code == 200


def test_staff_hide_at_once_from_the_page_of_the_text(app: Flask, client) -> None:
    post_id, ben = reported(app)
    mo = Person(app, "moderator")
    thread = f"/t/{desk.review_of(post_id).thread_id}"
    assert f"/posts/{post_id}/hide" not in ben.browser.get(thread).text
    assert f"/posts/{post_id}/hide" in mo.browser.get(thread).text
    page = mo.browser.get(f"/posts/{post_id}/hide").text
    sent = {"revision_hash": fields(page)["revision_hash"], "reason": "hide-details"}
    assert mo.browser.post(f"/posts/{post_id}/hide", data=sent).status_code == 422
    answer = mo.browser.post(f"/posts/{post_id}/hide", data={**sent, "note": WORDS})
    assert answer.status_code == 303
    assert desk.text_of(post_id).state == "hidden"
    assert ben.browser.post(f"/posts/{post_id}/hide", data=sent).status_code == 404


def test_ten_short_ones_are_each_decided_for_themselves(app: Flask) -> None:
    circle = desk.a_circle()
    posts = [desk.Author().opens(circle, f"A small good thing, number {n}.", f"Title {n}") for n in range(12)]
    heavy = desk.Author().opens(circle, GOODBYE)
    long = desk.Author().opens(circle, "word " * 300)
    desk.screen_all()
    mo = Person(app, "moderator")
    assert mo.browser.post("/moderation/ten").location == "/moderation/ten"
    page = mo.browser.get("/moderation/ten").text
    ids = re.findall(r'name="review" value="([^"]+)"', page)
    assert len(ids) == 10
    assert desk.review_of(heavy).id not in ids
    assert desk.review_of(long).id not in ids
    bound = dict(re.findall(r'name="(bound-[^"]+)" value="([^"]+)"', page))
    of_review = {desk.review_of(post_id).id: post_id for post_id in posts}
    changed, back, later = ids[:3]
    with writing() as session:
        session.execute(db.text("UPDATE review SET version = version + 1 WHERE id = :id"), {"id": changed})
    sent = {**bound, "review": ids, f"act-{changed}": "publish", f"act-{back}": "back", f"act-{later}": ""}
    sent |= {f"act-{review_id}": "publish" for review_id in ids[3:]}
    answer = mo.browser.post("/moderation/ten/decide", data=sent)
    assert answer.status_code == 303
    states = {review_id: desk.text_of(of_review[review_id]).state for review_id in ids}
    assert [states[review_id] for review_id in ids] == ["waiting"] * 3 + ["published"] * 7
    said = mo.browser.get("/moderation/ten").text
    assert "7 texts are published." in said
    assert "1 text had changed meanwhile" in said
    assert desk.review_of(of_review[back]).claimed_until is None


def test_a_strike_is_told_seen_and_appealed_by_its_owner_alone(app: Flask) -> None:
    ana, mo, lead = Person(app), Person(app, "moderator"), Person(app, "lead")
    author = desk.Author()
    author.key = ana.key
    author.opens(desk.a_circle(), "You are all fools here.")
    desk.screen_all()
    path, _bound, page = take(mo)
    assert f"{path}/sanction" in page
    assert mo.browser.get(f"{path}/sanction").status_code == 200
    assert mo.browser.post(f"{path}/strike", data={"reason": "", "note": WORDS}).status_code == 422
    sent = {"reason": "decline-hostile", "note": "This would hurt whoever reads it."}
    assert mo.browser.post(f"{path}/suspend", data=sent).status_code == 422
    assert mo.browser.post(f"{path}/suspend", data={**sent, "days": "7"}).status_code == 303
    assert 'href="/account/notes"' in ana.browser.get("/notices").text
    own = ana.browser.get("/account/notes").text
    assert "writing is paused until" in own
    assert "This would hurt whoever reads it." in own
    appeal = re.search(r'action="(/account/notes/[^"]+/appeal)"', own).group(1)
    assert Person(app).browser.post(appeal, data={"note": "Not mine."}).status_code == 404
    assert ana.browser.post(appeal, data={"note": ""}).status_code == 422
    assert ana.browser.post(appeal, data={"note": "It was a joke."}).status_code == 303
    assert ana.browser.post(appeal, data={"note": "It was a joke."}).status_code == 409
    assert "Your appeal waits" in ana.browser.get("/account/notes").text
    mo.browser.post(f"{path}/release")
    card_path, bound, card = take(lead, lane="appeal")
    assert "It was a joke." in card
    assert lead.browser.post(f"{card_path}/overturn", data={**bound, "note": ""}).status_code == 303
    assert "There is nothing here." in ana.browser.get("/account/notes").text


def test_an_appeal_of_one_s_own_decision_answers_as_if_it_were_not_there(app: Flask) -> None:
    from forum.circles import conversation

    mo = Person(app, "moderator")
    Person(app, "moderator")
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/decline", data={**bound, "reason": "decline-hostile", "note": WORDS})
    decision_id = desk.review_of(post_id).decision_id
    with writing():
        conversation.appeal(decision_id, "Please look again.", now())
    assert mo.browser.post("/moderation/next").location == "/moderation"


def test_the_queue_is_filtered(app: Flask) -> None:
    one, two = desk.a_circle(), desk.a_circle()
    desk.Author().opens(one)
    desk.Author().opens(two, GOODBYE)
    mo = Person(app, "moderator")
    name = db.session.get_one(Circle, one).name

    def listed(query: str) -> int:
        return mo.browser.get(f"/moderation/queue?{query}").text.count('href="/moderation/reviews/')

    assert listed("") == 2
    assert listed("lane=care") == 1
    assert listed(f"circle={one}") == 1
    assert listed("language=unread") == 0
    assert listed("age=24") == 0
    assert listed("lane=nonsense&circle=x&age=-1") == 2
    answer = mo.browser.post("/moderation/next", data={"circle": one})
    assert name in mo.browser.get(answer.location).text


def test_a_note_for_the_desk_is_read_by_moderators_and_not_by_the_author(app: Flask) -> None:
    ana = Person(app)
    author = desk.Author()
    author.key = ana.key
    post_id = author.opens(desk.a_circle())
    mo = Person(app, "moderator")
    path, _bound, _page = take(mo)
    mo.browser.post(f"{path}/note", data={"desk_note": "I asked Kim about this one."})
    assert "I asked Kim about this one." in mo.browser.get(path).text
    assert "I asked Kim" not in ana.browser.get(f"/mine/{post_id}").text


def test_keys_can_be_switched_off_and_softening_too(app: Flask) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    mo = Person(app, "moderator")
    path, _bound, page = take(mo)
    assert 'data-keys="off"' not in page
    assert GOODBYE not in page
    assert GOODBYE in mo.browser.get(f"{path}?reveal=1").text
    mo.browser.post("/moderation/settings", data={"sound": "yes", "left_out": "goodbye"})
    page = mo.browser.get(path).text
    assert 'data-keys="off"' in page
    assert GOODBYE in page
    assert "checked" in mo.browser.get("/moderation/settings").text
    mo.browser.post(f"{path}/release")
    lanes = mo.browser.get("/moderation").text
    assert "care.wav" in lanes


def test_shifts_are_set_and_taken_back(app: Flask, clock) -> None:
    mo = Person(app, "moderator")
    later = {"day": "2026-03-03", "start": "18:00", "hours": "3"}
    assert mo.browser.post("/moderation/shifts", data=later).status_code == 303
    page = mo.browser.get("/moderation/shifts").text
    assert "03.03. 18:00" in page
    assert mo.browser.post("/moderation/shifts", data={**later, "day": "2020-01-01"}).status_code == 422
    assert mo.browser.post("/moderation/shifts", data={**later, "day": "soon"}).status_code == 422
    cancel = re.search(r'action="(/moderation/shifts/[^"]+/cancel)"', page).group(1)
    assert Person(app, "moderator").browser.post(cancel).status_code == 303
    assert "03.03. 18:00" in mo.browser.get("/moderation/shifts").text, "only one's own is taken back"
    mo.browser.post(cancel)
    assert "03.03. 18:00" not in mo.browser.get("/moderation/shifts").text


def test_a_hand_over_is_shown_to_the_next_shift_and_a_debrief_ends_its_card(app: Flask) -> None:
    mo, kim = Person(app, "moderator"), Person(app, "moderator")
    mo.browser.post("/moderation/notes", data={"kind": "handover", "note": "One waits for a word."})
    assert "One waits for a word." in kim.browser.get("/moderation").text
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/hold", data={**bound, "note": WORDS})
    assert "Talk about it" in mo.browser.get("/moderation").text
    mo.browser.post("/moderation/notes", data={"kind": "debrief", "note": ""})
    assert "Talk about it" not in mo.browser.get("/moderation").text


def test_a_lead_sets_policy_with_a_reason_and_looks_first(app: Flask) -> None:
    lead = Person(app, "lead")
    path = "/moderation/policy/threshold.insult"
    assert lead.browser.post(path, data={"value": "0.6", "why": "", "looked": "0.6"}).status_code == 422
    assert lead.browser.post(path, data={"value": "high", "why": "Because it is."}).status_code == 422
    assert lead.browser.post(path, data={"value": "0.6", "why": ""}).status_code == 200
    why = "Insults were missed in the first week."
    first = lead.browser.post(path, data={"value": "0.6", "why": why})
    assert first.status_code == 200, "a threshold is looked at before it is set"
    assert lead.browser.post(path, data={"value": "0.6", "why": why, "looked": "0.6"}).status_code == 303
    assert why in lead.browser.get(path).text
    watched = {"value": "blue lantern\ncare: last letter", "why": "Two texts were found late."}
    assert lead.browser.post("/moderation/policy/watch", data=watched).status_code == 303
    page = unescape(lead.browser.get("/moderation/policy/watch").text)
    assert "care: last letter" in page
    desk.Author().opens(desk.a_circle(), "Under the blue lantern we met.")
    _path, _bound, card = take(Person(app, "moderator"))
    assert "<mark>blue lantern</mark>" in card
    acts = [entry.act for entry in db.session.scalars(db.select(StagedEntry))]
    assert acts == ["policy", "policy"]


def test_valves_are_turned_by_leads(app: Flask) -> None:
    circle = desk.a_circle()
    lead = Person(app, "lead")
    sent = {"circle": circle, "message": "We are few this week."}
    assert Person(app, "moderator").browser.post("/moderation/valves", data=sent).status_code == 404
    assert lead.browser.post("/moderation/valves", data=sent).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Circle, circle, populate_existing=True).paused == "We are few this week."
    assert "We are few this week." in Person(app).browser.get(f"/c/{circle}/new").text


def test_transparency_tells_no_small_count(app: Flask, client) -> None:
    circle = desk.a_circle()
    for _ in range(11):
        desk.publish(desk.Author().opens(circle))
    post_id = desk.Author().opens(circle)
    desk.screen_all()
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "decline")
    page = client.get("/transparency").text
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', page))
    assert rows["Published"] == "11"
    assert rows["Declined"] == "fewer than 10"


@pytest.mark.parametrize(
    ("path", "most"),
    [("", 14), ("/queue", 8), ("/ten", 8), ("/alike", 7), ("/numbers", 12), ("/shifts", 9)],
)
def test_pages_take_as_many_statements_for_much_as_for_little(
    app: Flask, count_statements, path: str, most: int
) -> None:
    mo = Person(app, "moderator")
    circle = desk.a_circle()
    counts = []
    for size in (1, 12):
        for number in range(size):
            desk.Author().opens(circle, f"A small good thing, number {number}.")
        desk.screen_all()
        mo.browser.post("/moderation/ten")
        with count_statements() as ran:
            assert mo.browser.get(f"/moderation{path}").status_code == 200
        assert not ran.writes
        counts.append(len(ran))
        db.session.remove()
    assert counts[0] == counts[1] <= most, counts
