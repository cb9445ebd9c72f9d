"""What is shown of a text: without marks that reorder, hide or pile up. The stored source keeps them.

Bidirectional controls and zero-width characters go (they disguise words and links); joiners, variation
selectors and tag characters stay where a script or an emoji needs them; at most four combining marks
stay on one letter.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

MARKS_ON_ONE_LETTER = 4  # Vietnamese, Hebrew and Thai need up to three

JOINERS = "\u200c\u200d"
# Scripts whose letters change shape beside a joiner: Arabic to N'Ko, the Indic scripts, Myanmar, Khmer,
# Mongolian, and the Arabic presentation forms.
JOINING_SCRIPTS = (
    (0x0600, 0x07FF),
    (0x0860, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
)
IDEOGRAPHS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
MONGOLIAN = ((0x1800, 0x18AF),)
EMOJI_BASES = frozenset("0123456789#*\u203c\u2049\u3030\u303d")

NOT_SHOWN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)"
    f"|(?P<joiner>[{JOINERS}])"
    "|(?P<emoji>[\ufe0e\ufe0f])"
    "|(?P<variant>[\ufe00-\ufe0d\U000e0100-\U000e01ef])"
    "|(?P<mongolian>[\u180b-\u180d\u180f])"
    "|(?P<blank>\u2800)"
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def shown(text: str) -> str:
    """The text as readers see it; the same again when applied twice. Line separators become line ends."""
    if text.isascii():
        return text
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    piled, loose = _marks()
    # What is removed may have stood between a joiner and its letter, or between two heaps of marks, so it
    # is done again until nothing changes; each round only shortens the text.
    before = ""
    while text != before:
        before = text
        text = NOT_SHOWN.sub(_kept, text)
        text = piled.sub(r"\1", loose.sub("", text))
    return text


def _kept(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    kind = match.lastgroup
    if kind == "blank":
        return " "
    keep = kind == "flag" or (
        before != ""
        and (
            (kind == "joiner" and _joins(before, match.group(), after))
            or (kind == "emoji" and _is_emoji_base(before))
            or (kind == "variant" and _within(before, IDEOGRAPHS))
            or (kind == "mongolian" and _within(before, MONGOLIAN))
        )
    )
    return match.group() if keep else ""


def _joins(before: str, joiner: str, after: str) -> bool:
    if not after:
        return unicodedata.combining(before) == 9
    if _within(before, JOINING_SCRIPTS):
        return (_within(after, JOINING_SCRIPTS) and unicodedata.category(after)[0] == "L") or (
            unicodedata.combining(before) == 9 and unicodedata.category(after)[0] != "M"
        )
    return joiner == "\u200d" and _ends_emoji(before) and unicodedata.category(after) == "So"


def _ends_emoji(char: str) -> bool:
    return char == "\ufe0f" or unicodedata.category(char) == "So" or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_emoji_base(char: str) -> bool:
    return char in EMOJI_BASES or unicodedata.category(char) in ("So", "Sm")


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= ord(char) <= high for low, high in ranges)


@lru_cache(maxsize=1)
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of marks piled too high, and of marks with no letter under them.

    A mark after white space or punctuation would sit on a bracket of the page's own markup.
    """
    marks = "".join(
        chr(point)
        for point in range(0x300, min(sys.maxunicode, 0x1FFFF))
        if unicodedata.category(chr(point)) in ("Mn", "Me") and not 0xFE00 <= point <= 0xFE0F
    )
    one = f"[{marks}]"
    return (
        re.compile(f"({one}{{{MARKS_ON_ONE_LETTER}}}){one}+"),
        re.compile(rf"(?:(?<=[\s!-/:-@\[-`{{-~])|\A){one}+"),
    )
