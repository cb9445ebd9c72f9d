"""How people really type: no capitals, no full stops, slips of the finger, letters swapped for digits."""

from __future__ import annotations

import random
import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[^\w\s']+")
_DIGITS: Final = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
_TAILS: Final = ("", "", "", "", "!!", " lol", " :(", " 😔", " 🙏", " tbh", " ...", "?!", " 😂", " fr", " :)")
_OPENINGS: Final = (
    "",
    "",
    "",
    "",
    "ok so ",
    "honestly, ",
    "Sorry but ",
    "Hi all, ",
    "so ",
    "I mean, ",
    "well, ",
)


def roughen(text: str, chance: random.Random) -> str:
    """Return the text as somebody might have typed it; two in five times unchanged."""
    if chance.random() < 0.4:
        return text
    if chance.random() < 0.3:
        text = chance.choice(_OPENINGS) + text
    if chance.random() < 0.3:
        text += chance.choice(_TAILS)
    if chance.random() < 0.35:
        text = without_punctuation(text)
    if chance.random() < 0.3:
        text = _slip(text, chance)
    return text


def without_punctuation(text: str) -> str:
    """Lower-case a text and drop punctuation and digits, as the normalised part of the Jigsaw rows is."""
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())


def _slip(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    at = chance.randrange(len(words))
    word = words[at]
    if len(word) < 4:
        return text
    cut = chance.randrange(1, len(word) - 1)
    words[at] = chance.choice(
        (
            word[:cut] + word[cut + 1 :],
            word[: cut - 1] + word[cut] + word[cut - 1] + word[cut + 1 :],
            word[:cut] + " " + word[cut:],
            word[:cut] + word[cut] * 3 + word[cut:],
            word.translate(_DIGITS),
            word[:cut] + "*" + word[cut + 1 :],
        )
    )
    text = " ".join(words)
    if chance.random() < 0.15:
        text = text.replace(" ", "", 1)
    return text
