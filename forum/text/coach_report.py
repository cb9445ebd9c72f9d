"""`python -m forum.text.coach_report [FILE] [HALF]`: how well the reply coach does on labelled replies."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast

from forum.text.coach import GOOD_REPLIES_LIMIT, Kind, Wish, is_short, parts_of, wanted

REPLIES = Path(__file__).parents[2] / "tests/text/coach_replies.txt"
LETTERS: dict[str, Kind] = {"F": "feeling", "U": "understanding", "Q": "question", "A": "advice"}


class Reply(NamedTuple):
    """A labelled reply: whether it is good, and which parts a person found in it."""

    wish: Wish
    good: bool
    parts: frozenset[Kind]
    text: str


class Figures(NamedTuple):
    """Of one hint: precision and recall against the labels, and the share of good replies it fires on."""

    precision: float
    recall: float
    on_good: float


def read_replies(path: Path, half: str) -> list[Reply]:
    """The replies of one half ("dev" or "held"), one a line: half | wish | good or poor | letters | text."""
    rows = [line.split(" | ", 4) for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        Reply(
            cast("Wish", wish),
            worth == "good",
            frozenset(LETTERS[letter] for letter in held if letter != "-"),
            text,
        )
        for part, wish, worth, held, text in rows
        if part == half
    ]


def figures(replies: Iterable[Reply]) -> dict[Kind, Figures]:
    """Figures for each hint, those switched off included."""
    judged = [
        (reply.good, _hints(reply, parts_of(reply.text)), _hints(reply, reply.parts)) for reply in replies
    ]
    good = sum(1 for is_good, _, _ in judged if is_good)
    found: dict[Kind, Figures] = {}
    for kind in LETTERS.values():
        fired = sum(kind in given for _, given, _ in judged)
        due = sum(kind in right for _, _, right in judged)
        both = sum(kind in given and kind in right for _, given, right in judged)
        on_good = sum(kind in given for is_good, given, _ in judged if is_good)
        found[kind] = Figures(both / max(fired, 1), both / max(due, 1), on_good / max(good, 1))
    return found


def _hints(reply: Reply, parts: frozenset[Kind]) -> list[Kind]:
    return wanted(parts, reply.wish, is_short=is_short(reply.text))


def main(arguments: list[str]) -> None:
    """Print one line for each hint."""
    path = Path(arguments[0]) if arguments else REPLIES
    replies = read_replies(path, arguments[1] if len(arguments) > 1 else "held")
    sys.stdout.write(f"{len(replies)} replies, {sum(reply.good for reply in replies)} of them good\n")
    sys.stdout.write("hint           precision  recall  fires on good replies\n")
    for kind, (precision, recall, on_good) in figures(replies).items():
        verdict = "" if on_good <= GOOD_REPLIES_LIMIT else "  over the limit: to be switched off"
        sys.stdout.write(f"{kind:<14} {precision:9.2f} {recall:7.2f} {on_good:8.2f}{verdict}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
