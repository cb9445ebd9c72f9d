"""What a tired moderator needs: no lost words, the last thing undone first, nothing heavy in a heap."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from forum.circles import shifts
from forum.circles.content import open_content
from forum.circles.models import Review, Revision
from forum.content import reasons
from forum.members import erasure
from forum.members.models import Sanction
from forum.members.vault import OpenVault
from forum.moderation.offering import Moderator
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, WORDS, fields, take
from tests.people import Person


def first_to_undo(mo: Person) -> str:
    """What `u` would take back."""
    page = mo.browser.get("/moderation").text
    just = page[page.index('id="recent-title"') :]
    return re.search(r'<a href="/moderation/reviews/[^"]+">([^<]+)</a>', just)[1]


def test_hiding_and_a_strike_are_the_first_to_undo(app: Flask) -> None:
    mo, circle = Person(app, "moderator"), desk.a_circle()
    post_id = desk.Author().opens(circle)
    desk.Author().opens(circle, "Another week.")
    desk.screen_all()
    for _text in range(2):
        path, bound, _page = take(mo)
        assert mo.browser.post(f"{path}/publish", data=bound).status_code == 303
    assert first_to_undo(mo) == "Published"
    sent = {"reason": "decline-hostile", "note": WORDS}
    assert mo.browser.post(f"{path}/strike", data=sent).status_code == 303
    assert first_to_undo(mo) == "Gave a strike"
    sent = {"reason": "hide-hurt", "note": WORDS, "revision_hash": desk.text_of(post_id).hash.hex()}
    assert mo.browser.post(f"/posts/{post_id}/hide", data=sent).status_code == 303
    assert first_to_undo(mo) == "Hidden"


def test_nobody_under_care_is_given_a_strike(app: Flask) -> None:
    mo = Person(app, "moderator")
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    path, _bound, page = take(mo)
    assert f"{path}/sanction" not in page
    sent = {"reason": "decline-hostile", "note": WORDS, "days": "7"}
    for act in ("strike", "suspend"):
        assert mo.browser.post(f"{path}/{act}", data=sent).status_code == 422
    assert db.session.scalar(db.select(Sanction.id)) is None


def test_ten_short_ones_leave_out_who_is_under_care_and_heavy_distress(app: Flask) -> None:
    circle, ana, ben = desk.a_circle(), desk.Author(), desk.Author()
    crisis = ana.opens(circle, GOODBYE)
    ana.opens(circle, "The bread turned out well.")
    ben.opens(circle, "A calm walk by the river.")
    heavy = desk.Author().opens(circle, "A quiet day.")
    desk.screen_all()
    desk.review_of(heavy).tier = "A"
    db.session.commit()
    mo = Person(app, "moderator")
    mo.browser.post("/moderation/ten")
    page = mo.browser.get("/moderation/ten").text
    assert "A calm walk" in page
    assert "The bread" not in page
    assert "A quiet day" not in page
    desk.decide(Moderator(mo.staff_id), desk.review_of(crisis).id, "hold")
    mo.browser.post("/moderation/ten")
    assert "The bread" not in mo.browser.get("/moderation/ten").text, "talk goes on, so care goes on"


def test_the_note_for_moderators_is_last_and_does_not_veil_the_text(app: Flask) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, _bound, _page = take(mo)
    page = mo.browser.get(f"{path}?reveal=1").text
    assert page.index('id="note"') < page.index('id="desk_note"'), "words to the author come first"
    assert "Only moderators see this" in page
    answer = mo.browser.post(f"{path}/note", data={"desk_note": "Kim knows.", "revealed": "yes"})
    assert answer.location == f"{path}?reveal=1#talk"
    assert GOODBYE in mo.browser.get(answer.location).text
    answer = mo.browser.post(f"{path}/note", data={"desk_note": "Kim knows."})
    assert GOODBYE not in mo.browser.get(answer.location).text, "what was veiled stays so"


@pytest.mark.parametrize(("act", "reason"), [("return", "return-details"), ("decline", "decline-hostile")])
def test_a_softened_text_is_read_before_it_is_turned_back(app: Flask, act: str, reason: str) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, page = take(mo)
    assert f"{path}/{act}" not in page.replace(f'action="{path}/return" novalidate', "")
    sent = {**bound, "reason": reason, "note": WORDS}
    answer = mo.browser.post(f"{path}/{act}", data=sent)
    assert answer.status_code == 422
    assert WORDS in answer.text
    assert GOODBYE not in answer.text
    review = desk.review_of(post_id)
    assert review.open
    assert review.first_by is None
    answer = mo.browser.post(f"{path}/{act}", data={**sent, "revealed": "yes"})
    assert answer.status_code == (303 if act == "return" else 200)
    assert desk.review_of(post_id).first_outcome == (None if act == "return" else act)


def test_escalating_asks_for_a_line_and_can_be_taken_back(app: Flask) -> None:
    ana = Person(app)
    author = desk.Author()
    author.key = ana.key
    post_id = author.opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    answer = mo.browser.post(f"{path}/escalate", data=bound)
    assert answer.status_code == 422
    assert 'href="#escalate-note"' in answer.text
    assert mo.browser.post(f"{path}/escalate", data={**bound, "note": "Is it spam?"}).status_code == 303
    assert desk.review_of(post_id).for_lead
    assert "Is it spam?" in mo.browser.get(path).text
    assert "Is it spam?" not in ana.browser.get(f"/mine/{post_id}").text
    assert first_to_undo(mo) == "Escalated"
    decision = re.search(r"/moderation/decisions/([^/]+)/undo", mo.browser.get("/moderation").text)[1]
    assert mo.browser.post(f"/moderation/decisions/{decision}/undo").status_code == 303
    assert not desk.review_of(post_id).for_lead
    assert mo.browser.post(f"/moderation/decisions/{decision}/undo").status_code == 409


def test_what_a_lead_has_in_hand_is_not_taken_from_them(app: Flask) -> None:
    desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo, lead = Person(app, "moderator"), Person(app, "lead")
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/escalate", data={**bound, "note": "Is it spam?"})
    decision = re.search(r"/moderation/decisions/([^/]+)/undo", mo.browser.get("/moderation").text)[1]
    assert take(lead)[0] == path
    assert mo.browser.post(f"/moderation/decisions/{decision}/undo").status_code == 409


@pytest.mark.parametrize("act", ["release", "skip"])
def test_words_are_shown_again_when_a_review_is_given_up(app: Flask, act: str) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, page = take(mo)
    assert f'form="decide" formaction="{path}/{act}"' in page
    answer = mo.browser.post(
        f"{path}/{act}", data={**bound, "note": "Half of a <good> answer", "passage": "it"}
    )
    assert answer.status_code == 200
    assert "Half of a &lt;good&gt; answer" in answer.text
    assert desk.review_of(post_id).claimed_until is None
    assert mo.browser.post(f"{path}/{act}", data=bound).status_code == 303


def test_a_late_crisis_comes_back_to_who_is_alone(app: Flask, clock: time_machine.Traveller) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo, other = Person(app, "moderator"), new_id()
    path, _bound, _page = take(mo)
    assert desk.review_of(post_id).tier == "D"
    mo.browser.post(f"{path}/skip")
    assert mo.browser.post("/moderation/next").location == "/moderation", "not late yet"
    clock.shift(16 * 60)
    with writing():
        shifts.start_now(other, now())
    assert mo.browser.post("/moderation/next").location == "/moderation", "somebody else can take it"
    with writing():
        shifts.end_now(other, now())
    assert mo.browser.post("/moderation/next").location == path


def test_a_stale_click_says_what_changed_and_shows_the_words(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo, other = Person(app, "moderator"), Moderator(new_id())
    path, bound, _page = take(mo)
    review_id = desk.review_of(post_id).id
    mo.browser.post(f"{path}/release")
    desk.read(other, review_id)
    sent = {**bound, "reason": "return-details", "note": WORDS}
    answer = mo.browser.post(f"{path}/return", data=sent)
    assert answer.status_code == 409
    assert "Somebody else holds it now." in answer.text
    assert WORDS in answer.text
    desk.decide(other, review_id, "publish", words="")
    answer = mo.browser.post(f"{path}/return", data=sent)
    assert answer.status_code == 409
    assert "It was published meanwhile." in answer.text
    assert WORDS in answer.text
    answer = mo.browser.post(f"{path}/return", data={**sent, "reason": ""})
    assert answer.status_code == 409, "an incomplete one as well: the card has no form any more to keep it"
    assert WORDS in answer.text


def test_a_decided_card_offers_its_thread_and_hiding(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, page = take(mo)
    assert f"/posts/{post_id}/hide" not in page
    mo.browser.post(f"{path}/publish", data=bound)
    page = mo.browser.get(path).text
    for gone in ("/release", "/skip", 'id="reason"', 'id="note"'):
        assert gone not in page
    thread = re.search(r'href="(/t/[^"#]+)#p-', page)[1]
    assert mo.browser.get(thread).status_code == 200
    assert f'href="/posts/{post_id}/hide"' in page
    assert mo.browser.get(f"/posts/{post_id}/hide").status_code == 200


@pytest.mark.parametrize(("typed", "hours"), [("", 2), ("1", 1), ("4", 4), ("9", 2), ("x", 2)])
def test_a_shift_has_an_end_that_was_chosen(
    app: Flask, clock: time_machine.Traveller, typed: str, hours: int
) -> None:
    mo = Person(app, "moderator")
    assert '<option value="2" selected>for 2 hours</option>' in mo.browser.get("/moderation").text
    mo.browser.post("/moderation/duty", data={"on": "yes", "hours": typed})
    ends = shifts.on_duty_until(mo.staff_id, now())
    assert ends is not None
    assert f"You are on duty until {ends:%H:%M} UTC." in mo.browser.get("/moderation").text
    assert hours * 60 - 5 <= (ends - now()).total_seconds() / 60 <= hours * 60


@pytest.mark.parametrize("way", ["/sign-out", "/leave", "/sign-out-everywhere"])
def test_who_signs_out_is_off_duty(app: Flask, way: str) -> None:
    mo, other = Person(app, "moderator"), Person(app, "moderator")
    ahead = now() + timedelta(days=1)
    for one in (mo, other):
        one.browser.post("/moderation/duty", data={"on": "yes"})
    with writing():
        shifts.plan(mo.staff_id, ahead, ahead + timedelta(hours=2), now())
    assert shifts.others_on_duty(new_id(), now()) == 2
    mo.browser.post(way if way != "/sign-out-everywhere" else f"/account{way}")
    db.session.rollback()
    assert shifts.on_duty_until(mo.staff_id, now()) is None
    assert shifts.others_on_duty(new_id(), now()) == 1, "nobody else's shift ends by it"
    assert len(shifts.planned(mo.staff_id, now())) == 1, "what was planned stays"


def test_who_leaves_for_good_has_no_shift(app: Flask) -> None:
    mo = Person(app, "moderator")
    mo.browser.post("/moderation/duty", data={"on": "yes"})
    ahead = now() + timedelta(days=1)
    with writing():
        shifts.plan(mo.staff_id, ahead, ahead + timedelta(hours=2), now())
    erasure.erase(mo.member_id, OpenVault(mo.key), secrets.token_bytes(32), "now", now())
    assert shifts.planned(mo.staff_id, now()) == []


def test_one_is_said_as_one(app: Flask) -> None:
    lead = Person(app, "lead")
    review_id = desk.review_of(desk.Author().opens(desk.a_circle())).id
    assert "1 day<" in lead.browser.get(f"/moderation/reviews/{review_id}/sanction").text
    assert "1 hour<" in lead.browser.get("/moderation/shifts").text


def test_starter_texts_of_one_name_are_told_apart(app: Flask) -> None:
    page = Person(app, "lead").browser.get("/moderation/policy").text
    groups = page.split('id="starters-title"')[1].split("</section>")[0].split("<h3>")[1:]
    assert [group.split("</h3>")[0] for group in groups] == ["To return", "To decline", "To hide or remove"]
    links = re.findall(r'href="/moderation/policy/template\.([^"]+)"', page)
    assert len(links) == len(set(links)) == len(reasons())
    for group in groups:
        titles = re.findall(r"<a [^>]+>([^<]+)</a>", group)
        assert len(titles) == len(set(titles)), "two of one name under one heading"


def test_a_threshold_says_why_it_stands_there(app: Flask) -> None:
    page = Person(app, "lead").browser.get("/moderation/policy/threshold.threat").text
    assert "A missed threat costs more than a false alarm." in page


def test_alike_texts_are_shown_by_their_beginning_unless_they_are_heavy(app: Flask) -> None:
    circle = desk.a_circle()
    for _copy in range(2):
        desk.Author().opens(circle, "Buy the same thing from the same man today.", "Offer")
        desk.Author().opens(circle, "You are all the same kind of fools in here.", "Words")
    with writing():
        for review in db.session.scalars(db.select(Review)):
            if "fools" in open_content(db.session.get_one(Revision, review.revision_id)).body:
                review.lane = "conduct"
    page = Person(app, "moderator").browser.get("/moderation/alike").text
    assert page.count("Offer: Buy the same thing from the same man today.") == 2
    assert "fools" not in page and page.count("It may be heavy to read.") == 2


def test_what_is_paused_is_seen_and_opened_again_in_one_press(app: Flask) -> None:
    circle = desk.a_circle()
    lead, mo = Person(app, "lead"), Person(app, "moderator")
    assert "paused" not in mo.browser.get("/moderation").text
    lead.browser.post("/moderation/valves", data={"circle": circle, "message": "We are few this week."})
    assert "New threads are paused in 1 circle." in mo.browser.get("/moderation").text
    page = lead.browser.get("/moderation/policy").text
    assert "We are few this week." in page
    form = re.search(r'<form method="post" action="/moderation/valves">(.*?)</form>', page, re.S)[1]
    assert "Open again" in form
    lead.browser.post("/moderation/valves", data=fields(f"<form>{form}"))
    assert "paused" not in mo.browser.get("/moderation").text
    assert "We are few this week." not in lead.browser.get("/moderation/policy").text


def test_pausing_all_leaves_the_door_to_the_moderators_open(app: Flask) -> None:
    ana, lead = Person(app), Person(app, "lead")
    form = {"note": "May I ask you something?", "pseudonym": "Quiet Heron"}
    assert ana.browser.post("/account/conversation", data={**form, "form_key": new_id()}).status_code == 303
    lead.browser.post("/moderation/valves", data={"message": "We are few this week."})
    other = {**form, "pseudonym": "Copper Kettle", "form_key": new_id()}
    assert ana.browser.post("/account/conversation", data=other).status_code == 303


def test_nobody_is_given_a_strike_for_words_to_the_moderators(app: Flask) -> None:
    ana, mo = Person(app), Person(app, "moderator")
    form = {"note": "You are all fools.", "pseudonym": "Quiet Heron", "form_key": new_id()}
    ana.browser.post("/account/conversation", data=form)
    desk.screen_all()
    path, _bound, page = take(mo)
    assert f"{path}/sanction" not in page
    assert mo.browser.get(f"{path}/sanction").status_code == 404
    sent = {"reason": "decline-hostile", "note": WORDS, "days": "7"}
    assert mo.browser.post(f"{path}/suspend", data=sent).status_code == 404
    assert not db.session.scalars(db.select(Sanction)).all()
