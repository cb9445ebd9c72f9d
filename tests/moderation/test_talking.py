"""Words between author and moderators in reports and appeals, and who reads what."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from forum.circles import conversation
from forum.moderation import asking, claims
from forum.moderation.actions import OwnText, Seen, Stale
from forum.moderation.interventions import hide_at_once
from forum.moderation.offering import Moderator
from forum.moderation.reports import Concern, report
from forum.moderation.rules import Choice
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk
from tests.moderation.test_pages import fields, take
from tests.people import Person

QUESTION = "Did your friend agree to be told about here?"


def own_author(app: Flask) -> tuple[Person, desk.Author]:
    ana, author = Person(app), desk.Author()
    author.key = ana.key
    return ana, author


def reported_text(app: Flask) -> tuple[Person, str]:
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle(), "My friend has told me everything.")
    desk.publish(post_id)
    with writing():
        report(post_id, Concern("who-somebody-is"), now(), None)
    return ana, post_id


def answer_to(person: Person, post_id: str, words: str) -> None:
    page = person.browser.get(f"/mine/{post_id}").text
    sent = {"note": words, "form_key": fields(page)["form_key"]}
    assert person.browser.post(f"/mine/{post_id}/write", data=sent).status_code == 303


def test_a_report_is_talked_about_with_its_author_and_waits_for_them(app: Flask, clock) -> None:
    ana, post_id = reported_text(app)
    mo, kim = Person(app, "moderator"), Person(app, "moderator")
    path, bound, page = take(mo)
    assert "Ask the author" in page
    assert mo.browser.post(f"{path}/ask", data={**bound, "note": "Hm."}).status_code == 422
    assert mo.browser.post(f"{path}/ask", data={**bound, "note": QUESTION}).status_code == 303
    assert desk.text_of(post_id).state == "published", "asking decides nothing"
    assert "A moderator wrote to you." in ana.browser.get("/notices").text
    assert kim.browser.post("/moderation/next").location == "/moderation", "it waits for its author"
    own = ana.browser.get(f"/mine/{post_id}").text
    assert QUESTION in own
    assert mo.staff_id[:8] not in own
    answer_to(ana, post_id, "She read it first.")
    card_path, bound, card = take(kim)
    assert card_path == path
    assert "She read it first." in card
    assert mo.staff_id[:8] in card, "moderators see who answered"
    assert kim.browser.post(f"{path}/leave", data=bound).status_code == 303
    own = ana.browser.get(f"/mine/{post_id}").text
    assert QUESTION in own
    assert "/write" not in own, "the talk is over"


def test_an_author_who_says_nothing_holds_a_report_up_for_a_day(app: Flask, clock) -> None:
    _ana, post_id = reported_text(app)
    mo, kim = Person(app, "moderator"), Moderator(new_id())
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/ask", data={**bound, "note": QUESTION})
    clock.shift(asking.ANSWER_HOURS * 3600 - 60)
    with writing():
        assert claims.take_next(kim, [], now()) is None
    clock.shift(120)
    with writing():
        assert claims.take_next(kim, [], now()) == desk.review_of(post_id, "report").id


def test_what_is_hidden_keeps_its_due_time_while_its_author_is_asked(app: Flask, clock) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.publish(post_id)
    me = Moderator(new_id())
    with writing():
        hide_at_once(me, post_id, desk.text_of(post_id).hash, Choice("hide", "R3", desk.WORDS), now())
    review = desk.review_of(post_id, "report")
    due = review.due_at
    seen = desk.read(me, review.id)
    with writing():
        asking.ask(me, review.id, seen, QUESTION, now())
    assert desk.review_of(post_id, "report").due_at == due


def test_asking_binds_to_what_was_read_and_never_to_a_text_that_waits(app: Flask) -> None:
    _ana, post_id = reported_text(app)
    me = Moderator(new_id())
    review = desk.review_of(post_id, "report")
    seen = desk.read(me, review.id)
    with writing(), pytest.raises(Stale):
        asking.ask(me, review.id, Seen(seen.version + 1, seen.hash), QUESTION, now())
    with writing(), pytest.raises(Stale):
        asking.ask(Moderator(new_id()), review.id, seen, QUESTION, now())
    mine = Moderator(new_id(), reported=frozenset({review.revision_id}))
    with writing(), pytest.raises(OwnText):
        asking.ask(mine, review.id, seen, QUESTION, now())
    waiting = desk.Author().opens(desk.a_circle())
    mo = Person(app, "moderator")
    mo_path = f"/moderation/reviews/{desk.review_of(waiting).id}"
    mo.browser.post(f"{mo_path}/claim")
    bound = fields(mo.browser.get(mo_path).text)
    assert mo.browser.post(f"{mo_path}/ask", data={**bound, "note": QUESTION}).status_code == 409
    assert conversation.asked_about(waiting) == []


def test_an_appeal_is_talked_about_before_it_is_decided(app: Flask) -> None:
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle())
    desk.screen_all()
    mo, kim = Person(app, "moderator"), Person(app, "moderator")
    path, bound, _page = take(mo)
    sent = {**bound, "reason": "decline-hostile", "note": "This would hurt whoever reads it."}
    assert mo.browser.post(f"{path}/decline", data=sent).status_code == 303
    decision_id = desk.review_of(post_id).decision_id
    with writing():
        conversation.appeal(decision_id, "Please look again.", now())
        db.session.execute(db.text("UPDATE revision SET grace_until = NULL"))
    appeal_path, bound, card = take(kim)
    assert "Ask the author" in card
    kim.browser.post(f"{appeal_path}/ask", data={**bound, "note": "Whom did you mean by it?"})
    answer_to(ana, post_id, "Only myself.")
    again, bound, card = take(kim)
    assert again == appeal_path
    assert "Only myself." in card
    assert kim.browser.post(f"{appeal_path}/overturn", data={**bound, "note": ""}).status_code == 303


def test_a_cry_for_help_in_an_appeal_an_answer_or_a_report_goes_to_care(app: Flask, clock) -> None:
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle())
    desk.screen_all()
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "decline")
    clock.shift(400)
    page = ana.browser.get(f"/mine/{post_id}").text
    assert re.search(r'action="/mine/[^"]+/appeal"', page)
    sent = {"note": "You were my last place. I will end my life tonight."}
    assert ana.browser.post(f"/mine/{post_id}/appeal", data=sent).status_code == 303
    appeal = desk.review_of(post_id, "appeal")
    assert (appeal.lane, appeal.tier) == ("care", "D")
    assert (appeal.due_at - now()).total_seconds() <= 15 * 60
    shown = desk.Author().opens(desk.a_circle())
    desk.publish(shown)
    worried = {"reason": "worried", "note": "I think she is going to kill herself tonight."}
    assert Person(app).browser.post(f"/posts/{shown}/report", data=worried).status_code == 303
    told = desk.review_of(shown, "report")
    assert told.lane == "care"
    calm = desk.Author().opens(desk.a_circle())
    desk.publish(calm)
    Person(app).browser.post(f"/posts/{calm}/report", data={"reason": "worried", "note": "A sad text."})
    assert desk.review_of(calm, "report").lane == "reported"
