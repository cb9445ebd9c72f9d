"""Which words a pattern cannot do without: worked out from its source, so that most patterns need no try."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Need = frozenset[str]
"""Words of which at least one stands in every match; one that ends in `*` is only the start of a word."""
Met = int
"""Which needs of which patterns a word meets."""

_COMMON: Final = frozenset(
    [
        "i",
        "im",
        "ive",
        "id",
        "ill",
        "a",
        "an",
        "the",
        "to",
        "of",
        "in",
        "on",
        "at",
        "and",
        "or",
        "it",
        "its",
        "is",
        "are",
        "was",
        "be",
        "been",
        "am",
        "my",
        "me",
        "we",
        "you",
        "he",
        "she",
        "they",
        "them",
        "his",
        "her",
        "their",
        "this",
        "that",
        "these",
        "those",
        "so",
        "just",
        "not",
        "no",
        "dont",
        "cant",
        "never",
        "do",
        "did",
        "have",
        "has",
        "had",
        "will",
        "would",
        "can",
        "could",
        "should",
        "get",
        "go",
        "going",
        "want",
        "wanna",
        "with",
        "for",
        "from",
        "by",
        "as",
        "if",
        "when",
        "what",
        "how",
        "about",
        "feel",
        "feeling",
        "like",
        "know",
        "think",
        "all",
        "any",
        "more",
        "much",
        "out",
        "up",
        "off",
        "over",
        "now",
        "there",
        "here",
        "who",
        "nobody",
        "someone",
        "anyone",
        "everyone",
        "people",
        "one",
        "really",
        "even",
        "ever",
        "still",
        "too",
        "very",
        "only",
        "way",
        "time",
        "day",
        "make",
        "take",
        "need",
        "i*",
        "th*",
        "wh*",
        "wan*",
        "thin*",
        "some*",
        "any*",
        "feel*",
        "goin*",
    ]
)
_COMMON_COST: Final = 25
_FEWEST_LETTERS: Final = 3
_MOST_NEEDS: Final = 4
_OPEN: Final = "~"
"""Ends a word of which it is not known yet whether more letters follow."""

_TOKEN: Final = re.compile(
    r"(?P<open>\(\?:)|(?P<look>\(\?<?[=!])|(?P<close>\))|(?P<bar>\|)|(?P<wild>\\S|\\d|\[[^\]]*\]|\.)"
    r"|(?P<many>\{\d*,?\d*\}\??|[?*+]\??)|(?P<edge>[\^$])|(?P<char>.)"
)


def needs_of(source: str) -> tuple[Need, ...]:
    """Give what every match of a pattern holds, in the order of its words; empty where nothing is certain.

    Each need is met by a word of its own.

    `source` is a regular expression over words with single spaces between them, starting at a word.
    """
    branch = _Parser(source).alternatives(True)
    found = branch[0].needs if len(branch) == 1 else _either(branch)
    return tuple(dict.fromkeys(closed for need in found if (closed := _closed(need, "end"))))


@dataclass(frozen=True, slots=True)
class Lookup:
    """From a word to the needs it meets, in numbers: a range of bits for each need, a bit a pattern in it.

    A pattern with fewer needs has them in the last ranges; `start` has the bit of its first, `always` that
    of a pattern that needs nothing.
    """

    width: int
    start: int
    always: int
    whole: Mapping[str, Met]
    starts: Mapping[str, tuple[tuple[str, Met], ...]]

    def meet(self, word: str) -> Met:
        """Give what a word meets, as a whole and by its beginning."""
        met = self.whole.get(word, 0)
        for start, more in self.starts.get(word[:_FEWEST_LETTERS], ()):
            if word.startswith(start):
                met |= more
        return met

    def tried(self, met: Iterable[Met]) -> int:
        """Give the bits of the patterns all of whose needs the words of a sentence meet in turn."""
        width, start, so_far = self.width, self.start, 0
        for one in met:
            if one:
                so_far |= one & (so_far << width | start)
        return so_far >> (_MOST_NEEDS - 1) * width | self.always


def lookup_of(patterns: Sequence[tuple[Need, ...]]) -> Lookup:
    """Number patterns by what they need: of each the rarest needs, in their order."""
    width = len(patterns)
    met: dict[str, Met] = {}
    start = always = 0
    for at, needs in enumerate(patterns):
        rarest = sorted(needs, key=_cost)[:_MOST_NEEDS]
        kept = [need for need in needs if need in rarest]
        first = _MOST_NEEDS - len(kept)
        if not kept:
            always |= 1 << at
            continue
        start |= 1 << (at + first * width)
        for order, need in enumerate(kept, first):
            for word in need:
                met[word] = met.get(word, 0) | 1 << (at + order * width)
    starts: dict[str, list[tuple[str, Met]]] = {}
    for word, bits in met.items():
        if word.endswith("*"):
            starts.setdefault(word[:_FEWEST_LETTERS], []).append((word[:-1], bits))
    return Lookup(
        width=width,
        start=start,
        always=always,
        whole={word: bits for word, bits in met.items() if not word.endswith("*")},
        starts={start: tuple(entries) for start, entries in starts.items()},
    )


@dataclass(slots=True)
class _Branch:
    """One alternative: what it needs, whether it ends before a new word, and its last piece of a word."""

    needs: list[Need]
    fresh: bool


def _cost(need: Need) -> tuple[int, list[str]]:
    return sum(_COMMON_COST if word.rstrip(_OPEN) in _COMMON else 1 for word in need), sorted(need)


def _either(branches: Iterable[_Branch]) -> list[Need]:
    """Join alternatives: of each the best need; nothing is certain where one alternative needs nothing."""
    joined: set[str] = set()
    for branch in branches:
        if not branch.needs:
            return []
        best: Need = min(branch.needs, key=_cost)
        joined |= best
    return [frozenset(joined)]


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(source)]
        self._at = 0

    def alternatives(self, fresh: bool) -> list[_Branch]:
        """Read up to the closing bracket or the end. `fresh`: a new word begins here."""
        branches = []
        while True:
            branches.append(self._sequence(fresh))
            if self._at >= len(self._tokens) or self._tokens[self._at][0] == "close":
                self._at += 1
                return branches
            self._at += 1

    def _sequence(self, fresh: bool) -> _Branch:
        needs: list[Need] = []
        word: str | None = "" if fresh else None
        while self._at < len(self._tokens) and self._tokens[self._at][0] not in ("close", "bar"):
            kind, said = self._tokens[self._at]
            self._at += 1
            if kind == "look":
                self.alternatives(False)
            elif kind == "open":
                word = self._group(needs, word)
            elif kind == "wild" or (kind == "char" and self._many() is not None):
                _keep(needs, word, whole=False)
                word = None
                self._skip_many()
            elif kind == "char" and said == " ":
                _keep(needs, word, whole=True)
                word = ""
            elif kind == "char" and word is not None:
                word += said
        if word:
            needs.append(frozenset({f"{word}{_OPEN}"}))
        return _Branch(needs, word == "")

    def _group(self, needs: list[Need], word: str | None) -> str | None:
        _keep(needs, word, whole=False)
        branches = self.alternatives(word == "")
        many = self._many()
        self._skip_many()
        may_lack = many is not None and (many[0] in "?*" or many.startswith(("{0", "{,")))
        if not may_lack:
            found = branches[0].needs if len(branches) == 1 else _either(branches)
            needs.extend(closed for need in found if (closed := _closed(need, self._follows())))
        ends_fresh = all(branch.fresh for branch in branches)
        return "" if ends_fresh and (word == "" or not may_lack) else None

    def _follows(self) -> str:
        kind, said = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        if kind == "open":
            kind, said = self._tokens[self._at + 1]
        return "end" if said == " " else kind

    def _many(self) -> str | None:
        following = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return following[1] if following[0] == "many" else None

    def _skip_many(self) -> None:
        if self._many() is not None:
            self._at += 1


def _closed(need: Need, follows: str) -> Need | None:
    """Settle whether a word at the end of a bracket is whole, by what follows the bracket."""
    if follows in ("close", "bar"):
        return need
    settled = set()
    for word in need:
        plain = word.removesuffix(_OPEN)
        if word != plain and follows != "end":
            if len(plain) < _FEWEST_LETTERS:
                return None
            plain = f"{plain}*"
        settled.add(plain)
    return frozenset(settled)


def _keep(needs: list[Need], word: str | None, whole: bool) -> None:
    if word and (whole or len(word) >= _FEWEST_LETTERS):
        needs.append(frozenset({word if whole else f"{word}*"}))
