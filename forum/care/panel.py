"""What the author of a heavy text is shown at once, and how moderators may begin a reply. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from forum.care.directory import Contact, International, contacts_for, emergency_for, international
from forum.care.rules import asks_of_dying
from forum.screening.care import read_care
from forum.screening.lanes import is_crisis
from forum.text.folding import fold

TEXTS_FILE: Final = Path(__file__).with_name("texts.toml")
_GAP: Final = re.compile(r"\[[^\]]*\]")
OWN: Final = "own"
"""In the place of a tier: the panel beside an entry that only its writer can open."""

WITHDRAWN: Final = "withdrawn"
"""In the place of a tier: the panel beside a text that its author took back."""

UNSENT: Final = "unsent"
"""In the place of a tier: the panel beside a draft or a preview."""

ASKED: Final = "asked"
ASKED_SOFTLY: Final = "asked-softly"
"""In the place of a tier: the panel above what a search found."""

SOFT: Final = ("soft", "asked-softly")
READ: Final = ("strong", "soft", "plain")
"""The looks beside a text that a person will read."""

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Hesitation:
    """Something that stops people from reaching out, and a short honest answer."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class GroundingCard:
    """A small thing to do now, in a few steps."""

    id: str
    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Starter:
    """The beginning of a moderator's reply. Its gaps, in brackets, have to be filled before it is sent."""

    id: str
    tiers: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Danger:
    """The direct question of tier D, with the emergency number and the plain truth."""

    question: str
    answer: str
    emergency: str
    truth: str


@dataclass(frozen=True, slots=True)
class Panel(Generic[W]):
    """The help in the answer to submit and elsewhere.

    `look`: strong (B to D), soft (A), plain (E), own, withdrawn, unsent, asked, asked-softly. `wait` is kept.
    """

    look: str
    heading: str
    opening: str
    contacts_heading: str
    contacts: tuple[Contact, ...]
    elsewhere: International
    country: str | None
    truth: str
    danger: Danger | None
    emergency: str | None
    hesitations: tuple[Hesitation, ...]
    cards: tuple[GroundingCard, ...]
    wait: W

    @property
    def is_brief(self) -> bool:
        """Whether it stands above something that was asked for, and takes little room."""
        return self.look in (ASKED, ASKED_SOFTLY)


def panel_for(tier: str, country: str | None, wait: W) -> Panel[W]:
    """Choose the help for a tier and the country that the member chose (None: none chosen).

    B to D get the whole panel, A a softer one, E one that fits whoever wrote it (a cry or an attack), `OWN`
    and the like one that promises no reader; D adds the direct question. The emergency number is always
    there but in the softer ones.
    """
    words_of = {"A": "soft", "E": "plain"}
    look = words_of.get(tier, tier if tier in (OWN, WITHDRAWN, UNSENT, ASKED, ASKED_SOFTLY) else "strong")
    words = texts()["panel"][look]
    return Panel(
        look=look,
        heading=words["heading"],
        opening=words["opening"],
        contacts_heading=words["contacts"],
        contacts=contacts_for(country, 2 if look in SOFT else 3),
        elsewhere=international(),
        country=country,
        truth=words["truth"],
        danger=_danger(country) if tier == "D" else None,
        emergency=None if look in SOFT else emergency_for(country),
        hesitations=() if look in SOFT else hesitations(),
        cards=grounding_cards(),
        wait=wait,
    )


def hesitations() -> tuple[Hesitation, ...]:
    """Give the answers to what stops people from reaching out."""
    return tuple(Hesitation(**entry) for entry in texts()["hesitation"])


def grounding_cards() -> tuple[GroundingCard, ...]:
    """Give the grounding cards, the easiest first."""
    return tuple(GroundingCard(one["id"], one["title"], tuple(one["steps"])) for one in texts()["card"])


def starters_for(tier: str | None) -> tuple[Starter, ...]:
    """Give the beginnings of a moderator's reply that fit a tier; none for ordinary texts."""
    entries = texts()["starter"]
    starters = (Starter(entry["id"], tuple(entry["tiers"]), entry["text"]) for entry in entries)
    return tuple(starter for starter in starters if tier in starter.tiers)


def is_edited(reply: str) -> bool:
    """Tell whether a reply may go out: no gap of a starter is left, and it is not a starter without them."""
    plain = " ".join(reply.split())
    starters = [entry["text"] for entry in texts()["starter"]]
    if any(gap in plain for text in starters for gap in _GAP.findall(text)):
        return False
    return bool(plain) and all(_letters(plain) != _letters(_GAP.sub("", text)) for text in starters)


def asked_for(query: str) -> str | None:
    """Which help belongs above what a search found: `ASKED`, `ASKED_SOFTLY` or None.

    A question is often one bare word, which the rules for sentences rightly pass over in a text.
    """
    care = read_care(query)
    if is_crisis(care):
        return ASKED
    return ASKED_SOFTLY if care.tier == "A" or asks_of_dying(fold(query).text) else None


def is_heavy(text: str) -> bool:
    """Tell whether answering a text may leave marks: it speaks of dying or of danger."""
    return is_crisis(read_care(text))


def aftercare() -> dict[str, str]:
    """Give the words of aftercare: `check_day`, `check_week`, `repliers`, `debrief`."""
    return dict(texts()["aftercare"])


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """Read what the care room says, once a process."""
    with TEXTS_FILE.open("rb") as file:
        return tomllib.load(file)


def _danger(country: str | None) -> Danger:
    words = texts()["panel"]["urgent"]
    return Danger(words["question"], words["answer"], emergency_for(country), words["truth"])


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())
