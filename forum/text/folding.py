"""Undoes disguises so that the classifier can read a text: a folded copy, never what is published.

Letters that look Latin inside words that are otherwise Latin become Latin; whole words in other scripts stay.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOOKALIKES: Final[dict[str, str]] = {
    alike: latin
    for script in tomllib.loads(
        Path(__file__).with_name("confusables.toml").read_text(encoding="utf-8")
    ).values()
    for latin, many in script.items()
    for alike in many
}
"""Letters that pass for a Latin letter."""

_LEET: Final = dict(zip("013457890@$!|€£+¡¢(", "oieastbgoasilelticc", strict=True)) | {"*": ""}
"""Digits and signs that stand for a letter inside a word; a star stands for nothing."""

_INVISIBLE: Final = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\u2800")
_WORD: Final = re.compile(r"[^\s\"“”„«»,;:?…/\\\-–—_.]+")
_SPACED: Final = re.compile(
    r"(?<![^\W_])(?:[^\W_]|[@$!])([ .\-_*·•|/~]{1,2})"
    r"(?:[^\W_]|[@$!])(?:\1(?:[^\W_]|[@$!])(?![^\W_]))+(?![^\W_])"
)
_RUN_TOGETHER: Final = re.compile(r"(?<![^\W_])(?:[A-Z](?:[a-z]+|(?=[A-Z][a-z]))){4,}(?![^\W_])")
"""Four or more words without a space, each with a capital: more than any name of a thing has."""

_HOST: Final = re.compile(r"\.[a-z]{2}", re.IGNORECASE)
_TAG_LETTERS: Final = range(0xE0020, 0xE007F)
_ORDINARY: Final = re.compile(
    r"^(?:[#£$€]?\d[\d.,:]*(?:st|nd|rd|th|s|k|m|am|pm|h|x|%|kg|mg|ml|cm|km|min)?[!)]*|\W+)$", re.I
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the place in the original it came from."""

    text: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Map a passage of the folded text back to the original, end exclusive."""
        if start >= end or not self.offsets:
            at = self.offsets[start] if start < len(self.offsets) else 0
            return at, at
        return self.offsets[start], self.offsets[end - 1] + 1


_NUMBERED: Final = re.compile(r"^[A-Za-z]+[-+]?\d+[A-Za-z]?$")
"""A word with a number behind it: a dose, a street, a code of a diagnosis."""

Piece = tuple[str, int]


def fold(text: str) -> Folded:
    """Fold a text: NFKC, nothing invisible, look-alike letters, digits as letters, spaces in their places."""
    pieces = _compatible(text)
    pieces = _by_word(pieces)
    pieces = _set_apart(_drawn_together(pieces))
    return Folded("".join(char for char, _ in pieces), tuple(at for _, at in pieces))


def is_disguised(text: str, folded: Folded) -> bool:
    """Tell whether folding changed more than the form of a character that reads the same."""
    return folded.text != text and folded.text.casefold() != unicodedata.normalize("NFC", text).casefold()


def _compatible(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for at, char in enumerate(text):
        if ord(char) in _TAG_LETTERS:
            pieces.append((chr(ord(char) - 0xE0000), at))
        elif not _is_invisible(char):
            pieces += [(part, at) for part in unicodedata.normalize("NFKC", char) if not _is_invisible(part)]
    return pieces


def _is_invisible(char: str) -> bool:
    if char in "\n\t\r":
        return False
    if char in _INVISIBLE or char in "\ufe0e\ufe0f":
        return True
    return unicodedata.category(char) in ("Cf", "Cc", "Cs", "Co")


def _by_word(pieces: list[Piece]) -> list[Piece]:
    text = "".join(char for char, _ in pieces)
    words = list(_WORD.finditer(text))
    disguising = any(_mixes_scripts(match.group()) for match in words)
    out: list[Piece] = []
    last = 0
    for match in words:
        out += pieces[last : match.start()]
        word = pieces[match.start() : match.end()]
        is_address = "@" in match.group()[1:] and _HOST.match(text, match.end())
        out += word if is_address else _word(word, disguising=disguising)
        last = match.end()
    return out + pieces[last:]


def _word(pieces: list[Piece], *, disguising: bool) -> list[Piece]:
    word = _without_marks(pieces)
    text = "".join(char for char, _ in word)
    if _is_foreign(text, disguising=disguising):
        return pieces
    word = [(_latin(char), at) for char, at in word]
    if _spells_letters("".join(char for char, _ in word)):
        word = _letters_for_digits(word)
    return word


def _without_marks(pieces: list[Piece]) -> list[Piece]:
    """Drop combining marks after Latin letters where there are many, as in letters buried under marks."""
    out: list[Piece] = []
    for char, at in pieces:
        if unicodedata.combining(char) and out and out[-1][0].isascii():
            continue
        out.append((char, at))
    return out


def _latin(char: str) -> str:
    low = char.lower()
    found = _LOOKALIKES.get(low)
    if found is None:
        return char
    return found.upper() if char != low else found


def _script(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "").split(" ", 1)[0]


def _mixes_scripts(text: str) -> bool:
    """Tell whether a word puts letters of several scripts side by side, as nobody does who just writes."""
    letters = [char for char in text if char.isalpha()]
    return len({_script(char) for char in letters}) > 1 and all(
        char.isascii() or char.lower() in _LOOKALIKES or _script(char) == "LATIN" for char in letters
    )


def _is_foreign(text: str, *, disguising: bool) -> bool:
    """Tell whether a word is written in another script: a name, not a disguise.

    Where other words of the text mix scripts (`disguising`), a word of nothing but look-alikes is one too.
    """
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return False
    latin = sum(_script(char) == "LATIN" for char in letters)
    alike = sum(char.lower() in _LOOKALIKES for char in letters if _script(char) != "LATIN")
    if latin == 0 and not (disguising or _mixes_scripts(text)):
        return True
    return latin + alike < len(letters)


def _spells_letters(text: str) -> bool:
    """Tell whether digits or signs stand among the letters of a word, as in "l0ser" or "1d1ot"."""
    core = text.strip("!?.,;:()[]*")
    return (
        any(char.isalpha() for char in core)
        and any(char in _LEET for char in core)
        and not _ORDINARY.match(core)
        and not _NUMBERED.match(core)
    )


def _letters_for_digits(word: list[Piece]) -> list[Piece]:
    end = len(word)
    while end and word[end - 1][0] in "!?.,;:)":
        end -= 1
    return [
        (_LEET.get(char, char) if index < end else char, at)
        for index, (char, at) in enumerate(word)
        if index >= end or _LEET.get(char, char)
    ]


def _drawn_together(pieces: list[Piece]) -> list[Piece]:
    text = "".join(char for char, _ in pieces)
    drop: set[int] = set()
    for match in _SPACED.finditer(text):
        run = match.group()
        letters = [char for char in run if char.isalnum() or char in "@$!"]
        if all(char.isdigit() for char in letters) or _is_foreign("".join(letters), disguising=False):
            continue
        drop |= {
            at for at in range(match.start(), match.end()) if not (text[at].isalnum() or text[at] in "@$!")
        }
    kept = [piece for index, piece in enumerate(pieces) if index not in drop]
    return _by_word(kept) if drop else pieces


def _set_apart(pieces: list[Piece]) -> list[Piece]:
    """Put spaces between words that were run together, at their capitals."""
    text = "".join(char for char, _ in pieces)
    starts = {
        at
        for match in _RUN_TOGETHER.finditer(text)
        for at in range(match.start() + 1, match.end())
        if text[at].isupper()
    }
    return [
        one
        for at, piece in enumerate(pieces)
        for one in (((" ", piece[1]), piece) if at in starts else (piece,))
    ]
