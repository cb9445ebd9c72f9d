"""Numbers of the desk: right where there is enough, silent where there is too little."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from forum.circles.models import Decision, WaitCount
from forum.moderation import alike, numbers
from forum.moderation.offering import Moderator
from forum.screening.models import Screening
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.moderation import desk


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
