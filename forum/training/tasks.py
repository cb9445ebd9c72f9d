"""When the end of badges is told, and when those that have ended go."""

from __future__ import annotations

from forum.jobs import schedule
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.training import badges


@schedule.every(hours=1)
def tell_of_ending_badges() -> None:
    """Tell the owners of badges that end within a month."""
    with writing():
        badges.tell_of_ending(day_of(now()))


@schedule.every(hours=1)
def forget_ended_badges() -> None:
    """Take the badges that have reached their last day, and let pages show it."""
    with writing():
        badges.forget_ended(day_of(now()))
