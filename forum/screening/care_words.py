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
_STOP: Final = "\x00"
_GAPS: Final = {code: " " for code in range(1, 128) if not chr(code).isalnum()} | {ord("'"): ""}
_TOKEN: Final = re.compile(r"[@$]?\w+(?:['*@$!|]+\w+)*")
_STOPS: Final = r"[.!?\n;:](?:(?<=\n)|(?<=[;:])(?=\s)|(?<![.!?]{2})(?<=[.!?])[.!?]*(?=[\s\"')*]|$))\s*"
_SENTENCE_END: Final = re.compile(f"{_STOPS}(?:{_STOPS})*")
_APOSTROPHES: Final = "\u2019\u2018\u02bc\uff07`\u00b4"
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_TRIPLE: Final = re.compile(r"(.)\1{2,}")
_LOOKALIKES: Final = dict(zip("асеорхуіѕԁһјкмтвнαοιυν", "aceopxyisdhjkmtbhaoiuv", strict=True))
_SENTENCE_WORDS: Final = 60
_OVERLAP: Final = 14
_STEP: Final = _SENTENCE_WORDS - _OVERLAP
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
    stems: Mapping[str, tuple[str, ...]]
    """By their first three letters."""

    def begins(self, word: str) -> bool:
        """Tell whether a word begins with a stem of the rules."""
        return word.startswith(self.stems.get(word[:3], ()))


@dataclass(slots=True)
class Sentence:
    """Up to 60 plain words of a stretch of text, and the place of the first of them in that stretch."""

    words: list[str]
    first: int
    stretch: int
    text: FoldedText

    def span(self, line: str, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `line` (the words, a space on either side) into offsets of the text."""
        starts, ends = self.text.places(self.stretch)
        first = self.word_at(line, start)
        last = self.word_at(line, end)
        original = self.text.original
        return original(starts[first]), original(ends[max(first, last)] - 1) + 1

    def word_at(self, line: str, offset: int) -> int:
        """Give the place in the stretch of the word at an offset of `line`."""
        return self.first + max(line.count(" ", 0, offset) - 1, 0)


class FoldedText:
    """A text in plain lower-case letters, cut at its stops. Where words stand is worked out when asked."""

    def __init__(self, text: str, spelling: Spelling) -> None:
        """Fold a text as typed. `spelling` says how altered spellings are undone."""
        self.folded, self._offsets = _fold(text.replace(_STOP, " "))
        self.spelling = spelling
        self._odd = self._is_odd(self.folded)
        self._places: dict[int, tuple[list[int], list[int]]] = {}
        self._known: dict[str, str] = {}

    def stretches(self) -> list[str]:
        """Give what stands between the stops, spaces for gaps where words are only letters and digits."""
        cut = _SENTENCE_END.sub(_STOP, self.folded)
        if self._odd:
            return [one if self._is_odd(one) else one.translate(_GAPS) for one in cut.split(_STOP)]
        return cut.translate(_GAPS).split(_STOP)

    def words(self, at: int, stretch: str) -> list[str]:
        """Give the plain words of the stretch counted as `at`, letters that were typed apart joined."""
        words = self._raw_words(stretch)
        if (
            len(words) < _FEWEST_LONE
            or len([1 for word in words if len(word) == 1]) < _FEWEST_LONE
            or not _has_run(words)
        ):
            return words
        words, starts, ends = _join_spelled(words, *_spans(self.folded, *self._bounds[at]))
        self._places[at] = starts, ends
        return words

    def places(self, at: int) -> tuple[list[int], list[int]]:
        """Give where each word of a stretch, once it was read, starts and ends in the folded text."""
        if at not in self._places:
            self._places[at] = _spans(self.folded, *self._bounds[at])
        return self._places[at]

    def original(self, offset: int) -> int:
        """Give the offset in the text as typed."""
        return offset if self._offsets is None else self._offsets[offset]

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        stops = [match.span() for match in _SENTENCE_END.finditer(self.folded)]
        starts = [0, *(end for _, end in stops)]
        return list(zip(starts, [*(start for start, _ in stops), len(self.folded)], strict=True))

    @staticmethod
    def _is_odd(text: str) -> bool:
        """Tell whether words may hold more than letters, digits and apostrophes."""
        return not text.isascii() or _ODD.search(text) is not None

    def _raw_words(self, stretch: str) -> list[str]:
        if stretch.isalpha():
            return [stretch]
        words: list[str] = _TOKEN.findall(stretch) if self._odd and self._is_odd(stretch) else stretch.split()
        if "".join(words).isalpha():
            return words
        return [word if word.isalpha() else self._plain(word) for word in words]

    def _plain(self, token: str) -> str:
        if token not in self._known:
            self._known[token] = _plain_word(token, self.spelling)
        return self._known[token]


def sentences_of(text: str, spelling: Spelling) -> Iterator[Sentence]:
    """Cut a text into sentences of plain words; long runs without a stop are cut with an overlap."""
    folded = FoldedText(text, spelling)
    for at, stretch in enumerate(folded.stretches()):
        words = folded.words(at, stretch)
        if words:
            yield Sentence(words[:_SENTENCE_WORDS], 0, at, folded)
        for first in range(_STEP, len(words) - _OVERLAP, _STEP):
            yield Sentence(words[first : first + _SENTENCE_WORDS], first, at, folded)


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
        return next((known for known in spelling.starred if _hides(word, known)), word.replace("*", ""))
    if any(char.isalpha() for char in word):
        plain = word.translate(_LEET)
        plain = spelling.words.get(plain, plain)
        if spelling.begins(plain):
            return plain
    return word


def _hides(starred: str, known: str) -> bool:
    return len(starred) == len(known) and all(
        one in ("*", two) for one, two in zip(starred, known, strict=True)
    )


def _shortened(word: str, spelling: Spelling) -> str:
    for kept in (r"\1", r"\1\1"):
        short = _TRIPLE.sub(kept, word)
        short = spelling.words.get(short, short)
        if spelling.begins(short):
            return short
    return word


def _spans(text: str, start: int, end: int) -> tuple[list[int], list[int]]:
    spans = [match.span() for match in _TOKEN.finditer(text, start, end)]
    return [span[0] for span in spans], [span[1] for span in spans]


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
