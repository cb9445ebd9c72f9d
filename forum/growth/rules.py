"""Pure rules of growth. No rule here grades a person, counts days for them or compares them with anybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from hashlib import blake2b

LEAST, MOST = 0, 10
"""The ends of every scale: how doable a step feels, and how used up one is."""

DOABLE = 7
"""Below this a step tends to stay on paper, so a smaller one is suggested (motivational interviewing asks
for seven of ten before a plan is taken as settled)."""

REST = timedelta(days=7)
"""After so long without a step a goal is asked for its smallest next bit."""

HEAVY = 9
HEAVIEST = 10
ENOUGH_FOR_A_LINE = 3
POINTS = 12
"""So many entries are drawn, the latest ones; a picture of more says less on a small screen."""

WIDTH, HEIGHT = 320, 132
LEFT, RIGHT, TOP, STEP = 24, 310, 12, 11
"""The picture in its own units: where the first and last point stand, and how far two numbers are apart."""


def needs_smaller(doable: int | None) -> bool:
    """Whether a step with this number is offered a smaller one. A number left out asks for nothing."""
    return doable is not None and doable < DOABLE


def is_resting(touched: date, today: date) -> bool:
    """Whether a goal has not been touched for so long that it may be asked for its smallest next bit."""
    return today - touched >= REST


def is_very_heavy(answers: Collection[int | None]) -> bool:
    """Whether somebody put so much at the heavy end that help is shown, softly: two near it, or one at it."""
    given = [answer for answer in answers if answer is not None]
    return HEAVIEST in given or sum(answer >= HEAVY for answer in given) >= 2


def some_of(options: Sequence[str], seed: str, many: int) -> list[str]:
    """A few of many suggestions: always the same ones for the same seed, so that a page does not flicker."""

    def place(option: str) -> bytes:
        return blake2b(f"{seed}\0{option}".encode(), digest_size=8).digest()

    return sorted(options, key=place)[:many]


def strokes(answers: Sequence[int | None]) -> list[list[tuple[int, int]]]:
    """The points of a line in the picture, in pieces: what was left out leaves a gap.

    Entries stand side by side at even distances whatever time lies between them, so no absence shows.
    """
    pieces: list[list[tuple[int, int]]] = [[]]
    for place, answer in enumerate(answers):
        if answer is None:
            pieces.append([])
        else:
            pieces[-1].append((_across(place, len(answers)), down(answer)))
    return [piece for piece in pieces if piece]


def down(answer: int) -> int:
    """How far below the top of the picture an answer stands."""
    return TOP + (MOST - answer) * STEP


def _across(place: int, many: int) -> int:
    return LEFT + round((RIGHT - LEFT) * place / max(1, many - 1))
