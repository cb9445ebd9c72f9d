"""The reviews that follow a submission: born with it, handed on, raised, closed and opened again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy import insert as core_insert

from forum.circles import rules, waits
from forum.circles.models import Decision, Review, Revision
from forum.circles.writing import UNASKED, Written
from forum.screening import lanes
from forum.screening.findings import Lane, Tier
from forum.screening.models import Screening
from forum.storage.clock import coarse
from forum.storage.database import Model, db


class Changed(Exception):
    """The text is no longer in the state that the act needs."""


def revision_in(post_id: str, states: Collection[str], written_by: str | None = None) -> Revision | None:
    """The revision of a post that is in one of some states; at most one is."""
    wanted = select(Revision).where(Revision.post_id == post_id, Revision.state.in_(states))
    if written_by:
        wanted = wanted.where(Revision.written_by == written_by)
    return db.session.scalars(wanted.with_for_update()).first()


def proposal_of(revision: Revision) -> Revision | None:
    """The moderator's version that is offered beside a revision, once it is screened."""
    return db.session.scalars(
        select(Revision)
        .join(Screening, Screening.subject_id == Revision.id)
        .where(
            Revision.based_on == revision.id,
            Revision.written_by == "staff",
            Revision.state == "proposed",
            Screening.state == "done",
        )
    ).first()


def open_review(revision_id: str, kind: str = "submission") -> Review | None:
    """The open review of a revision, locked for this transaction."""
    return db.session.scalars(
        select(Review)
        .where(Review.revision_id == revision_id, Review.kind == kind, Review.open)
        .with_for_update()
    ).first()


def close_reviews(revision_id: str) -> None:
    """End the submission review of a revision; a stale click on it gets a conflict."""
    review = open_review(revision_id)
    if review is not None:
        review.open = False
        review.version += 1
        review.claimed_until = review.claimed_at = None
        review.band = None
        review.first_by = review.first_outcome = review.first_at = None
    db.session.flush()


def reopen_review(revision: Revision, now: datetime) -> Review:
    """Open the last submission review of a revision again: same lane, same due time.

    Where the exact time is forgotten already, it is due as if it had come now.
    """
    review = db.session.scalars(
        select(Review)
        .where(Review.revision_id == revision.id, Review.kind == "submission")
        .order_by(Review.open.desc(), Review.version.desc())
        .with_for_update()
    ).first()
    if review is None:
        raise Changed
    review.open = True
    review.version += 1
    review.claimed_until = None
    review.decision_id = None
    review.awaits_author = False
    review.due_at = review.due_at or waits.due_at(
        coarse(now),
        review.lane,
        review.tier,  # type: ignore[arg-type]
        tuple(review.flags),
        waits.staffing(now),
    )
    db.session.flush()
    return review


def take_back_decision(revision: Revision, now: datetime) -> Review:
    """Open the review again and put the decision that closed it out of force."""
    last = db.session.scalars(
        select(Review).where(Review.revision_id == revision.id, Review.kind == "submission")
    ).first()
    if last is not None and last.decision_id:
        decision = db.session.get(Decision, last.decision_id)
        if decision is not None:
            decision.in_force = False
    return reopen_review(revision, now)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text belongs."""

    post_id: str
    thread_id: str
    circle_id: str


def insert(table: type[Model], **values: object) -> None:
    """Insert one row at once. A submission needs no objects afterwards, and this is several times cheaper."""
    db.session.connection().execute(_inserts(table), values)


@cache
def _inserts(table: type[Model]) -> Insert:
    return core_insert(table.__table__)  # type: ignore[arg-type]


def born_screening(revision_id: str, written: Written) -> None:
    """Let the screening be born with its revision; what needs care is scored first."""
    insert(
        Screening,
        subject_id=revision_id,
        urgency=lanes.rank(written.lane, written.care.tier),
        findings=[asdict(one) for one in (*written.care.findings, *written.contempt.findings)],
    )


def born_review(
    place: Place,
    revision_id: str,
    written: Written,
    history: rules.History,
    country: str | None,
    now: datetime,
    weighed: dict[str, Any] | None = None,
) -> None:
    """Let the review be born in the transaction of the submission, with the coarse history of the sender.

    `weighed` is what a person had seen in an earlier version when they chose its tier.
    """
    start = coarse(now)
    lane, tier = _raised_to(weighed, written)
    if weighed:
        tier = rules.higher(tier, weighed["chosen"])
    insert(
        Review,
        revision_id=revision_id,
        post_id=place.post_id,
        thread_id=place.thread_id,
        circle_id=place.circle_id,
        lane=lane,
        tier=tier,
        flags=list(written.flags),
        aim=written.aim,
        rank=lanes.rank(lane, tier),
        due_at=waits.due_at(start, lane, tier, written.flags, waits.staffing(now)),
        band=asdict(history),
        country=country,
        weighed=weighed,
    )


def follow(review: Review, revision_id: str, written: Written, history: rules.History) -> None:
    """Let a review go on with a newer revision: earliest due time and higher tier stay.

    A first voice was about the older one and goes. Whether writing is paused is asked anew.
    """
    if review.band is not None:
        review.band = {**review.band, "paused": history.paused}
    review.revision_id = revision_id
    review.awaits_author = False
    review.version += 1
    review.first_by = review.first_outcome = review.first_at = None
    review.flags = sorted({*review.flags} - {UNASKED} | {*written.flags})
    review.aim = written.aim
    raise_review(review, *_raised_to(review.weighed, written))


def weighed_by(kept: dict[str, Any] | None) -> rules.Weighed | None:
    """What a person had seen when they chose a tier, as it lies with the review."""
    return rules.Weighed(tuple(kept["rules"]), kept["chosen"], kept["before"], kept["by"]) if kept else None


def last_weighed(post_id: str) -> dict[str, Any] | None:
    """What a person has weighed about an earlier version of a post; None where nobody has."""
    return db.session.scalars(
        select(Review.weighed).where(
            Review.post_id == post_id, Review.kind == "submission", Review.weighed.is_not(None)
        )
    ).first()


def _raised_to(weighed: dict[str, Any] | None, written: Written) -> tuple[Lane, Tier | None]:
    return rules.raised_to(written.lane, written.care, weighed_by(weighed), {}, written.aim)


def raise_review(review: Review, lane: str, tier: Tier | None) -> None:
    """Move a review up, never down: the machine may only raise."""
    rank = lanes.rank(lane, tier)
    if rank < review.rank or (review.lane == "routine" and lane == "conduct"):
        review.lane, review.rank = lane, rank
        _bring_forward(review, lane, tier)
    review.tier = rules.higher(review.tier, tier)  # type: ignore[arg-type]


def raise_by_words(review: Review, tier: Tier | None, now: datetime) -> None:
    """Move a review up for what was written about it: a cry for help goes to care, due from now on."""
    if tier not in ("B", "C", "D"):
        return
    raise_review(review, "care", tier)
    due = coarse(now) + timedelta(minutes=lanes.target_minutes("care", tier) or 0)
    review.due_at = min(review.due_at or due, due)


def _bring_forward(review: Review, lane: str, tier: Tier | None) -> None:
    """What moved up is due as if it had been there from its submission on; never later than before."""
    sent = db.session.scalar(select(Revision.submitted_at).where(Revision.id == review.revision_id))
    minutes = lanes.target_minutes(lane, tier, review.flags)
    if sent is not None and minutes is not None:
        due = sent + timedelta(minutes=minutes)
        review.due_at = min(review.due_at or due, due)
