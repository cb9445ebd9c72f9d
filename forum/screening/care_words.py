"""From a text as typed to plain words with offsets: altered spellings undone, cut into short sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"(?P<word>[@$]?\w+(?:['*@$!|]+\w+)*)|(?P<end>[.!?…]+(?=[\s\"')*]|$)|\n|[;:](?=\s))"
)
_APOSTROPHES: Final = "\u2019\u2018\u02bc\uff07`\u00b4"
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_TRIPLE: Final = re.compile(r"(.)\1{2,}")
_LOOKALIKES: Final = dict(zip("асеорхуіѕԁһјкмтвнαοιυν", "aceopxyisdhjkmtbhaoiuv", strict=True))
_SENTENCE_WORDS: Final = 60
_OVERLAP: Final = 14
_SPELLED: Final = 4


class _PlainLetters(dict[int, str]):
    """Maps a character beyond ASCII to its plain lower-case look-alike; what is invisible becomes nothing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _APOSTROPHES:
            plain = "'"
        elif unicodedata.category(char) in ("Cf", "Mn"):
            plain = ""
        else:
            base = unicodedata.normalize("NFKD", char).lower()
            plain = "".join(c for c in base if unicodedata.category(c) != "Mn")
            plain = "".join(_LOOKALIKES.get(c, c) for c in plain)
        self[code] = plain
        return plain


_PLAIN: Final = _PlainLetters({code: chr(code).lower() for code in range(128)})


@dataclass(frozen=True, slots=True)
class Spelling:
    """What altered spellings are undone to: whole words, the words a `*` may hide, the stems that rules ask for."""

    words: Mapping[str, str]
    starred: tuple[str, ...]
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Up to 60 plain words, as one line with a space on either side, and where each word stands in the original."""

    line: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `line` into offsets of the original text."""
        first = self.line.count(" ", 0, start) - 1
        last = self.line.count(" ", 0, end) - 1
        return self.starts[max(first, 0)], self.ends[max(last, first, 0)]


def sentences_of(text: str, spelling: Spelling) -> Iterator[Sentence]:
    """Cut a text into sentences of plain words; long runs without a stop are cut with an overlap."""
    folded, offsets = _fold(text)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(folded):
        if match.lastgroup == "end":
            yield from _cut(words, starts, ends)
            words, starts, ends = [], [], []
            continue
        token = match.group()
        words.append(token if token.isalpha() else _plain_word(token, spelling))
        starts.append(match.start() if offsets is None else offsets[match.start()])
        ends.append(match.end() if offsets is None else offsets[match.end() - 1] + 1)
    yield from _cut(words, starts, ends)


def undo_spelling(words: list[str], spelling: Spelling) -> list[str]:
    """Replace known misspellings and drawn-out letters, one word for one word."""
    known = spelling.words
    plain = [known.get(word, word) for word in words]
    for index, word in enumerate(plain):
        if len(word) > 4 and _TRIPLE.search(word):
            plain[index] = _shortened(word, spelling)
    return plain


def _fold(text: str) -> tuple[str, list[int] | None]:
    if text.isascii():
        return text.lower(), None
    pieces = [_PLAIN[ord(char)] for char in text]
    folded = "".join(pieces)
    if len(folded) == len(text) and all(len(piece) == 1 for piece in pieces):
        return folded, None
    return folded, [index for index, piece in enumerate(pieces) for _ in piece]


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


def _cut(words: list[str], starts: list[int], ends: list[int]) -> Iterator[Sentence]:
    words, starts, ends = _join_spelled(words, starts, ends)
    for first in range(0, max(len(words), 1), _SENTENCE_WORDS - _OVERLAP):
        part = words[first : first + _SENTENCE_WORDS]
        if not part:
            return
        last = first + len(part)
        yield Sentence(f" {' '.join(part)} ", tuple(part), tuple(starts[first:last]), tuple(ends[first:last]))
        if last >= len(words):
            return


def _join_spelled(
    words: list[str], starts: list[int], ends: list[int]
) -> tuple[list[str], list[int], list[int]]:
    """Join letters that stand alone, as in a word typed with spaces or dots between its letters."""
    if sum(len(word) == 1 for word in words) < _SPELLED:
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
    """Tell whether a short run of letters lies between wider gaps, so that it is one word typed with spaces."""
    before = first == 0 or starts[first] - ends[first - 1] > 1
    after = stop == len(starts) or starts[stop] - ends[stop - 1] > 1
    return before and after
