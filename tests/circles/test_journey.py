"""From a person's words to a published post, through both keys, by the pages alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from forum.circles.tasks import screen_next
from forum.screening.findings import Care, Screened
from forum.storage.database import db, writing
from tests import factories
from tests.people import Person


def scored(text: str) -> Screened:
    return Screened({"toxicity": 0.02, "insult": 0.01}, "routine", (), Care(), "nobody", 1, "test")


@pytest.fixture
def circle_id(app: Flask) -> str:
    with writing():
        return factories.circle("Newcomers").id


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrf_token"}


def write(person: Person, circle_id: str, body: str, title: str = "After the night shift") -> str:
    page = person.browser.get(f"/c/{circle_id}/new").text
    fields = {
        "kind": "story",
        "wish": "advice",
        "title": title,
        "body": body,
        "pseudonym": "Quiet Heron",
        "form_key": hidden_fields(page)["form_key"],
    }
    answer = person.browser.post(f"/c/{circle_id}/new", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def open_next(moderator: Person) -> tuple[str, dict[str, str]]:
    answer = moderator.browser.post("/moderation/next")
    assert answer.status_code == 303
    page = moderator.browser.get(answer.location)
    return answer.location, hidden_fields(page.text)


def decide(moderator: Person, act: str, **fields: str):
    path, bound = open_next(moderator)
    return moderator.browser.post(f"{path}/{act}", data={**bound, **fields})


def test_a_text_appears_only_after_both_keys(app, client, circle_id):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "I cried in the car park again.")
    assert "Received. It waits for a person" in ana.browser.get(f"/mine/{post_id}").text
    assert "night shift" not in client.get(f"/c/{circle_id}").text

    path, bound = open_next(mo)
    refused = mo.browser.post(f"{path}/publish", data=bound)
    assert refused.status_code == 422
    assert "not scored yet" in refused.text

    screen_next(scored)
    page = mo.browser.get(path).text
    assert "I cried in the car park again." in page
    answer = mo.browser.post(f"{path}/publish", data=hidden_fields(page))
    assert answer.status_code == 303

    listed = client.get(f"/c/{circle_id}").text
    assert "After the night shift" in listed
    thread = re.search(r'href="(/t/[^"]+)"', listed).group(1)
    assert "I cried in the car park again." in client.get(thread).text
    assert "It is published" in ana.browser.get(f"/mine/{post_id}").text
    assert "Your text is published." in ana.browser.get("/notices").text


def test_a_reply_appears_and_its_reader_is_told(app, client, circle_id):
    ana, ben, mo = Person(app), Person(app), Person(app, "moderator")
    write(ana, circle_id, "I cried in the car park again.")
    screen_next(scored)
    decide(mo, "publish")
    thread = re.search(r'href="(/t/[^"]+)"', client.get(f"/c/{circle_id}").text).group(1)
    key = hidden_fields(ben.browser.get(thread).text)["form_key"]
    reply = {"mode": "support", "body": "I hear you.", "pseudonym": "Kind Sycamore", "form_key": key}
    assert ben.browser.post(thread, data=reply).status_code == 303
    screen_next(scored)
    assert "I hear you." not in client.get(thread).text
    decide(mo, "publish")
    assert "I hear you." in client.get(thread).text
    assert "Somebody answered in your thread." in ana.browser.get("/notices").text


def test_a_returned_text_comes_back_with_its_reason_and_can_be_edited(app, circle_id, clock):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "At the Riverside clinic in Exeter they broke me.")
    screen_next(scored)
    reason = "Please take out the name of the clinic; then it can appear."
    assert decide(mo, "return", reason="return-details", note=reason).status_code == 303
    assert "It waits for a person" in ana.browser.get(f"/mine/{post_id}").text, "grace: not told yet"
    clock.shift(301)
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "It came back to you" in page
    assert reason in page
    form = ana.browser.get(f"/mine/{post_id}/edit").text
    assert "At the Riverside clinic" in form
    fields = {
        **hidden_fields(form),
        "title": "After",
        "body": "At the clinic they broke me.",
        "content_note": "",
    }
    assert ana.browser.post(f"/mine/{post_id}/edit", data=fields).status_code == 303
    assert "It waits for a person" in ana.browser.get(f"/mine/{post_id}").text


def test_a_decision_without_a_reason_comes_back_with_everything_kept(app, circle_id):
    ana, mo = Person(app), Person(app, "moderator")
    write(ana, circle_id, "I cried in the car park again.")
    answer = decide(mo, "decline", reason="", note="No.", passage="car park")
    assert answer.status_code == 422
    assert "Please choose the reason." in answer.text
    assert 'value="car park"' in answer.text


def test_an_undone_decision_is_as_it_was(app, client, circle_id):
    ana, mo = Person(app), Person(app, "moderator")
    write(ana, circle_id, "I cried in the car park again.")
    screen_next(scored)
    decide(mo, "publish")
    undo = re.search(
        r'action="(/moderation/decisions/[^"]+/undo)"', mo.browser.get("/moderation").text
    ).group(1)
    assert mo.browser.post(undo).status_code == 303
    assert "After the night shift" not in client.get(f"/c/{circle_id}").text
    assert mo.browser.post(undo).status_code == 409


def test_a_moderator_never_meets_their_own_text(app, circle_id):
    mo = Person(app, "moderator")
    write(mo, circle_id, "I moderate, and I am tired too.")
    screen_next(scored)
    assert mo.browser.post("/moderation/next").location == "/moderation"


def test_the_same_form_sent_twice_is_one_text(app, circle_id):
    ana = Person(app)
    page = ana.browser.get(f"/c/{circle_id}/new").text
    fields = {
        "kind": "story",
        "wish": "listen",
        "title": "Twice",
        "body": "Clicked twice.",
        "pseudonym": "Quiet Heron",
        "form_key": hidden_fields(page)["form_key"],
    }
    first = ana.browser.post(f"/c/{circle_id}/new", data=fields)
    second = ana.browser.post(f"/c/{circle_id}/new", data=fields)
    assert first.location == second.location
    assert ana.browser.get("/mine").text.count("Twice") == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("body", "", "Please write something first."),
        ("body", "x" * 8001, "8,000"),
        ("title", "t" * 121, "120"),
        ("body", "a\x07b", "control"),
        ("pseudonym", "x", "3 to 30"),
    ],
)
def test_bad_input_comes_back_with_the_text_kept(app, circle_id, field, value, said):
    ana = Person(app)
    page = ana.browser.get(f"/c/{circle_id}/new").text
    fields = {
        "kind": "story",
        "wish": "listen",
        "title": "A title that stays",
        "body": "Words that stay.",
        "pseudonym": "Quiet Heron",
        "form_key": hidden_fields(page)["form_key"],
    } | {field: value}
    answer = ana.browser.post(f"/c/{circle_id}/new", data=fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert fields["title"] in answer.text or field == "title"


def test_drafts_lie_in_the_vault_only(app, circle_id):
    ana = Person(app)
    page = ana.browser.get(f"/c/{circle_id}/new").text
    fields = {
        "title": "Half a thought",
        "body": "I began to write",
        "kind": "story",
        "wish": "listen",
        "draft_wanted": "yes",
        "form_key": hidden_fields(page)["form_key"],
    }
    assert ana.browser.post(f"/c/{circle_id}/new", data=fields).status_code == 303
    listed = ana.browser.get("/mine").text
    assert "Half a thought" in listed
    path = re.search(r'href="(/c/[^"]+/new\?draft=[^"]+)"', listed).group(1)
    assert "I began to write" in ana.browser.get(path).text
    assert "Half a thought" not in Person(app).browser.get("/mine").text


def test_somebody_elses_text_and_no_text_answer_alike(app, circle_id):
    ana, ben = Person(app), Person(app)
    post_id = write(ana, circle_id, "Mine alone.")
    theirs = ben.browser.get(f"/mine/{post_id}")
    nothing = ben.browser.get("/mine/" + "A" * 22)
    assert theirs.status_code == nothing.status_code == 404
    strip = re.compile(r'name="csrf_token" value="[^"]+"')
    assert strip.sub("", theirs.text) == strip.sub("", nothing.text)


def test_a_thread_page_needs_few_statements_however_long_it_is(app, client, count_statements):
    with writing():
        circle = factories.circle()
        short = factories.published_thread(circle, replies=1).id
        long = factories.published_thread(circle, replies=40).id
    ana = Person(app)
    counts = {}
    for name, browser in (("visitor", client), ("member", ana.browser)):
        for thread_id in (short, long):
            with count_statements() as ran:
                assert browser.get(f"/t/{thread_id}").status_code == 200
            assert not ran.writes
            counts[name, thread_id] = len(ran)
            db.session.remove()
    assert counts["visitor", short] == counts["visitor", long] <= 4
    assert counts["member", short] == counts["member", long] <= 7


def test_a_cry_for_help_is_answered_with_help_and_never_shown_without_it(app, circle_id):
    ana = Person(app)
    post_id = write(ana, circle_id, "I keep thinking about ending my life, every evening.")
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "we cannot send anyone" in page
    assert "Not ready to call?" in page
    assert "116 123" not in page, "the country is chosen, never guessed"
    assert ana.browser.post(f"/mine/{post_id}/country", data={"country": "gb"}).status_code == 303
    assert "116 123" in ana.browser.get(f"/mine/{post_id}").text
    assert ana.browser.post(f"/mine/{post_id}/contact", data={"contact": "welcome"}).status_code == 303
    mo = Person(app, "moderator")
    path, _bound = open_next(mo)
    card = mo.browser.get(path).text
    assert "wants to talk" in card
    assert "United Kingdom" in card
    assert "ending my life" not in card, "softened until somebody asks for it"
    assert "ending my life" in mo.browser.get(f"{path}?reveal=1").text


def test_a_text_that_needs_care_is_taken_although_five_wait(app, circle_id):
    ana = Person(app)
    for number in range(5):
        write(ana, circle_id, f"One more of these days, the {number}th.")
    key = hidden_fields(ana.browser.get(f"/c/{circle_id}/new").text)["form_key"]
    fields = {
        "kind": "story",
        "wish": "listen",
        "title": "Six",
        "body": "One more.",
        "pseudonym": "Quiet Heron",
    }
    refused = ana.browser.post(f"/c/{circle_id}/new", data={**fields, "form_key": key})
    assert refused.status_code == 409
    assert "One more." in refused.text
    assert "“Keep as draft” keeps this one" in refused.text
    assert write(ana, circle_id, "I keep thinking about ending my life.")


def test_texts_under_care_hold_nobodys_place_among_the_five(app, circle_id, clock):
    ana = Person(app)
    cries = [write(ana, circle_id, f"I want to kill myself, night {number}.") for number in range(2)]
    mo = Person(app, "moderator")
    assert decide(mo, "hold", note="I read that the nights are the worst.").status_code == 303
    assert "In conversation" in ana.browser.get("/mine").text
    for number in range(5):
        assert write(ana, circle_id, f"One more of these days, the {number}th.")
    assert len(cries) == 2
    key = hidden_fields(ana.browser.get(f"/c/{circle_id}/new").text)["form_key"]
    sixth = {"kind": "story", "wish": "listen", "title": "Six", "body": "One more.", "form_key": key}
    refused = ana.browser.post(f"/c/{circle_id}/new", data={**sixth, "pseudonym": "Quiet Heron"})
    assert refused.status_code == 409


def test_a_masked_version_appears_only_when_its_author_accepts_it(app, client, circle_id, clock):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "There is one detail here that should not stand.")
    screen_next(scored)
    masked = {
        "title": "After the night shift",
        "body": "[detail removed by moderators]",
        "note": "Would this do for you?",
    }
    assert decide(mo, "propose", **masked).status_code == 303
    clock.shift(301)
    assert "offers you a version" not in ana.browser.get(f"/mine/{post_id}").text, (
        "not offered before it is screened"
    )
    screen_next(scored)
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "[detail removed by moderators]" in page
    assert "night shift" not in client.get(f"/c/{circle_id}").text
    seen = re.search(r'name="hash" value="([0-9a-f]{64})"', page).group(1)
    assert ana.browser.post(f"/mine/{post_id}/accept", data={"hash": "0" * 64}).status_code == 409
    assert ana.browser.post(f"/mine/{post_id}/accept", data={"hash": seen}).status_code == 303
    thread = re.search(r'href="(/t/[^"]+)"', client.get(f"/c/{circle_id}").text).group(1)
    shown = client.get(thread).text
    assert "[detail removed by moderators]" in shown
    assert "one detail here" not in shown


def test_an_edit_of_a_published_text_waits_beside_it(app, client, circle_id):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "The first version.")
    screen_next(scored)
    decide(mo, "publish")
    thread = re.search(r'href="(/t/[^"]+)"', client.get(f"/c/{circle_id}").text).group(1)
    form = ana.browser.get(f"/mine/{post_id}/edit").text
    fields = {**hidden_fields(form), "title": "After", "body": "The second version.", "content_note": ""}
    assert ana.browser.post(f"/mine/{post_id}/edit", data=fields).status_code == 303
    assert "The first version." in client.get(thread).text
    screen_next(scored)
    decide(mo, "publish")
    shown = client.get(thread).text
    assert "The second version." in shown
    assert "The first version." not in shown
    assert "edited" in shown


def test_words_between_author_and_moderators(app, circle_id):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "It was a long week.")
    assert decide(mo, "hold", note="Thank you for writing. How are you tonight?").status_code == 303
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "How are you tonight?" in page
    assert mo.staff_id not in page
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    words = {"note": "Better for having been asked.", "form_key": key}
    for _ in range(2):
        assert ana.browser.post(f"/mine/{post_id}/write", data=words).status_code == 303
    path, _bound = open_next(mo)
    assert mo.browser.get(path).text.count("Better for having been asked.") == 1


def test_an_appeal_reaches_the_desk_once(app, circle_id, clock):
    ana, mo = Person(app), Person(app, "moderator")
    post_id = write(ana, circle_id, "It was a long week.")
    screen_next(scored)
    decide(
        mo, "decline", reason="decline-hostile", note="This is aimed at a person, and I think it would hurt."
    )
    clock.shift(301)
    assert ana.browser.post(f"/mine/{post_id}/appeal", data={"note": ""}).status_code == 422
    words = {"note": "It is about my week and about nobody."}
    assert ana.browser.post(f"/mine/{post_id}/appeal", data=words).status_code == 303
    assert "Your appeal waits" in ana.browser.get(f"/mine/{post_id}").text
    assert ana.browser.post(f"/mine/{post_id}/appeal", data=words).status_code == 409
