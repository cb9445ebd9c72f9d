"""From a text as typed to plain words with offsets: altered spellings undone, cut into short sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

_ODD: Final = re.compile(r"[_*@$|]|[^\W\d]!\w")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_GAPS: Final = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): ""}
_TOKEN: Final = re.compile(r"[@$]?\w+(?:['*@$!|]+\w+)*")
_SENTENCE_END: Final = re.compile(r"[.!?…]+(?=[\s\"')*]|$)|\n|[;:](?=\s)")
_APOSTROPHES: Final = "\u2019\u2018\u02bc\uff07`\u00b4"
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_TRIPLE: Final = re.compile(r"(.)\1{2,}")
_LOOKALIKES: Final = dict(zip("асеорхуіѕԁһјкмтвнαοιυν", "aceopxyisdhjkmtbhaoiuv", strict=True))
_SENTENCE_WORDS: Final = 60
_OVERLAP: Final = 14
_SPELLED: Final = 4
_FEWEST_LONE: Final = 3


class _PlainLetters(dict[int, str]):
    """Maps a character beyond ASCII to its plain lower-case look-alike; what is invisible becomes nothing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _APOSTROPHES:
            plain = "'"
        elif unicodedata.category(char) in ("Cf", "Mn"):
            plain = ""
        else:
            base = "." if char == "\u2026" else unicodedata.normalize("NFKD", char).lower()
            plain = "".join(c for c in base if unicodedata.category(c) != "Mn")
            plain = "".join(_LOOKALIKES.get(c, c) for c in plain)
            plain = plain if plain.isascii() or plain.isalnum() else " "
        self[code] = plain
        return plain


_PLAIN: Final = _PlainLetters({code: chr(code).lower() for code in range(128)})


@dataclass(frozen=True, slots=True)
class Spelling:
    """How altered spellings are undone: whole words, the words a `*` may hide, the stems of the rules."""

    words: Mapping[str, str]
    starred: tuple[str, ...]
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Up to 60 plain words of a stretch of text, and the place of the first of them in that stretch."""

    words: tuple[str, ...]
    first: int
    stretch: Stretch

    def span(self, line: str, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `line` (the words, a space on either side) into offsets of the text."""
        starts, ends = self.stretch.places
        first = self.first + max(line.count(" ", 0, start) - 1, 0)
        last = self.first + max(line.count(" ", 0, end) - 1, 0)
        original = self.stretch.text.original
        return original(starts[first]), original(ends[max(first, last)] - 1) + 1


class Stretch:
    """The text between two stops. Where its words stand is worked out only when a rule asks for it."""

    def __init__(self, text: FoldedText, start: int, end: int) -> None:
        """Keep the stretch from `start` to `end` of the folded text."""
        self.text = text
        self._start = start
        self._end = end

    @cached_property
    def words(self) -> list[str]:
        """Give the plain words, letters that were typed apart joined."""
        words = self._raw_words
        if len([1 for word in words if len(word) == 1]) < _FEWEST_LONE or not _has_run(words):
            return words
        return _join_spelled(words, *self._raw_places)[0]

    @cached_property
    def places(self) -> tuple[list[int], list[int]]:
        """Give where each word starts and ends in the folded text."""
        _, starts, ends = _join_spelled(self._raw_words, *self._raw_places)
        return starts, ends

    @cached_property
    def _raw_words(self) -> list[str]:
        text = self.text
        if text.odd:
            words: list[str] = _TOKEN.findall(text.folded, self._start, self._end)
        else:
            words = text.folded[self._start : self._end].translate(_GAPS).split()
        return [word if word.isalpha() else _plain_word(word, self.text.spelling) for word in words]

    @cached_property
    def _raw_places(self) -> tuple[list[int], list[int]]:
        spans = [match.span() for match in _TOKEN.finditer(self.text.folded, self._start, self._end)]
        return [span[0] for span in spans], [span[1] for span in spans]


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in plain lower-case letters, and for each its offset in the original (None: the same)."""

    folded: str
    offsets: list[int] | None
    spelling: Spelling
    odd: bool
    """Whether words may hold more than letters, digits and apostrophes."""

    def original(self, offset: int) -> int:
        """Give the offset in the text as typed."""
        return offset if self.offsets is None else self.offsets[offset]


def sentences_of(text: str, spelling: Spelling) -> Iterator[Sentence]:
    """Cut a text into sentences of plain words; long runs without a stop are cut with an overlap."""
    plain, offsets = _fold(text)
    folded = FoldedText(plain, offsets, spelling, not plain.isascii() or _ODD.search(plain) is not None)
    start = 0
    for match in _SENTENCE_END.finditer(folded.folded):
        yield from _cut(Stretch(folded, start, match.start()))
        start = match.end()
    yield from _cut(Stretch(folded, start, len(folded.folded)))


def undo_spelling(word: str, spelling: Spelling) -> str:
    """Replace a known misspelling or drawn-out letters; other words stay as they are."""
    plain = spelling.words.get(word, word)
    return _shortened(plain, spelling) if len(plain) > 3 and _TRIPLE.search(plain) else plain


def _fold(text: str) -> tuple[str, list[int] | None]:
    if text.isascii():
        return text.lower(), None
    if all(len(_PLAIN[ord(char)]) == 1 for char in set(text)):
        return _BEYOND_ASCII.sub(lambda char: _PLAIN[ord(char[0])], text).lower(), None
    pieces = [_PLAIN[ord(char)] for char in text]
    return "".join(pieces), [index for index, piece in enumerate(pieces) for _ in piece]


def _has_run(words: list[str]) -> bool:
    return any(len(one) == 1 == len(other) for one, other in pairwise(words))


def _plain_word(token: str, spelling: Spelling) -> str:
    word = token.replace("'", "").replace("_", "")
    if word.isalpha() or word.isdigit():
        return word
    if "*" in word:
        shape = re.compile(re.escape(word).replace(r"\*", "."))
        return next((known for known in spelling.starred if shape.fullmatch(known)), word.replace("*", ""))
    if any(char.isalpha() for char in word):
        plain = word.translate(_LEET)
        plain = spelling.words.get(plain, plain)
        if plain.startswith(spelling.stems):
            return plain
    return word


def _shortened(word: str, spelling: Spelling) -> str:
    for kept in (r"\1", r"\1\1"):
        short = _TRIPLE.sub(kept, word)
        short = spelling.words.get(short, short)
        if short.startswith(spelling.stems):
            return short
    return word


def _cut(stretch: Stretch) -> Iterator[Sentence]:
    words = stretch.words
    for first in range(0, len(words), _SENTENCE_WORDS - _OVERLAP):
        last = first + _SENTENCE_WORDS
        yield Sentence(tuple(words[first:last]), first, stretch)
        if last >= len(words):
            return


def _join_spelled(
    words: list[str], starts: list[int], ends: list[int]
) -> tuple[list[str], list[int], list[int]]:
    """Join letters that stand alone, as in a word typed with spaces or dots between its letters."""
    if sum(len(word) == 1 for word in words) < _FEWEST_LONE:
        return words, starts, ends
    joined: tuple[list[str], list[int], list[int]] = ([], [], [])
    index = 0
    while index < len(words):
        stop = index
        while stop < len(words) and len(words[stop]) == 1 and words[stop].isalpha():
            stop += 1
            if stop < len(words) and starts[stop] - ends[stop - 1] > 1:
                break
        if stop - index < 2 or not (stop - index >= _SPELLED or _spaced_out(starts, ends, index, stop)):
            stop = index + 1
        joined[0].append("".join(words[index:stop]))
        joined[1].append(starts[index])
        joined[2].append(ends[stop - 1])
        index = stop
    return joined


def _spaced_out(starts: list[int], ends: list[int], first: int, stop: int) -> bool:
    """Tell whether a short run of letters lies between wider gaps: one word typed with spaces."""
    before = first == 0 or starts[first] - ends[first - 1] > 1
    after = stop == len(starts) or starts[stop] - ends[stop - 1] > 1
    return before and after
