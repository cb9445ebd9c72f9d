"""Where people can find a voice, by the country they chose. Offline: no look-up, no guess from an address."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

DIRECTORY_FILE: Final = Path(__file__).with_name("directory.toml")
LONGEST_UNCHECKED: Final = timedelta(days=180)
INTERNATIONAL: Final = ""
WAYS: Final = ("call", "text", "chat", "write")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to reach a contact (`call`, `text`, `chat`, `write`) and its number or address as shown."""

    kind: str
    shown: str

    @property
    def href(self) -> str:
        """Give the link that a phone or browser can follow."""
        if self.kind in ("call", "text"):
            digits = "".join(char for char in self.shown if char.isdigit())
            return f"{'tel' if self.kind == 'call' else 'sms'}:{digits}"
        return f"mailto:{self.shown}" if self.kind == "write" else f"https://{self.shown}/"


@dataclass(frozen=True, slots=True)
class Contact:
    """A service that listens. `who` is empty where it is for everybody; `source` says how we know of it."""

    name: str
    ways: tuple[Way, ...]
    hours: str
    languages: tuple[str, ...]
    site: str
    source: str
    verified_on: date
    who: str = ""
    pair: str = ""

    def is_stale(self, today: date) -> bool:
        """Tell whether nobody has looked this up for 180 days."""
        return today - self.verified_on > LONGEST_UNCHECKED


@dataclass(frozen=True, slots=True)
class Country:
    """A country with its emergency number and contacts, the likeliest first. `code` as in ISO 3166, small."""

    code: str
    name: str
    emergency: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class International:
    """The directory of directories, for every country that is not in ours."""

    name: str
    site: str
    note: str
    source: str
    verified_on: date
    emergency: str
    emergency_note: str


def countries() -> tuple[Country, ...]:
    """Give all countries of the directory, by name."""
    return _read()[1]


def country(code: str | None) -> Country | None:
    """Give the country of a code, or None where none was chosen or it is not in the directory."""
    wanted = (code or "").lower()
    return next((entry for entry in countries() if entry.code == wanted), None)


def contacts_for(code: str | None, limit: int = 3) -> tuple[Contact, ...]:
    """Give the first contacts of a country: at most `limit`, but a pair is never torn apart.

    Empty where no country was chosen or it is not in the directory; `international()` is then shown.
    """
    chosen = country(code)
    if chosen is None:
        return ()
    shown: list[Contact] = []
    for contact in chosen.contacts:
        partners = [other for other in chosen.contacts if contact.pair and other.pair == contact.pair]
        group = [one for one in (partners or [contact]) if one not in shown]
        if group and (not shown or len(shown) + len(group) <= limit):
            shown.extend(group)
    return tuple(shown)


def emergency_for(code: str | None) -> str:
    """Give the emergency number of a country, else 112, which works in many countries."""
    chosen = country(code)
    return chosen.emergency if chosen else international().emergency


def international() -> International:
    """Give the link to the international directory."""
    return _read()[0]


def stale(today: date) -> tuple[str, ...]:
    """Name the entries that nobody has looked up for 180 days."""
    names = [
        f"{entry.code}: {contact.name}"
        for entry in countries()
        for contact in entry.contacts
        if contact.is_stale(today)
    ]
    if today - international().verified_on > LONGEST_UNCHECKED:
        names.append(international().name)
    return tuple(names)


@lru_cache(maxsize=1)
def _read() -> tuple[International, tuple[Country, ...]]:
    with DIRECTORY_FILE.open("rb") as file:
        data = tomllib.load(file)
    entries = [_country(entry) for entry in data["country"]]
    return International(**data["international"]), tuple(sorted(entries, key=lambda entry: entry.name))


def _country(entry: dict[str, Any]) -> Country:
    contacts = tuple(
        Contact(
            **{
                **contact,
                "ways": tuple(Way(*way) for way in contact["ways"]),
                "languages": tuple(contact["languages"]),
            }
        )
        for contact in entry["contact"]
    )
    return Country(entry["code"], entry["name"], entry["emergency"], contacts)
