"""An author who answers is heard: at the desk, in the lanes, by an alert, and after the decision too."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from forum.care.panel import starters_for
from forum.circles import conversation, erasure
from forum.circles.models import Message, Review
from forum.circles.waits import ANSWERED
from forum.members import sanctions
from forum.moderation import actions, alerts, asking, sweeps
from forum.moderation.actions import CannotUndo, Moderator, Stale
from forum.moderation.rules import AT_TARGET, FIRST_ALERT
from forum.storage.clock import coarse, day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, take
from tests.moderation.test_talking import answer_to, own_author
from tests.people import Person

ACTIVE = "I want to kill myself."
LISTEN = "I read that the nights are the worst. I would like to listen."
THANKS = "Thank you. The night was long, and I slept a little."


def held(app: Flask, body: str = ACTIVE) -> tuple[Person, str]:
    """A text under care that a moderator has answered."""
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle(), body)
    desk.screen_all()
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "hold", words=LISTEN)
    return ana, post_id


def published(app: Flask, body: str = ACTIVE) -> tuple[Person, str]:
    ana, post_id = held(app, body)
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "publish", words="")
    assert desk.text_of(post_id).state == "published"
    return ana, post_id


# --- While it is held.


def test_an_answer_is_announced_at_the_desk_and_on_the_card(app: Flask) -> None:
    ana, post_id = held(app)
    mo = Person(app, "moderator")
    page = mo.browser.get("/moderation").text
    assert "has answered" not in page
    assert "1 in conversation" in page
    answer_to(ana, post_id, THANKS)
    page = mo.browser.get("/moderation").text
    assert "1 author has answered" in page
    assert "in conversation" not in page
    assert "author answered" in mo.browser.get("/moderation/queue").text
    path, bound, card = take(mo)
    assert "The author has answered." in card
    mo.browser.post(f"{path}/hold", data={**bound, "note": f"{LISTEN} Tonight as well."})
    assert "has answered" not in mo.browser.get("/moderation").text


def test_an_answer_is_due_anew_and_what_waits_for_its_author_is_not_late(app: Flask, clock) -> None:
    ana, post_id = held(app)
    clock.shift(timedelta(hours=3))
    assert "1 late" not in Person(app, "moderator").browser.get("/moderation").text
    answer_to(Person(app, key=ana.key), post_id, THANKS)
    assert desk.review_of(post_id).due_at == coarse(now()) + timedelta(hours=1)
    clock.shift(timedelta(minutes=71))
    assert "1 late" in Person(app, "moderator").browser.get("/moderation").text


def test_an_answer_before_the_first_target_is_not_put_off(app: Flask, clock) -> None:
    ana, post_id = held(app)
    due = desk.review_of(post_id).due_at
    clock.shift(timedelta(minutes=15))
    answer_to(ana, post_id, THANKS)
    assert desk.review_of(post_id).due_at == due


def test_the_same_form_is_one_answer(app: Flask) -> None:
    ana, post_id = held(app)
    sent = {"note": THANKS, "form_key": "k" * 20}
    for _click in (1, 2):
        assert ana.browser.post(f"/mine/{post_id}/write", data=sent).status_code == 303
    sides = db.session.scalars(db.select(Message.side).order_by(Message.place)).all()
    assert sides == ["staff", "author"]


def test_the_operator_hears_of_an_answer_that_nobody_takes_up(app: Flask, clock) -> None:
    ana, post_id = held(app)
    clock.shift(timedelta(hours=5))
    assert alerts.due(now()) == [], "somebody has answered, and waits for the author"
    answer_to(Person(app, key=ana.key), post_id, THANKS)
    assert alerts.due(now()) == []
    clock.shift(timedelta(minutes=31))
    assert [one.steps for one in alerts.due(now())] == [FIRST_ALERT]
    clock.shift(timedelta(minutes=31))
    assert [one.steps for one in alerts.due(now())] == [FIRST_ALERT | AT_TARGET]
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "hold", words=LISTEN)
    assert alerts.due(now()) == []


def test_a_conversation_is_not_undone_once_its_author_has_answered(app: Flask) -> None:
    ana, post_id = held(app)
    decision_id = desk.review_of(post_id).decision_id
    answer_to(ana, post_id, THANKS)
    mo = Person(app, "moderator")
    answer = mo.browser.post(f"/moderation/decisions/{decision_id}/undo")
    assert answer.status_code == 409
    assert "The author has answered" in answer.text
    assert desk.text_of(post_id).state == "held"


def test_it_is_undone_while_its_author_has_said_nothing(app: Flask) -> None:
    _ana, post_id = held(app)
    with writing():
        actions.undo(Moderator(new_id()), desk.review_of(post_id).decision_id, now())
    assert desk.text_of(post_id).state == "waiting"


# --- Inside the grace window of a decision that the author does not know of.


def test_words_in_the_grace_window_win_like_every_act(app: Flask) -> None:
    ana, post_id = held(app)
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "return")
    decision_id = desk.review_of(post_id).decision_id
    page = ana.browser.get(f"/mine/{post_id}").text
    assert f'action="/mine/{post_id}/write#talk"' in page, "nothing tells of the decision"
    answer_to(ana, post_id, THANKS)
    assert desk.text_of(post_id).state == "waiting"
    assert desk.review_of(post_id).open
    with writing(), pytest.raises(CannotUndo):
        actions.undo(Moderator(new_id()), decision_id, now())


# --- After the decision.


def test_an_author_is_not_cut_off_when_the_text_is_published(app: Flask) -> None:
    ana, post_id = published(app)
    mo, kim = Person(app, "moderator"), Person(app, "moderator")
    page = ana.browser.get(f"/mine/{post_id}").text
    assert LISTEN in page
    assert "the conversation stays open" in page
    assert mo.browser.post("/moderation/next").location == "/moderation", "nothing is due"
    answer_to(ana, post_id, THANKS)
    review = desk.review_of(post_id)
    assert (review.open, review.lane, review.tier) == (True, "care", "C")
    assert review.due_at == coarse(now()) + timedelta(hours=1)
    assert "1 author has answered" in mo.browser.get("/moderation").text
    path, bound, card = take(mo)
    assert "its author has written again" in card
    assert "A conversation goes on" in card
    assert THANKS in card
    for gone in ("/publish", "/return", "/hold", "/decline", "/propose"):
        assert f'action="{path}{gone}"' not in card
        sent = {**bound, "reason": "return-details", "note": LISTEN, "revealed": "yes"}
        assert mo.browser.post(f"{path}{gone}", data=sent).status_code in (409, 422)
    assert mo.browser.post(f"{path}/ask", data={**bound, "note": "Hm."}).status_code == 422
    starter = starters_for("C")[0].text
    untouched = mo.browser.post(f"{path}/ask", data={**bound, "note": starter})
    assert untouched.status_code == 422
    assert "make the starter text your own" in unescape(untouched.text)
    answer = mo.browser.post(f"{path}/ask", data={**bound, "note": f"{LISTEN} Still."}, follow_redirects=True)
    assert "If they write again, it comes back." in answer.text
    assert "A moderator wrote to you." in ana.browser.get("/notices").text
    assert f"{LISTEN} Still." in ana.browser.get(f"/mine/{post_id}").text
    assert kim.browser.post("/moderation/next").location == "/moderation", "it rests"
    assert desk.text_of(post_id).state == "published"
    answer_to(ana, post_id, "And today I went out.")
    assert take(kim)[0] == path, "it comes back"


def test_words_that_need_no_answer_are_let_rest(app: Flask) -> None:
    ana, post_id = published(app)
    answer_to(ana, post_id, THANKS)
    mo = Person(app, "moderator")
    path, bound, card = take(mo)
    assert "No answer needed" in card
    assert mo.browser.post(f"{path}/rest", data=bound).status_code == 303
    review = desk.review_of(post_id)
    assert (review.open, review.due_at, ANSWERED in review.flags) == (False, None, False)
    assert mo.browser.post(f"{path}/rest", data=bound).status_code == 409
    assert "write#talk" in ana.browser.get(f"/mine/{post_id}").text


def test_only_a_decided_text_is_let_rest_and_only_as_it_was_read(app: Flask) -> None:
    _ana, post_id = held(app)
    me, review = Moderator(new_id()), desk.review_of(post_id)
    seen = desk.read(me, review.id)
    with writing(), pytest.raises(asking.rules.NotAllowed):
        asking.let_rest(me, review.id, seen, now())
    with writing(), pytest.raises(asking.rules.NotAllowed):
        asking.ask(me, review.id, seen, LISTEN, now())
    ana, post_id = published(app)
    answer_to(ana, post_id, THANKS)
    review = desk.review_of(post_id)
    seen = desk.read(me, review.id)
    answer_to(ana, post_id, "One more thing.")
    with writing(), pytest.raises(Stale):
        asking.let_rest(me, review.id, seen, now())


def test_a_cry_for_help_after_the_decision_rises(app: Flask) -> None:
    ana, post_id = published(app)
    answer_to(ana, post_id, GOODBYE)
    review = desk.review_of(post_id)
    assert (review.lane, review.tier, review.rank) == ("care", "D", 0)
    assert review.due_at == coarse(now()) + timedelta(minutes=15)
    assert 'id="help"' in ana.browser.get(f"/mine/{post_id}?said=1").text


@pytest.mark.parametrize("outcome", ["return", "decline"])
def test_it_goes_on_after_a_return_and_after_no(app: Flask, clock, outcome: str) -> None:
    ana, post_id = held(app)
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, outcome)
    clock.shift(400)
    assert "the conversation stays open" in ana.browser.get(f"/mine/{post_id}").text
    answer_to(ana, post_id, THANKS)
    assert desk.review_of(post_id).open
    assert desk.text_of(post_id).state == {"return": "returned", "decline": "declined"}[outcome]


def test_somebody_who_was_never_written_to_may_write_too(app: Flask) -> None:
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle(), ACTIVE)
    desk.publish(post_id)
    answer_to(ana, post_id, THANKS)
    answer_to(ana, post_id, "One more thing.")
    review = desk.review_of(post_id)
    assert (review.open, review.lane) == (True, "care")
    assert len(conversation.asked_about(post_id)) == 1


def test_it_goes_on_for_thirty_days_after_the_last_word(app: Flask, clock) -> None:
    ana, post_id = published(app)
    clock.shift(timedelta(days=29))
    ana = Person(app, key=ana.key)
    answer_to(ana, post_id, THANKS)
    me = Moderator(new_id())
    review = desk.review_of(post_id)
    seen = desk.read(me, review.id)
    with writing():
        asking.let_rest(me, review.id, seen, now())
    clock.shift(timedelta(days=30))
    ana = Person(app, key=ana.key)
    with writing():
        sweeps.forget_what_is_old(now())
    page = ana.browser.get(f"/mine/{post_id}").text
    assert THANKS in page
    assert "write#talk" in page
    clock.shift(timedelta(days=1))
    ana = Person(app, key=ana.key)
    with writing():
        sweeps.forget_what_is_old(now())
    page = ana.browser.get(f"/mine/{post_id}").text
    assert THANKS not in page
    assert "write#talk" not in page
    late = ana.browser.post(f"/mine/{post_id}/write", data={"note": THANKS, "form_key": "k" * 20})
    assert late.status_code == 409
    assert THANKS in late.text


def test_an_ordinary_text_has_no_talk_after_its_decision(app: Flask) -> None:
    ana, author = own_author(app)
    post_id = author.opens(desk.a_circle())
    desk.publish(post_id)
    assert "write#talk" not in ana.browser.get(f"/mine/{post_id}").text


def test_a_talk_that_went_on_follows_an_edit(app: Flask) -> None:
    ana, post_id = published(app)
    answer_to(ana, post_id, THANKS)
    author = desk.Author()
    author.key = ana.key
    author.edits(post_id, "A calmer version.")
    page = ana.browser.get(f"/mine/{post_id}").text
    assert THANKS in page
    assert "write#talk" in page
    desk.screen_all()
    newer = db.session.scalars(db.select(Review).where(Review.open, Review.lane != "care")).one()
    desk.decide(Moderator(new_id()), newer.id, "publish", words="")
    answer_to(ana, post_id, "I changed it a little.")
    open_ones = db.session.scalars(db.select(Review).where(Review.open)).all()
    assert [one.lane for one in open_ones] == ["care"]


def test_who_leaves_for_good_waits_for_no_answer(app: Flask) -> None:
    ana, post_id = published(app)
    answer_to(ana, post_id, THANKS)
    with writing():
        assert erasure.waiting(ana.vault) == [post_id]
        erasure.end_waiting(ana.vault, post_id, now())
    assert not desk.review_of(post_id).open


# --- Where writing is paused for the author.


def paused_cry(app: Flask) -> tuple[Person, str, str]:
    """A text under care by somebody whose writing is paused, under a name of their own; the post's id."""
    ana, author = own_author(app)
    earlier = author.opens(desk.a_circle())
    with writing():
        name_id = db.session.get(desk.Post, earlier).pseudonym_id
        sanctions.give(name_id, "suspension", day_of(now()) + timedelta(days=3))
    author.name = "Another Name"
    post_id = author.opens(desk.a_circle(), ACTIVE)
    desk.screen_all()
    return ana, post_id, name_id


def test_a_cry_for_help_is_answered_and_not_published_while_writing_is_paused(app: Flask) -> None:
    ana, post_id, _name_id = paused_cry(app)
    assert desk.text_of(post_id).state == "held"
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "A moderator is talking with you" not in page, "nobody has written yet"
    assert "Received. A moderator will read it" in page
    mo = Person(app, "moderator")
    path, bound, card = take(mo)
    assert "Writing is paused for its author" in card
    assert f'"{path}/publish"' not in card
    assert f'"{path}/propose"' not in card
    refused = mo.browser.post(f"{path}/publish", data={**bound, "revealed": "yes"})
    assert refused.status_code == 422
    assert "Writing is paused for its author" in refused.text
    assert desk.text_of(post_id).state == "held"
    assert mo.browser.post(f"{path}/hold", data={**bound, "note": LISTEN}).status_code == 303
    assert "A moderator is talking with you" in ana.browser.get(f"/mine/{post_id}").text


def test_it_can_be_published_once_it_is_sent_again_after_the_pause(app: Flask, clock) -> None:
    ana, post_id, _name_id = paused_cry(app)
    clock.shift(timedelta(days=4))
    author = desk.Author()
    author.key = ana.key
    author.edits(post_id, f"{ACTIVE} I would like others to read it.")
    desk.screen_all()
    assert desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "publish") is not None
    assert desk.text_of(post_id).state == "published"
