"""What a card is made of, and when counts may be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forum.circles.rules import CARD_HEADINGS

PARTS = ("when", "what", "how", "not_for")
RESULTS = ("helped", "mixed", "not for me")
SHOWN_FROM = 5
"""Below this many people who tried a card no count is shown."""

MOST_TAGS = 3
HEADING = re.compile("^## (" + "|".join(map(re.escape, CARD_HEADINGS)) + ")$", re.MULTILINE)
TAKEN_FOR_HEADING = re.compile(
    r"^(\\*)(## (?:" + "|".join(map(re.escape, CARD_HEADINGS)) + r")[ \t]*)$", re.MULTILINE
)
KEPT_FROM_BEING_ONE = re.compile(
    r"^\\(\\*## (?:" + "|".join(map(re.escape, CARD_HEADINGS)) + r")[ \t]*)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The four parts of a card, as typed."""

    when: str = ""
    what: str = ""
    how: str = ""
    not_for: str = ""


def compose(parts: Parts) -> str:
    """One text of the four parts, each under its heading: what is screened, read and decided about."""
    sections = zip(CARD_HEADINGS, (parts.when, parts.what, parts.how, parts.not_for), strict=True)
    return "\n\n".join(f"## {heading}\n\n{_typed(text)}" for heading, text in sections)


def split(body: str) -> Parts:
    """The parts of a text that `compose` made. A text without its headings is all "what I do"."""
    found = {match[1]: match for match in reversed(list(HEADING.finditer(body)))}
    if set(found) != set(CARD_HEADINGS):
        return Parts(what=body)
    starts = [found[heading] for heading in CARD_HEADINGS]
    ends = [*(match.start() for match in starts[1:]), len(body)]
    texts = [body[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)]
    return Parts(*(KEPT_FROM_BEING_ONE.sub(r"\1", text) for text in texts))


def first_part(plain: str) -> str:
    """What stands under the first heading of a card's plain text; the whole where there is none."""
    lines = plain.split("\n")
    if CARD_HEADINGS[0] not in lines or CARD_HEADINGS[1] not in lines:
        return plain
    first, second = lines.index(CARD_HEADINGS[0]), lines.index(CARD_HEADINGS[1])
    return "\n".join(lines[first + 1 : second]) or plain


def shown_counts(counts: Mapping[str, int]) -> dict[str, int] | None:
    """How many it helped, somewhat helped, or was not for; None for fewer than five people."""
    if sum(counts.values()) < SHOWN_FROM:
        return None
    return {result: counts.get(result, 0) for result in RESULTS}


def parents_of(built_on: str | None, also_on: str | None) -> tuple[str, ...]:
    """The cards a card goes on from: none, one, or two different ones."""
    return tuple(dict.fromkeys(one for one in (built_on, also_on) if one))


def _typed(text: str) -> str:
    """A part with plain line ends, where no line can be taken for a heading of the card."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return TAKEN_FOR_HEADING.sub(r"\\\1\2", plain)
