"""What time it is, and the coarse steps in which the forum remembers it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

STEP = timedelta(minutes=10)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def coarse(moment: datetime) -> datetime:
    """The start of the ten-minute step that holds a moment: how times rest in the database."""
    minute = moment.minute - moment.minute % 10
    return moment.replace(minute=minute, second=0, microsecond=0)


def day_of(moment: datetime) -> date:
    """The calendar day of a moment, in UTC."""
    return moment.astimezone(UTC).date()
