"""The words in which the machine speaks to people: findings, care, aim, lanes, and a whole screening."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Tier = Literal["A", "B", "C", "D", "E"]
Aim = Literal["self", "other", "nobody", "unclear"]
Lane = Literal["care", "conduct", "routine"]

TIERS: tuple[Tier, ...] = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule noticed. Offsets are characters of the original text, end exclusive."""

    rule: str
    kind: str
    tier: Tier | None
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Care:
    """What the care rules found: the highest tier and each finding that led to it."""

    tier: Tier | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Contempt:
    """What the rules found of cold contempt for the reader, in the order of the text.

    `about_author` tells whether the author speaks of themselves as well: distress can only be theirs then.
    `is_kind`: the text speaks to its reader, and each sentence that does so comforts, asks or advises.
    """

    findings: tuple[Finding, ...] = ()
    about_author: bool = True
    is_kind: bool = False


NO_CONTEMPT: Final = Contempt()


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage whose own score came near a threshold. Offsets as in `Finding`; score from 0 to 1."""

    label: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Scored:
    """What the classifier said: the highest score per label over all windows, and which model said it."""

    labels: dict[str, float]
    windows: int
    model: str
    marks: tuple[Mark, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """A whole screening. `labels` is empty where the text is in a language the machine does not read."""

    labels: dict[str, float]
    lane: Lane
    flags: tuple[str, ...]
    care: Care
    aim: Aim
    windows: int
    model: str
    marks: tuple[Mark, ...] = field(default=())
    contempt: Contempt = field(default=NO_CONTEMPT)
