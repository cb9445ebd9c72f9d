"""How long a text waits: who is on duty, when it is due, and the measured wait of the last days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from forum.circles.models import Shift, WaitCount
from forum.screening.findings import Tier
from forum.screening.lanes import target_minutes
from forum.storage.clock import day_of
from forum.storage.database import Model, db

ROUTINE_MINUTES = 30
LONGEST = timedelta(hours=24)
STEPS = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10080)
"""Upper ends, in minutes, of the steps in which waits are counted."""

ANSWERED = "author-answered"
"""The flag of a review in which the author has written after a moderator, and nobody has answered yet."""

MEASURED_DAYS = 7
FEWEST = 10
"""Below this many decisions no figure is given: it would say more about a person than about the wait."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """Whether a moderator is on duty now, and if not, when the next shift starts."""

    on_duty: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """What an author is told about time: staffing, and the measured minutes where there is enough."""

    staffing: Staffing
    half: int | None
    most: int | None


_NEXT_SHIFT = select(func.min(Shift.starts_at)).where(Shift.ends_at > bindparam("now"))


def staffing(now: datetime) -> Staffing:
    """Who is on duty at a moment, from the shifts that moderators set."""
    starts = db.session.connection().execute(_NEXT_SHIFT, {"now": now}).scalar()
    if starts is None:
        return Staffing(False, None)
    return Staffing(starts <= now, None if starts <= now else starts)


def due_at(
    submitted: datetime, lane: str, tier: Tier | None, flags: Collection[str], staffed: Staffing
) -> datetime:
    """When a person should have read a text, by lane and tier; routine by staffing, at most 24 hours."""
    routine = _routine_due(submitted, staffed)
    minutes = target_minutes(lane, tier, flags)
    if minutes is None:
        return routine
    due = submitted + timedelta(minutes=minutes)
    return min(due, routine) if lane == "routine" else due


def began(
    submitted: datetime | None,
    due: datetime | None,
    lane: str,
    tier: Tier | None,
    flags: Collection[str],
    now: datetime,
) -> datetime:
    """When the wait of a review began: with its submission, or its target before it is due.

    The latter where what waits came later than the text: an answer of its author, a report, an appeal.
    """
    if submitted is not None and ANSWERED not in flags:
        return submitted
    return due - timedelta(minutes=target_minutes(lane, tier, flags) or ROUTINE_MINUTES) if due else now


def _routine_due(submitted: datetime, staffed: Staffing) -> datetime:
    start = submitted if staffed.on_duty or staffed.next_at is None else staffed.next_at
    if not staffed.on_duty and staffed.next_at is None:
        return submitted + LONGEST
    return min(start + timedelta(minutes=ROUTINE_MINUTES), submitted + LONGEST)


def count_wait(lane: str, submitted: datetime, decided: datetime) -> None:
    """Remember one wait as a count for lane, day and hour."""
    waited = max(0.0, (decided - submitted).total_seconds() / 60)
    step = next((end for end in STEPS if waited <= end), STEPS[-1])
    count_one(WaitCount, day=day_of(decided), hour=decided.hour, lane=lane, minutes=step)


def count_one(table: type[Model], **key: object) -> None:
    """Add one to the `count` of a row, which need not be there yet; several at once all count."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    fresh = insert(table).values(**key, count=1)
    more = {"count": table.__table__.c["count"] + 1}
    db.session.execute(fresh.on_conflict_do_update(index_elements=list(key), set_=more))


def measured(lane: str, now: datetime) -> Wait:
    """The staffing and the median and 90th percentile wait (minutes) of the last seven days in a lane."""
    rows = db.session.execute(
        select(WaitCount.minutes, func.sum(WaitCount.count))
        .where(WaitCount.lane == lane, WaitCount.day > day_of(now) - timedelta(days=MEASURED_DAYS))
        .group_by(WaitCount.minutes)
        .order_by(WaitCount.minutes)
    ).all()
    counts = [(int(minutes), int(count)) for minutes, count in rows]
    total = sum(count for _, count in counts)
    if total < FEWEST:
        return Wait(staffing(now), None, None)
    return Wait(staffing(now), _at_share(counts, total, 0.5), _at_share(counts, total, 0.9))


def _at_share(counts: list[tuple[int, int]], total: int, share: float) -> int:
    seen = 0
    for minutes, count in counts:
        seen += count
        if seen >= share * total:
            return minutes
    return counts[-1][0]
