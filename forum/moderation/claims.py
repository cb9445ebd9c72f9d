"""Who holds a review: take the next or a certain one, keep it, give it back, pass it over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, literal, select, update

from forum.circles import rules
from forum.circles.models import Review
from forum.moderation import log
from forum.moderation.models import Skip
from forum.moderation.offering import (
    SKIPPED_FOR,
    Moderator,
    Wanted,
    is_light,
    matches,
    may_take,
    touches,
)
from forum.moderation.rules import CLAIM_ENDED
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.types import Moment

MOST_HEAVY = 3
"""How many heavy reviews one person holds at most; nobody else can take what is only held."""


def claim(moderator: Moderator, review_id: str, now: datetime, *, is_measured: bool = True) -> bool:
    """Take a review under a lease of 20 minutes, or go on holding it.

    False when somebody else has it or it is closed. `is_measured`: how long it is in hand is counted once it
    is decided; not where several are taken at once.
    """
    goes_on = and_(Review.claimed_by == moderator.staff_id, Review.claimed_until > now)
    began = literal(now if is_measured else None, Moment)
    taken = db.session.execute(
        update(Review)
        .where(
            Review.id == review_id,
            Review.open,
            (Review.claimed_by == moderator.staff_id)
            | Review.claimed_until.is_(None)
            | (Review.claimed_until <= now),
        )
        .values(**_lease(moderator, now, case((goes_on, Review.claimed_at), else_=began)))
        .returning(Review.id)
    ).first()
    return taken is not None


def take_next(
    moderator: Moderator,
    own_threads: Collection[str],
    now: datetime,
    lane: str = "",
    wanted: Wanted | None = None,
) -> str | None:
    """Take the most urgent free review under a lease; the id, or None when nothing is left for this person.

    Reviews of threads the moderator writes in are passed over in silence, as if they were busy. After heavy
    ones a light one comes first where there is one. Kinds that are left out go to somebody else; where there
    is nobody else, a lead is asked.
    """
    wanted = wanted or Wanted(lane)
    free = [*may_take(moderator, own_threads, now), *matches(wanted, now)]
    bearable = [*free, ~touches(moderator.left_out)] if moderator.left_out else free
    found = _take(moderator, [*bearable, is_light()], now) if moderator.wants_light else None
    found = found or _take(moderator, bearable, now)
    if found is None and moderator.left_out and moderator.is_alone and not moderator.is_lead:
        _leave_to_a_lead(moderator, [*free, Review.for_lead.is_(False)], now)
    return found


def _take(moderator: Moderator, conditions: list[ColumnElement[bool]], now: datetime) -> str | None:
    first = (
        select(Review.id)
        .where(*conditions)
        .order_by(Review.rank, Review.due_at, Review.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalar(
        update(Review)
        .where(Review.id == first.scalar_subquery())
        .values(**_lease(moderator, now, now))
        .returning(Review.id)
        .execution_options(synchronize_session=False)
    )


def _lease(moderator: Moderator, now: datetime, began: object) -> dict[str, object]:
    """A claim that `began` then. The sign that an earlier one ended without an answer goes with it."""
    return {
        "claimed_by": moderator.staff_id,
        "claimed_until": now + rules.LEASE,
        "claimed_at": began,
        "alerts": Review.alerts.bitwise_and(~CLAIM_ENDED),
    }


def _leave_to_a_lead(moderator: Moderator, free: list[ColumnElement[bool]], now: datetime) -> None:
    left = db.session.scalars(select(Review).where(*free).limit(20)).all()
    for review in left:
        review.for_lead = True
        log.append(moderator.staff_id, "escalate", "review", review.id, day_of(now))
    db.session.flush()


def skip(moderator: Moderator, review_id: str, now: datetime) -> None:
    """Pass a review over: it is free for others at once, and for oneself again after an hour."""
    release(moderator, review_id)
    until = now + SKIPPED_FOR
    db.session.merge(Skip(review_id=review_id, staff_id=moderator.staff_id, until=until))
    log.append(moderator.staff_id, "skip", "review", review_id, day_of(now))
    db.session.flush()


def release(moderator: Moderator, review_id: str) -> None:
    """Give a review back; harmless when it is not one's own."""
    db.session.execute(
        update(Review)
        .where(Review.id == review_id, Review.claimed_by == moderator.staff_id)
        .values(claimed_until=None, claimed_at=None)
    )
