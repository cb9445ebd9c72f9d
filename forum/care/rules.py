"""When a check-in note is due or too late, and which bare questions call up help. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

STEPS: Final[Mapping[str, timedelta]] = {"day": timedelta(days=1), "week": timedelta(days=7)}
"""The notes, and how long after the text each comes (research on crisis care, section 3.5)."""

LONGEST_LATE: Final[Mapping[str, timedelta]] = {"day": timedelta(days=2), "week": timedelta(days=7)}
"""After a time in which the machine stood still, a note that is later than this would miss its moment."""

FROM_HOUR: Final = 12
"""Only the day is kept. From this hour (UTC) on, the first note comes after 24 hours, give or take 12."""

ASKED: Final = re.compile(
    r"\b(?:suicid\w*|self[- ]?harm\w*|self[- ]?injur\w*|dying|hopeless\w*|(?:want|going|wish) to die"
    r"|ca(?:nnot|n not|n.?t) go on|end (?:it all|my life)|kill(?:ing)? (?:my|him|her|them)sel\w+|overdos\w*"
    r"|(?:hurt|harm|cut)(?:ing|ting)? myself|(?:nobody|no ?one) (?:would|will) (?:miss|notice|care)"
    r"|disappear|vanish)\b"
)
"""What a search may hold that calls up the softer help above what was found, and does nothing else."""


def planned(written_on: date, today: date) -> dict[str, date]:
    """The days of the notes for a text of a day, once its author has allowed them; none lies in the past."""
    days = {step: written_on + after for step, after in STEPS.items()}
    return {step: day for step, day in days.items() if day > today} or {"week": today + STEPS["day"]}


def is_due(on: date, today: date, now: datetime) -> bool:
    """Whether the note of a day leaves now."""
    return on < today or (on == today and now.hour >= FROM_HOUR)


def is_too_late(step: str, on: date, today: date) -> bool:
    """Whether a note has missed its moment and is dropped unsent."""
    return today - on > LONGEST_LATE[step]


def asks_of_dying(question: str) -> bool:
    """Whether a question to the search holds a word of dying or despair, however short it is."""
    return ASKED.search(" ".join(question.lower().split())) is not None
