"""Appeals, strikes and suspensions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from forum.circles import actions as life
from forum.circles import conversation
from forum.circles.models import Decision, PublishedPost, Review
from forum.circles.reviews import Changed
from forum.members import sanctions
from forum.moderation import actions, claims, interventions
from forum.moderation.actions import CannotUndo, Moderator, OwnText
from forum.moderation.rules import Choice
from forum.notices import queries as notices
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk

GOODBYE = "I have said goodbye to everyone and tonight I will end my life."


class Case:
    """A text that one moderator took away, and the appeal about it."""

    def __init__(self, clock: time_machine.Traveller, outcome: str, body: str = "A long week.") -> None:
        self.ana, self.maker, self.other = desk.Author(), Moderator(new_id()), Moderator(new_id())
        self.post_id = self.ana.opens(desk.a_circle(), body)
        desk.screen_all()
        review_id = desk.review_of(self.post_id).id
        if outcome == "remove":
            desk.publish(self.post_id)
            with writing():
                seen = desk.text_of(self.post_id).hash
            with writing():
                interventions.hide_at_once(
                    self.maker, self.post_id, seen, Choice("hide", "R3", desk.WORDS), now()
                )
            review_id = desk.review_of(self.post_id, "report").id
        self.decision = desk.decide(self.maker, review_id, outcome)
        clock.shift(301)

    def appeal(self) -> Review:
        with writing():
            return conversation.appeal(self.decision.id, "I took the name out.", now())

    def settle(self, outcome: str, by: Moderator | None = None, others: int = 0) -> Decision | None:
        appeal = desk.review_of(self.post_id, "appeal")
        me = by or self.other
        before = desk.read(me, appeal.id)
        with writing():
            return interventions.decide_appeal(
                me, appeal.id, before, Choice(outcome, "", desk.WORDS), now(), others
            )

    @property
    def state(self) -> str:
        return desk.text_of(self.post_id).state

    def told(self) -> list[str]:
        db.session.rollback()
        return [one.kind for one in notices.notices_of(life._names(self.ana.vault), now())]


@pytest.mark.parametrize("outcome", ["return", "decline", "remove"])
def test_overturned_is_read_by_others_in_the_same_act(
    engine_app: Flask, clock: time_machine.Traveller, outcome: str
) -> None:
    case = Case(clock, outcome)
    appeal = case.appeal()
    assert appeal.due_at - now() <= timedelta(hours=48)
    case.settle("overturn")
    assert case.state == "published"
    assert "long week" in db.session.get_one(PublishedPost, case.post_id).plain
    assert not db.session.get_one(Decision, case.decision.id).in_force
    assert "appeal" in case.told()
    assert not desk.review_of(case.post_id, "appeal").open


@pytest.mark.parametrize("outcome", ["return", "decline", "remove"])
def test_upheld_is_final(app: Flask, clock: time_machine.Traveller, outcome: str) -> None:
    case = Case(clock, outcome)
    before = case.state
    case.appeal()
    case.settle("uphold")
    assert case.state == before
    assert "appeal" in case.told()
    with pytest.raises(Changed):
        case.appeal()


def test_a_text_of_tier_d_waits_for_its_second_person_after_an_appeal(
    app: Flask, clock: time_machine.Traveller
) -> None:
    case = Case(clock, "decline", GOODBYE)
    case.appeal()
    case.settle("overturn", others=1)
    assert case.state == "waiting"
    review = desk.review_of(case.post_id)
    assert (review.open, review.first_by) == (True, case.other.staff_id)


def test_who_made_the_decision_is_neither_offered_nor_allowed_the_appeal(
    app: Flask, clock: time_machine.Traveller
) -> None:
    case = Case(clock, "decline")
    case.appeal()
    with writing():
        assert claims.take_next(case.maker, [], now()) is None
    with pytest.raises(OwnText):
        case.settle("uphold", case.maker)
    clock.shift(49 * 3600)
    with pytest.raises(OwnText):
        case.settle("uphold", case.maker)


def test_a_team_of_one_decides_after_48_hours_and_it_is_marked(
    app: Flask, clock: time_machine.Traveller
) -> None:
    case = Case(clock, "decline")
    case.appeal()
    alone = Moderator(case.maker.staff_id, is_alone=True)
    with pytest.raises(OwnText):
        case.settle("overturn", alone)
    clock.shift(49 * 3600)
    decision = case.settle("overturn", alone)
    assert decision is not None
    assert decision.alone
    said = [
        one.words for one in notices.notices_of(life._names(case.ana.vault), now()) if one.kind == "appeal"
    ]
    assert "Nobody else was there" in said[0]


def test_the_first_of_two_voices_does_not_decide_the_appeal(
    app: Flask, clock: time_machine.Traveller
) -> None:
    ana, one, two = desk.Author(), Moderator(new_id()), Moderator(new_id())
    post_id = ana.opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    desk.decide(one, review_id, "decline", others=1)
    decision = desk.decide(two, review_id, "decline", others=1)
    clock.shift(301)
    with writing():
        conversation.appeal(decision.id, "Please look again.", now())
        assert claims.take_next(one, [], now()) is None
        assert claims.take_next(two, [], now()) is None
        assert claims.take_next(Moderator(new_id()), [], now()) is not None


def test_an_appeal_is_asked_once_within_twenty_days(app: Flask, clock: time_machine.Traveller) -> None:
    case = Case(clock, "decline")
    clock.shift(21 * 86400)
    with pytest.raises(Changed):
        case.appeal()


def test_an_overturned_return_that_was_edited_meanwhile_leaves_the_newer_text(
    app: Flask, clock: time_machine.Traveller
) -> None:
    case = Case(clock, "return")
    case.appeal()
    case.ana.edits(case.post_id, "Newer words.")
    case.settle("overturn")
    assert case.state == "waiting"
    assert db.session.get(PublishedPost, case.post_id) is None


def sanctioned(case: Case, outcome: str, days: int = 7) -> Decision:
    review_id = case.decision.review_id
    with writing():
        choice = Choice(outcome, "R2", "This would hurt whoever reads it.")
        return interventions.sanction(case.maker, review_id, choice, days, now())


def test_a_strike_expires(app: Flask, clock: time_machine.Traveller) -> None:
    case = Case(clock, "decline")
    sanctioned(case, "strike")
    names = life._names(case.ana.vault)
    assert sanctions.count_strikes(names) == 1
    assert "strike" in case.told()
    clock.shift(91 * 86400)
    assert sanctions.count_strikes(names) == 0


def test_a_suspended_person_writes_under_no_name_and_a_cry_for_help_is_held(
    app: Flask, clock: time_machine.Traveller
) -> None:
    case = Case(clock, "decline")
    sanctioned(case, "suspend")
    with pytest.raises(life.NotTaken, match="suspended"):
        case.ana.opens(desk.a_circle())
    post_id = case.ana.opens(desk.a_circle(), GOODBYE)
    assert desk.text_of(post_id).state == "held"
    assert desk.review_of(post_id).lane == "care"
    clock.shift(8 * 86400)
    case.ana.opens(desk.a_circle())


@pytest.mark.parametrize("outcome", ["strike", "suspend"])
def test_a_sanction_is_lifted_by_an_appeal_beside_the_one_about_the_text(
    engine_app: Flask, clock: time_machine.Traveller, outcome: str
) -> None:
    case = Case(clock, "decline")
    given = sanctioned(case, outcome)
    case.appeal()
    with writing():
        about = conversation.appeal(given.id, "I did not mean anybody.", now())
    before = desk.read(case.other, about.id)
    with writing():
        interventions.decide_appeal(
            case.other, about.id, before, Choice("overturn", "", desk.WORDS), now(), 0
        )
    assert sanctions.active(life._names(case.ana.vault), day_of(now())) == []
    assert case.state == "declined", "the text itself is another question"


def test_a_sanction_can_be_undone_once(app: Flask, clock: time_machine.Traveller) -> None:
    case = Case(clock, "decline")
    given = sanctioned(case, "strike")
    with writing():
        actions.undo(case.maker, given.id, now())
    assert sanctions.count_strikes(life._names(case.ana.vault)) == 0
    with pytest.raises(CannotUndo), writing():
        actions.undo(case.maker, given.id, now())
