"""Numbers of the desk: right where there is enough, silent where there is too little."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask

from forum.circles import actions as life
from forum.circles import waits
from forum.circles.models import Decision, WaitCount
from forum.circles.tasks import screen_next
from forum.moderation import alike, claims, numbers, ten
from forum.moderation.models import HandCount
from forum.moderation.offering import Moderator
from forum.screening.care import read_care
from forum.screening.care_book import rule_book
from forum.screening.contempt import KINDS, read_contempt
from forum.screening.findings import Screened
from forum.screening.lanes import THRESHOLDS, lane_for
from forum.screening.models import Screening
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.engines import counting
from tests.members.test_vault import in_tabs
from tests.moderation import desk
from tests.people import Person


def decided(label_score: float, outcome: str, rule: str = "", machine: tuple[str, ...] = ()) -> None:
    with writing():
        thread = factories.thread(factories.circle())
        post = factories.post(thread, is_opening=True)
        text = factories.revision(post)
        review = factories.review(text, post, thread)
        review.aim, review.open = "other", False
        db.session.add(Screening(subject_id=text.id, state="done", labels={"insult": label_score}))
        db.session.add(
            Decision(
                id=new_id(),
                review_id=review.id,
                revision_id=text.id,
                revision_hash=text.hash,
                staff_id=new_id(),
                outcome=outcome,
                rule=rule,
                machine=list(machine),
                day=day_of(now()),
            )
        )


def test_the_known_best_cut_is_found(app: Flask) -> None:
    for score in (0.75, 0.8, 0.9):
        decided(score, "decline", "decline-hostile", ("insult",))
    for score in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.72, 0.78):
        decided(score, "publish", machine=("insult",) if score > 0.7 else ())
    decided(0.05, "return", "return-details")
    scores = numbers.past_scores("insult", day_of(now()))
    assert len(scores) == 12
    assert numbers.best_cut(scores) == 0.75
    assert numbers.cut_at(0.7, scores) == numbers.Cut(0.7, 5, 2, 0)
    assert numbers.cut_at(0.85, scores) == numbers.Cut(0.85, 1, 0, 2)
    insult = next(one for one in numbers.agreement(day_of(now())) if one.label == "insult")
    assert (insult.held, insult.turned_back, insult.published) == (5, 3, 2)


def by_rules(text: str) -> Screened:
    """A machine that scores nothing and reads by the rules."""
    care, contempt = read_care(text), read_contempt(text)
    lane = lane_for(care, {}, "other", (), contempt)
    return Screened({"insult": 0.01}, lane, (), care, "other", 1, "test", contempt=contempt)


def judged(body: str, outcome: str) -> str:
    """A text that was read by the rules and decided about; its post."""
    post_id = desk.Author().opens(desk.a_circle(), body)
    while screen_next(by_rules):
        pass
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, outcome, rule="R2")
    return post_id


def test_what_a_rule_of_contempt_held_is_counted_by_its_kind(app: Flask) -> None:
    cold = "You brought this on yourself. Enough of your whining."
    judged(cold, "decline")
    judged(cold, "publish")
    judged("You brought this on yourself. You did this to yourself.", "return")
    judged("A long week.", "publish")
    with counting() as statements:
        found = {one.label: one for one in numbers.agreement(day_of(now()))}
    assert len(statements) == 1
    assert set(found) == {*THRESHOLDS, *KINDS}
    assert found["blame"] == numbers.Agreement("blame", 3, 2, 1, by_rule=True)
    assert found["mockery"] == numbers.Agreement("mockery", 2, 1, 1, by_rule=True)
    assert sum(one.held for one in found.values()) == 5
    page = Person(app, "lead").browser.get("/moderation/numbers").text
    assert "blame</th><td>3</td><td>2</td><td>1</td>" in page


def test_contempt_beside_distress_held_nothing_and_is_not_counted(app: Flask) -> None:
    body = "I hate myself and I feel so hopeless. You brought this on yourself."
    post_id = judged(body, "publish")
    review = desk.review_of(post_id)
    kept = db.session.get_one(Screening, review.revision_id).findings
    assert review.lane == "routine" and "blame" in {one["kind"] for one in kept}
    assert all(one.held == 0 for one in numbers.agreement(day_of(now())))


def test_a_kind_of_contempt_has_the_name_of_nothing_else() -> None:
    book = rule_book()
    of_care = {one.kind for one in (*book.rules, *book.together)}
    assert not {*KINDS} & {*of_care, *THRESHOLDS}


def test_too_few_say_nothing(app: Flask) -> None:
    decided(0.9, "decline", "decline-hostile")
    assert numbers.best_cut(numbers.past_scores("insult", day_of(now()))) is None
    assert numbers.suppressed(9) is None
    assert numbers.suppressed(10) == 10


def test_waits_are_a_median_and_a_ninetieth_percentile_of_steps(app: Flask) -> None:
    today = day_of(now())
    with writing():
        for minutes, count in ((5, 4), (30, 4), (240, 2)):
            db.session.add(WaitCount(day=today, hour=9, lane="care", minutes=minutes, count=count))
        db.session.add(WaitCount(day=today, hour=23, lane="routine", minutes=5, count=9))
        db.session.add(WaitCount(day=date(2020, 1, 1), hour=9, lane="routine", minutes=5, count=99))
    of_lane = {one.lane: one for one in numbers.waits_by_lane(today)}
    assert (of_lane["care"].half, of_lane["care"].most) == (30, 240)
    assert (of_lane["routine"].decisions, of_lane["routine"].half) == (9, None)
    hours = dict(numbers.decisions_by_hour(today))
    assert (hours[9], hours[23], hours[0]) == (10, 9, 0)
    assert len(hours) == 24


def test_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        numbers.at_share([], 0.5)


def test_alike_texts_come_together_whatever_their_disguise() -> None:
    texts = {
        "one": "Please buy my calm course, it will change your whole life in a week",
        "two": "please buy my C4LM course, it will change your whole life in a week!",
        "three": "Please buy my calm course, it will change your whole life in one week",
        "other": "I cried in the car park again and nobody noticed",
        "short": "Thank you",
        "also short": "Thank you.",
    }
    assert [sorted(group) for group in alike.groups(texts)] == [
        ["one", "three", "two"],
        ["also short", "short"],
    ]
    assert alike.likeness([], []) == 0.0


def test_alike_texts_of_the_queue_leave_out_care_and_one_s_own_threads(app: Flask) -> None:
    circle = desk.a_circle()
    spam = "Please buy my calm course, it will change your whole life in a week"
    posts = [desk.Author().opens(circle, spam) for _ in range(3)]
    desk.Author().opens(circle, "I have said goodbye to everyone and tonight I will end my life.")
    found = alike.waiting_alike(Moderator(new_id()), [])
    assert [len(group) for group in found] == [3]
    own = desk.review_of(posts[0]).thread_id
    assert [len(group) for group in alike.waiting_alike(Moderator(new_id()), [own])] == [2]


def in_hand() -> list[tuple[str, int, int]]:
    """What was counted of the time in hand: lane, minutes, how often."""
    db.session.rollback()
    rows = db.session.execute(db.select(HandCount.lane, HandCount.minutes, HandCount.count))
    return sorted(tuple(row) for row in rows)


def test_time_in_hand_runs_from_the_last_claim_and_goes_with_the_decision(
    engine_app: Flask, clock: time_machine.Traveller
) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    first, second = Moderator(new_id()), Moderator(new_id())
    with writing():
        assert claims.take_next(first, [], now()) == review_id
    clock.shift(timedelta(minutes=30))
    before = desk.read(second, review_id)
    clock.shift(timedelta(minutes=4))
    with writing():
        assert claims.claim(second, review_id, now()), "keeping it begins no new claim"
    clock.shift(timedelta(minutes=3))
    desk.decide(second, review_id, "return", before)
    assert in_hand() == [("routine", 10, 1)]
    assert desk.review_by(review_id).claimed_at is None


@pytest.mark.parametrize("exit_", ["given back", "withdrawn", "of ten"])
def test_what_was_not_read_alone_to_its_decision_is_not_measured(app: Flask, exit_: str) -> None:
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle())
    desk.screen_all()
    review_id, me = desk.review_of(post_id).id, Moderator(new_id())
    with writing():
        if exit_ == "of ten":
            assert ten.take_ten(me, [], now()) == 1
        else:
            assert claims.claim(me, review_id, now())
        if exit_ == "given back":
            claims.release(me, review_id)
        if exit_ == "withdrawn":
            life.withdraw(ana.vault, post_id, now())
    if exit_ == "of ten":
        desk.decide(me, review_id, "publish", desk.seen(review_id), words="")
    assert in_hand() == []
    assert desk.review_by(review_id).claimed_at is None


def test_counts_at_the_same_moment_are_all_counted(engine_app: Flask) -> None:
    at = now()
    together = threading.Barrier(2)

    def decide(_tab: int) -> None:
        with writing():
            if db.engine.dialect.name == "postgresql":  # SQLite lets one write at a time
                db.session.execute(db.text("SELECT 1"))
                together.wait(10)
            waits.count_wait("routine", at - timedelta(minutes=3), at)

    assert in_tabs(engine_app, 2, decide) == []
    assert db.session.scalar(db.select(WaitCount.count)) == 2


def test_half_the_time_in_hand_is_told_from_ten_decisions_on(app: Flask) -> None:
    lead = Person(app, "lead")
    for number in range(10):
        assert ">5 minutes<" not in lead.browser.get("/moderation/numbers").text, number
        with writing():
            numbers.count_in_hand("conduct", now() - timedelta(minutes=4), now())
    assert ">5 minutes<" in lead.browser.get("/moderation/numbers").text
