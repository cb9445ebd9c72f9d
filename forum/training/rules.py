"""Pure rules of training: what counts as done, how long a badge lasts, when it may be renewed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

TERM = 4
"""A badge lasts to the end of the fourth quarter after the one in which it was given: a year at least."""

NOTICE_DAYS = 31
"""So many days before a badge ends its owner is told."""

RENEWED = ("limits", "crisis", "own-care")
"""What is read again before a badge is renewed: where help ends, handing over, and oneself."""


def quarter_of(day: date) -> str:
    """The quarter of a day, such as "2026-1"."""
    return f"{day.year}-{(day.month + 2) // 3}"


def end_of_quarter(day: date, ahead: int = 0) -> date:
    """The last day of the quarter of a day, or of a quarter so many later."""
    months = day.year * 12 + (day.month - 1) // 3 * 3 + 3 * (ahead + 1)
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


def ends_on(given: date) -> date:
    """The last day of a badge that is given today."""
    return end_of_quarter(given, TERM)


def is_about_to_end(until: date, today: date) -> bool:
    """Whether a badge ends within a month: time to say so, while it can be renewed."""
    return today <= until <= today + timedelta(days=NOTICE_DAYS)


def is_right(chosen: Sequence[int | None], right: Sequence[int]) -> bool:
    """Whether every scenario of a module was answered with the answer that fits."""
    return list(chosen) == list(right)


def is_trained(done: Collection[str], modules: Collection[str]) -> bool:
    """Whether every module is done."""
    return set(modules) <= set(done)


def may_renew(until: date, today: date) -> bool:
    """Whether a badge is in its last quarter, the time to renew it."""
    return quarter_of(until) == quarter_of(today) and today <= until
