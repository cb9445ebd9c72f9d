"""Check-ins, the card of early signs and the one thing to drop, all of it in the member's vault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.growth import rules, texts
from forum.members.vault import OpenVault
from forum.storage.clock import day_of

KIND = "check-in"
ABOUT = "growth"
SIGNS = "early signs"
DROP = "drop"
LONGEST_NOTE = 2_000
LONGEST_LINE = 300
MOST_HOURS = 100
PAGE = 20


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One entry. Answers go from 0 (something left) to 10 (nothing left); what was left out is None."""

    number: int
    day: date
    answers: dict[str, int | None]
    how_long: str
    hours: int | None
    note: str

    @property
    def is_very_heavy(self) -> bool:
        """Whether so much lies at the heavy end that help is shown, softly."""
        return rules.is_very_heavy(self.answers.values())


def listed(vault: OpenVault) -> list[CheckIn]:
    """Every entry, the oldest first."""
    found = [_check_in(entry.counter, entry.data) for entry in vault.entries(KIND)]
    return sorted(found, key=lambda entry: (entry.day, entry.number))


def keep(vault: OpenVault, key: str, values: dict[str, Any], now: datetime) -> None:
    """Keep an entry; the same form is kept once. `values` has answers by slider, how_long, hours and note."""
    vault.lock_turn()
    if all(entry.data["id"] != key for entry in vault.entries(KIND)):
        vault.add(KIND, {"id": key, "day": day_of(now).toordinal(), **values})


def forget(vault: OpenVault, number: int) -> bool:
    """Throw one entry away. Returns whether it was there."""
    there = any(entry.counter == number for entry in vault.entries(KIND))
    return there and vault.change(KIND, number, lambda _old: None)


def early_signs(vault: OpenVault) -> dict[str, Any]:
    """The card: `signs`, one line for each prompt, and the lines `who` and `then`. Empty without one."""
    return vault.about(ABOUT, SIGNS) or {}


def keep_early_signs(vault: OpenVault, signs: list[str], who: str, then: str) -> None:
    """Keep the card; an empty one is forgotten."""
    card = {"signs": signs, "who": who, "then": then}
    vault.put_about(ABOUT, SIGNS, card if any([*signs, who, then]) else None)


def dropped(vault: OpenVault) -> str:
    """The one thing that may wait, or an empty text."""
    return str((vault.about(ABOUT, DROP) or {}).get("text", ""))


def drop(vault: OpenVault, text: str) -> None:
    """Choose the one thing that may wait; an empty text picks it up again."""
    vault.put_about(ABOUT, DROP, {"text": text} if text else None)


def _check_in(number: int, data: dict[str, Any]) -> CheckIn:
    answers = {slider["id"]: data["answers"].get(slider["id"]) for slider in texts.sliders()}
    day = date.fromordinal(data["day"])
    return CheckIn(number, day, answers, data["how_long"], data["hours"], data["note"])
