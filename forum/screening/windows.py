"""Cuts a text of any length into overlapping windows of tokens and into sentences. Pure; no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 256
"""Tokens of one window, with the two that mark its ends."""

OVERLAP: Final = 32
"""Tokens that a window shares with the one before, so that an insult across a border is read whole."""

_ENDS: Final = 2
_SENTENCE: Final = re.compile(r"\S[^.!?…\n]*(?:[.!?…]+[\"'”’)\]]*|(?=\n)|$)")
LONGEST_SENTENCE: Final = 400
"""Characters; what runs on longer is cut there, so that a mark always points at something short."""


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `first` to `last` of a text (end exclusive) and the characters they came from."""

    first: int
    last: int
    start: int
    end: int


def windows_of(
    offsets: Sequence[tuple[int, int]], window: int = WINDOW, overlap: int = OVERLAP
) -> Iterator[Window]:
    """Cover all tokens of a text with windows.

    `offsets` are the character positions of its tokens, without the tokens that mark the ends. A text
    without tokens gives one empty window, so that it gets a score as well.
    """
    room = window - _ENDS
    if len(offsets) == 0:
        yield Window(0, 0, 0, 0)
        return
    step = room - overlap
    first = 0
    while True:
        last = min(first + room, len(offsets))
        yield Window(first, last, offsets[first][0], offsets[last - 1][1])
        if last == len(offsets):
            return
        first += step


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Give the start and end of each sentence of a text, in characters; long ones in pieces."""
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        while end - start > LONGEST_SENTENCE:
            cut = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
            cut = start + LONGEST_SENTENCE if cut <= start else cut
            yield start, cut
            start = cut
        if text[start:end].strip():
            yield start, end
