"""A free conversation with the moderators: for everybody, also while suspended; linked to no account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from forum.circles import rules, talking
from forum.circles.models import Message, Post, PublishedThread, Review, Revision, Thread
from forum.members import pseudonyms, sanctions
from forum.moderation.actions import Moderator
from forum.notices.models import Notice
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.members.test_vault import in_tabs
from tests.moderation import desk
from tests.moderation.test_pages import take
from tests.people import Person

PATH = "/account/conversation"
CALM = "I would like to understand why my name was put on pause."
CRISIS = "I want to die. I have thought about it all day."


def send(person: Person, note: str = CALM, name: str = "Quiet Heron", key: str = "") -> str:
    """Send words to the moderators; the id of the post that holds them."""
    form = {"note": note, "pseudonym": name, "form_key": key or new_id()}
    answer = person.browser.post(PATH, data=form)
    assert answer.status_code == 303, answer.text
    return str(re.sub(r"^/mine/|[?].*$", "", answer.location))


def test_a_conversation_from_the_first_word_to_the_last(app: Flask) -> None:
    ana = Person(app)
    assert f'href="{PATH}"' in ana.browser.get("/account").text
    post_id = send(ana)
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "Received. A moderator will read it" in page and "conversation with the moderators" in page
    desk.screen_all()
    review = desk.review_of(post_id)
    assert (review.kind, review.lane, review.open) == ("submission", "routine", True)
    mo = Person(app, "moderator")
    mo.browser.post("/moderation/next")
    card = mo.browser.get(f"/moderation/reviews/{review.id}").text
    assert CALM in card and "close it with a last word" in card and "Quiet Heron" in card
    desk.decide(Moderator(mo.staff_id), review.id, "hold")
    assert {notice.kind for notice in db.session.scalars(db.select(Notice))} == {"word"}
    mine = ana.browser.get("/mine").text
    assert "In conversation" in mine and "Waits for you" in mine
    assert desk.WORDS in ana.browser.get(f"/mine/{post_id}").text
    ana.browser.post(f"/mine/{post_id}/write", data={"note": "Thank you.", "form_key": new_id()})
    assert "Waits for you" not in ana.browser.get("/mine").text
    desk.decide(Moderator(mo.staff_id), review.id, "publish")
    assert "This conversation is closed" in ana.browser.get(f"/mine/{post_id}").text
    assert db.session.scalar(db.select(db.func.count()).select_from(PublishedThread)) == 0
    assert send(ana) != post_id, "a closed one does not keep another from being opened"


def test_a_suspension_does_not_close_this_door_and_opens_no_other(app: Flask) -> None:
    ana = Person(app)
    circle_id = desk.a_circle()
    with writing():
        own = pseudonyms.choose(ana.vault, circle_id, "Quiet Heron")
        sanctions.give(own.pseudonym_id, "suspension", day_of(now()) + timedelta(days=3))
    post_id = send(ana)
    assert desk.text_of(post_id).state == "waiting"
    form = {"kind": "story", "wish": "advice", "title": "T", "body": "A day.", "pseudonym": "Quiet Heron"}
    assert ana.browser.post(f"/c/{circle_id}/new", data={**form, "form_key": new_id()}).status_code == 409
    answer = ana.browser.post(f"/mine/{post_id}/edit", data={**form, "form_key": new_id()})
    assert answer.status_code == 303, "nor from changing what was said"


def test_one_goes_on_under_a_name_and_further_words_join_it(app: Flask) -> None:
    ana = Person(app)
    first = send(ana, key="k" * 22)
    assert send(ana, key="k" * 22) == first
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 0, "a double click"
    assert send(ana, "And one more thing.", "quiet  heron", key="l" * 22) == first
    assert send(ana, "And one more thing.", "Quiet Heron", key="l" * 22) == first
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 1
    page = ana.browser.get(PATH).text
    assert page.count(f"/mine/{first}") == 1 and "As Quiet Heron" in page
    other = send(ana, name="Copper Kettle")
    assert other != first
    names = [own.id for own in pseudonyms.ring(ana.vault)]
    assert set(talking.going_on(names).values()) == {first, other}
    threads = db.session.scalars(db.select(Thread)).all()
    assert {thread.circle_id for thread in threads} == {rules.TALK}
    assert len({post.pseudonym_id for post in db.session.scalars(db.select(Post))}) == 2


def test_words_that_need_care_are_seen_first_and_help_stands_in_the_answer(app: Flask) -> None:
    ana = Person(app)
    post_id = send(ana, CRISIS)
    review = desk.review_of(post_id)
    assert review.lane == "care" and review.tier in ("B", "C", "D")
    assert 'id="help"' in ana.browser.get(f"/mine/{post_id}").text
    ben = Person(app)
    calm = send(ben, name="Copper Kettle")
    assert desk.review_of(calm).lane == "routine"
    send(ben, CRISIS, "Copper Kettle")
    assert desk.review_of(calm).lane == "care"
    assert 'id="help"' in ben.browser.get(f"/mine/{calm}").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": ""}, "Please write something first"),
        ({"note": "x" * 4001}, "longer than 4,000"),
        ({"pseudonym": "x"}, "error-summary"),
        ({"form_key": ""}, "expired"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_its_words(
    app: Flask, changes: dict[str, str], said: str
) -> None:
    ana = Person(app)
    form = {"note": CALM, "pseudonym": "Quiet Heron", "form_key": new_id(), **changes}
    answer = ana.browser.post(PATH, data=form)
    assert answer.status_code in (409, 422) and said in answer.text
    assert form["note"] in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(Post)) == 0


def test_a_name_of_somebody_else_is_refused_and_five_may_wait(app: Flask) -> None:
    ana, ben = Person(app), Person(app)
    send(ana)
    form = {"note": CALM, "pseudonym": "Quiet Heron", "form_key": new_id()}
    answer = ben.browser.post(PATH, data=form)
    assert answer.status_code == 409 and "Somebody writes under this name" in answer.text
    for turn in range(4):
        send(ana, name=f"Name number {turn}")
    more = ana.browser.post(PATH, data={**form, "pseudonym": "One More", "form_key": new_id()})
    assert more.status_code == 409 and CALM in more.text
    send(ana, CRISIS, "One More")


def test_many_tabs_open_one_conversation(engine_app: Flask) -> None:
    ana = desk.Author()

    def act(_tab: int) -> None:
        written = desk.make_ready("To the moderators", CALM, "", is_opening=True)
        with writing():
            talking.start(ana.sender(), written, ana.name, now())

    assert in_tabs(engine_app, 4, act) == []
    assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 3


def test_a_conversation_is_answered_or_closed_with_a_word_and_nothing_else(app: Flask) -> None:
    ana, mo = Person(app), Person(app, "moderator")
    post_id = send(ana)
    desk.screen_all()
    path, bound, card = take(mo)
    for gone in ("Publish", "Return", "Decline", "Propose a masked version", "Content note", 'id="reason"'):
        assert gone not in card.split("<aside")[0], gone
    assert f'formaction="{path}/hold"' in card and f'formaction="{path}/publish"' in card
    sent = {**bound, "reason": "decline-hostile", "note": "This one is not for us."}
    assert mo.browser.post(f"{path}/decline", data=sent).status_code == 422
    answer = mo.browser.post(f"{path}/publish", data=bound)
    assert answer.status_code == 422 and "in your own words" in answer.text
    last = {**bound, "note": "The rule is under four. Be well."}
    assert mo.browser.post(f"{path}/publish", data=last).status_code == 303
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "A moderator answered and closed it." in page and last["note"] in page
    assert "accepted" not in page and "Waits for you" not in ana.browser.get("/mine").text
    told = ana.browser.get("/notices").text
    assert "answered you and closed the conversation" in told and "accepted" not in told
    assert "Closed</a>" in mo.browser.get("/moderation").text


@pytest.mark.parametrize("others_began", [False, True])
def test_closing_a_conversation_is_undone_into_going_on(app: Flask, others_began: bool) -> None:
    ana, mo = Person(app), Person(app, "moderator")
    post_id = send(ana)
    desk.screen_all()
    path, bound, _card = take(mo)
    mo.browser.post(f"{path}/publish", data={**bound, "note": "The rule is under four. Be well."})
    undo = re.search(r"/moderation/decisions/[^/]+/undo", mo.browser.get("/moderation").text)[0]
    if others_began:
        send(ana, "One more question.")
        answer = mo.browser.post(undo)
        assert answer.status_code == 409 and "author has acted on it already" in answer.text
        assert desk.text_of(post_id).state == "published"
        return
    page = mo.browser.post(undo, follow_redirects=True).text
    assert "The conversation goes on" in page and "It is hidden" not in page
    review = desk.review_of(post_id)
    assert (review.kind, review.open, review.due_at > now()) == ("submission", True, True)
    assert not db.session.scalars(db.select(Review.id).where(Review.kind == "report")).all()
    mine = ana.browser.get(f"/mine/{post_id}").text
    assert "This conversation is closed" not in mine and "Be well." in mine
    told = ana.browser.get("/notices").text
    assert "It is open again" in told and "is hidden" not in told
    ana.browser.post(f"/mine/{post_id}/write", data={"note": "One thing more.", "form_key": new_id()})
    path, _bound, card = take(mo)
    assert path.endswith(review.id) and "One thing more." in card and f'formaction="{path}/publish"' in card
