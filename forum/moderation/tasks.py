"""When the sweeps run."""

from __future__ import annotations

from forum.jobs import schedule
from forum.moderation import sweeps
from forum.storage.clock import now
from forum.storage.database import writing


@schedule.every(minutes=1)
def close_grace() -> None:
    """Close grace windows each minute."""
    with writing():
        sweeps.close_grace(now())


@schedule.every(minutes=1)
def raise_late() -> None:
    """Look for late reviews each minute."""
    with writing():
        sweeps.raise_late(now())


@schedule.every(minutes=10)
def return_unreadable() -> None:
    """Return what cannot be scored."""
    with writing():
        sweeps.return_unreadable(now())


@schedule.every(hours=1)
def end_what_is_over() -> None:
    """Move what has reached its last day, batch by batch."""
    more = sweeps.BATCH
    while more == sweeps.BATCH:
        with writing():
            more = sweeps.end_what_is_over(now())


@schedule.every(hours=12)
def warn_before_end() -> None:
    """Tell authors a week before a returned text ends."""
    with writing():
        sweeps.warn_before_end(now())


@schedule.every(hours=24)
def forget_what_is_old() -> None:
    """Erase what has reached its retention."""
    with writing():
        sweeps.forget_what_is_old(now())
