"""Notices a text in a language that the machine does not read. No model: scripts and common words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Final

FEWEST_LETTERS: Final = 24
"""Letters in another script from which a text counts as unread; a name or a greeting stays below."""

FEWEST_WORDS: Final = 8
"""Words in Latin letters from which the common words are counted."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORDS: Final = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        Path(__file__).with_name("common_words.toml").read_text(encoding="utf-8")
    ).items()
}
_ENGLISH: Final = _WORDS.pop("English")


def is_unread(text: str) -> bool:
    """Tell whether most of a text is in another language than English.

    Another script needs `FEWEST_LETTERS` letters and more than half of all letters; Latin letters need
    `FEWEST_WORDS` words, hardly an English one among them, and the common words of another language.
    """
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalpha()]
    foreign = sum(not _is_latin(char) for char in letters)
    if foreign * 2 > len(letters):
        return foreign >= FEWEST_LETTERS or (foreign >= 8 and _is_dense(letters))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if len(words) < FEWEST_WORDS:
        return False
    english = sum(word in _ENGLISH for word in words) / len(words)
    other = max(sum(word in common for word in words) for common in _WORDS.values()) / len(words)
    return english < 0.2 and other >= 0.2 and other > english * 1.5


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(
        ("LATIN", "MATHEMATICAL", "FULLWIDTH LATIN")
    )


def _is_dense(letters: list[str]) -> bool:
    """Tell whether a letter stands for a syllable or a word, so that few letters say much."""
    heads = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
    return sum(unicodedata.name(char, "").startswith(heads) for char in letters) * 2 > len(letters)
