"""Care for moderators: a light one after five, topics left to others, skips, debriefs."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.circles.models import Review
from forum.moderation import claims, wellbeing
from forum.moderation.offering import SKIPPED_FOR, Moderator
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.moderation import desk


def waiting(lane: str, rank: int, tier: str | None = None, flags: list[str] | None = None) -> str:
    with writing():
        thread = factories.thread(factories.circle())
        post = factories.post(thread, is_opening=True)
        review = factories.review(factories.revision(post), post, thread, lane)
        review.rank, review.tier, review.flags = rank, tier, flags or []
        return review.id


def test_a_shift_of_heavy_ones_gets_a_light_one_after_five(app: Flask) -> None:
    ana = desk.Author()
    heavy = {waiting("care", 1, "C") for _ in range(8)}
    light = waiting("routine", 4)
    staff_id, served = new_id(), []
    for _turn in range(7):
        strain = wellbeing.strain_of(ana.vault, now())
        me = Moderator(staff_id, wants_light=strain.wants_light)
        with writing():
            review_id = claims.take_next(me, [], now())
            wellbeing.count(ana.vault, db.session.get_one(Review, review_id), now())
        served.append(review_id)
    assert [one in heavy for one in served] == [True] * 5 + [False, True]
    assert served[5] == light
    assert wellbeing.strain_of(ana.vault, now()).heavy == 6


def test_without_a_light_one_the_order_stays(app: Flask) -> None:
    heavy = waiting("care", 1, "C")
    with writing():
        assert claims.take_next(Moderator(new_id(), wants_light=True), [], now()) == heavy


def test_the_count_ends_with_the_shift(app: Flask, clock) -> None:
    ana = desk.Author()
    review = db.session.get_one(Review, waiting("care", 1, "C"))
    with writing():
        wellbeing.count(ana.vault, review, now())
    assert wellbeing.strain_of(ana.vault, now()).heavy == 1
    clock.shift(13 * 3600)
    assert wellbeing.strain_of(ana.vault, now()).heavy == 0
    with writing():
        wellbeing.end_shift(ana.vault)
    assert wellbeing.strain_of(ana.vault, now()).streak == 0


@pytest.mark.parametrize("alone", [False, True])
def test_a_topic_left_to_others_is_never_served(app: Flask, alone: bool) -> None:
    left = waiting("care", 3, "B", ["eating-disorder-detail"])
    other = waiting("routine", 4, None, ["eating-disorder"])
    me = Moderator(new_id(), left_out=frozenset({"eating-disorder-detail"}), is_alone=alone)
    with writing():
        assert claims.take_next(me, [], now()) == other
        assert claims.take_next(me, [], now()) is None
    review = db.session.get_one(Review, left, populate_existing=True)
    assert review.for_lead == alone, "escalated where nobody else could take it, never forced"
    assert review.claimed_by is None


def test_a_skipped_one_comes_back_after_an_hour_and_others_get_it_at_once(app: Flask, clock) -> None:
    review_id = waiting("routine", 4)
    me, other = Moderator(new_id()), Moderator(new_id())
    with writing():
        assert claims.take_next(me, [], now()) == review_id
        claims.skip(me, review_id, now())
        assert claims.take_next(me, [], now()) is None
    with writing():
        assert claims.take_next(other, [], now()) == review_id
        claims.release(other, review_id)
    clock.shift(SKIPPED_FOR)
    with writing():
        assert claims.take_next(me, [], now()) == review_id
    from forum.moderation.models import StagedEntry

    acts = [entry.act for entry in db.session.scalars(db.select(StagedEntry))]
    assert acts == ["skip"]


def test_what_somebody_leaves_to_others_lies_sealed(app: Flask) -> None:
    ana = desk.Author()
    with writing():
        wellbeing.choose(ana.vault, ["goodbye", "no-such-topic"], softened=False)
    strain = wellbeing.strain_of(ana.vault, now())
    assert (strain.left_out, strain.softened) == (frozenset({"goodbye"}), False)
    rows = db.session.execute(db.text("SELECT sealed FROM vault")).scalars()
    assert not any(b"goodbye" in bytes(row) for row in rows)


def test_a_debrief_is_asked_for_after_tier_d_until_it_has_been(app: Flask) -> None:
    ana = desk.Author()
    heavy = db.session.get_one(Review, waiting("care", 0, "D"))
    other = db.session.get_one(Review, waiting("care", 1, "C"))
    with writing():
        for review in (heavy, other, heavy):
            wellbeing.ask_for_debrief(ana.vault, review)
    assert wellbeing.strain_of(ana.vault, now()).debriefs == (heavy.id,)
    with writing():
        wellbeing.end_debriefs(ana.vault)
    assert wellbeing.strain_of(ana.vault, now()).debriefs == ()
