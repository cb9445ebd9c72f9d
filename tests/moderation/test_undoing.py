"""The grace window, and what can be undone into what."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from forum.circles import actions as life
from forum.circles.content import open_content
from forum.circles.models import Decision, PublishedPost
from forum.circles.writing import make_ready
from forum.moderation import actions, alerts, reports, sweeps
from forum.moderation.actions import CannotUndo, Moderator
from forum.moderation.rules import Choice, may_undo
from forum.notices import queries as notices
from forum.storage.clock import coarse, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk

PENDING = {"return": "returned", "decline": "declined", "propose": "proposed", "hold": "held"}


def decided(outcome: str) -> tuple[desk.Author, str, Decision]:
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle())
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    me = Moderator(new_id())
    before = desk.read(me, review_id)
    masked = make_ready("A title", "With one detail taken out.", "", is_opening=True)
    with writing():
        choice = Choice(outcome, "R3", desk.WORDS, "", masked)
        decision = actions.decide(me, review_id, before, choice, now())
    assert decision is not None
    return ana, post_id, decision


def undo(decision: Decision) -> Decision:
    with writing():
        return actions.undo(Moderator(new_id()), decision.id, now())


def told(ana: desk.Author) -> list[str]:
    db.session.rollback()
    return [one.kind for one in notices.notices_of(life._names(ana.vault), now())]


@pytest.mark.parametrize("outcome", ["publish", *PENDING])
def test_each_outcome_leaves_one_decision_one_message_and_the_text(
    app: Flask, clock: time_machine.Traveller, outcome: str
) -> None:
    ana, post_id, _decision = decided(outcome)
    clock.shift(301)
    with writing():
        sweeps.close_grace(now())
    assert len(told(ana)) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Decision)) == 1
    assert open_content(desk.text_of(post_id)).body == "A long week."


@pytest.mark.parametrize("outcome", PENDING)
def test_what_took_a_text_from_the_queue_is_undone_into_waiting(engine_app: Flask, outcome: str) -> None:
    _ana, post_id, decision = decided(outcome)
    assert desk.text_of(post_id).state == PENDING[outcome]
    due = desk.review_of(post_id).due_at
    reversal = undo(decision)
    assert reversal.reverses_id == decision.id
    assert desk.text_of(post_id).state == "waiting"
    review = desk.review_of(post_id)
    assert (review.open, review.due_at, review.lane) == (True, due, "routine")
    with pytest.raises(CannotUndo):
        undo(decision)


def test_publishing_is_undone_into_hidden_and_somebody_is_asked(app: Flask) -> None:
    _ana, post_id, decision = decided("publish")
    undo(decision)
    assert desk.text_of(post_id).state == "hidden"
    assert db.session.get(PublishedPost, post_id) is None
    review = desk.review_of(post_id, "report")
    assert (review.open, review.lane, review.flags) == (True, "reported", ["hidden"])


@pytest.mark.parametrize(
    ("body", "place", "minutes"),
    [
        ("I do not want to be here any more.", ("care", "B", 3), 240),
        ("I want to kill myself.", ("care", "C", 1), 60),
        ("I have said goodbye to everyone and tonight I will end my life.", ("care", "D", 0), 15),
        ("Nobody needs you. Go kill yourself.", ("reported", "E", 4), 60),
        ("Everything is hopeless and I am worthless.", ("reported", "A", 4), 480),
    ],
)
def test_a_text_under_care_whose_publishing_is_undone_keeps_its_order_and_target(
    app: Flask, clock: time_machine.Traveller, body: str, place: tuple[str, str, int], minutes: int
) -> None:
    post_id = desk.Author().opens(desk.a_circle(), body)
    desk.publish(post_id)
    decision = db.session.scalars(db.select(Decision).where(Decision.outcome == "publish")).one()
    clock.shift(7200)
    undo(decision)
    review = desk.review_of(post_id, "report")
    assert (review.lane, review.tier, review.rank) == place
    assert review.due_at == coarse(now()) + timedelta(minutes=minutes)
    assert review.flags == ["hidden"]
    clock.shift(minutes * 30 + 60)
    assert bool(alerts.due(now())) == (place[0] == "care"), "the operator hears at half the target"


@pytest.mark.parametrize("outcome", ["hide", "remove"])
def test_hiding_and_removing_are_undone_into_published(app: Flask, outcome: str) -> None:
    _ana, post_id, decision = decided("publish")
    undo(decision)
    report = desk.review_of(post_id, "report")
    removal = desk.decide(Moderator(new_id()), report.id, "remove")
    assert desk.text_of(post_id).state == "removed"
    undo(removal)
    assert desk.text_of(post_id).state == "published"
    assert "long week" in db.session.get_one(PublishedPost, post_id).plain


@pytest.mark.parametrize("outcome", ["return", "decline", "propose"])
def test_the_author_hears_of_it_only_after_the_grace_window(
    app: Flask, clock: time_machine.Traveller, outcome: str
) -> None:
    ana, post_id, decision = decided(outcome)
    assert told(ana) == []
    clock.shift(301)
    with writing():
        sweeps.close_grace(now())
    assert told(ana) == [PENDING[outcome]]
    review = desk.review_of(post_id)
    assert (review.band, review.due_at, desk.text_of(post_id).submitted_at) == (None, None, None)
    undo(decision)
    assert told(ana) == [], "what is undone is not told any more"
    assert desk.text_of(post_id).state == "waiting"


@pytest.mark.parametrize("act", ["withdraw", "edit"])
@pytest.mark.parametrize("outcome", ["return", "decline", "propose"])
def test_an_author_who_acts_within_the_grace_window_wins(app: Flask, act: str, outcome: str) -> None:
    ana, post_id, decision = decided(outcome)
    if act == "withdraw":
        with writing():
            life.withdraw(ana.vault, post_id, now())
        assert desk.text_of(post_id).state == "withdrawn"
    else:
        ana.edits(post_id, "Newer words.")
        assert desk.text_of(post_id).state == "waiting"
    assert not db.session.get_one(Decision, decision.id, populate_existing=True).in_force
    with pytest.raises(CannotUndo, match="the author acted"):
        undo(decision)
    assert told(ana) == []


def test_it_cannot_be_undone_after_the_author_edited(app: Flask, clock: time_machine.Traveller) -> None:
    ana, post_id, decision = decided("return")
    clock.shift(301)
    ana.edits(post_id, "Newer words.")
    with pytest.raises(CannotUndo):
        undo(decision)


@pytest.mark.parametrize(
    ("outcome", "state", "words", "why"),
    [
        ("publish", "published", {}, None),
        ("publish", "superseded", {}, "moved on"),
        ("return", "returned", {}, None),
        ("return", "withdrawn", {}, "moved on"),
        ("return", "returned", {"author_acted": True}, "the author acted"),
        ("return", "returned", {"in_force": False}, "the author acted"),
        ("decline", "declined", {"reversed_before": True}, "undone before"),
        ("uphold", "declined", {}, "moved on"),
        ("leave", "hidden", {}, "moved on"),
        ("escalate", "waiting", {}, "moved on"),
    ],
)
def test_the_table_of_undoing(outcome, state, words, why) -> None:
    facts = {"in_force": True, "reversed_before": False, "author_acted": False} | words
    assert may_undo(outcome, state, **facts) == why


def reported_and(outcome: str, post_id: str, **more: str) -> Decision:
    """Somebody reports a text, and a moderator decides about it."""
    with writing():
        review = reports.report(post_id, reports.Concern("says-how"), now(), None)
    return desk.decide(Moderator(new_id()), review.id, outcome, words="", **more)


def test_no_change_is_undone_into_an_open_report(engine_app: Flask) -> None:
    _ana, post_id, _decision = decided("publish")
    slip = reported_and("leave", post_id)
    assert not desk.review_of(post_id, "report").open
    undo(slip)
    review = desk.review_of(post_id, "report")
    assert (review.open, review.lane, review.id) == (True, "reported", slip.review_id)
    assert review.due_at > now()
    with pytest.raises(CannotUndo, match="undone before"):
        undo(slip)
    assert desk.decide(Moderator(new_id()), review.id, "hide") is not None


def test_no_change_stays_where_it_was_reported_again(app: Flask) -> None:
    _ana, post_id, _decision = decided("publish")
    slip = reported_and("leave", post_id)
    with writing():
        reports.report(post_id, reports.Concern("says-how"), now(), None)
    with pytest.raises(CannotUndo, match="moved on"):
        undo(slip)


def test_a_content_note_is_taken_off_again_and_the_one_before_comes_back(engine_app: Flask) -> None:
    ana, post_id, _decision = decided("publish")

    def note() -> str:
        db.session.rollback()
        return db.session.get_one(PublishedPost, post_id).content_note

    first = reported_and("annotate", post_id, content_note="suicide")
    second = reported_and("annotate", post_id, content_note="violence")
    assert note() == "violence"
    undo(second)
    assert note() == "suicide"
    undo(first)
    assert note() == ""
    assert told(ana).count("noted") == 4, "each is told"
