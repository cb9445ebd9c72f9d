"""Kind words: thanks that came to one's own names, and those kept for a day when they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.members import pseudonyms
from forum.members.vault import OpenVault
from forum.notices import queries as notices

KIND = "kind word"
KINDS = ("thanks", "helped")


@dataclass(frozen=True, slots=True)
class KindWord:
    """One thanks. `kind` says what it was: a reaction, or a reply of one's own named as what helped.

    `number` is its place in the vault, or 0 while it is a notice that fades.
    """

    number: int
    notice_id: str
    kind: str
    words: str
    post_id: str
    day: date


def received(vault: OpenVault, now: datetime) -> list[KindWord]:
    """Every thanks, kept or new, the latest day first."""
    kept = [_kept(entry.counter, entry.data) for entry in vault.entries(KIND)]
    known = {one.notice_id for one in kept}
    names = [name.id for name in pseudonyms.ring(vault)]
    fresh = [
        KindWord(0, told.id, told.kind, told.words, told.post_id, told.day)
        for told in notices.notices_of(names, now, KINDS)
        if told.id not in known
    ]
    return sorted([*kept, *fresh], key=lambda one: (one.day, one.notice_id), reverse=True)


def keep(vault: OpenVault, notice_id: str, now: datetime) -> bool:
    """Keep a thanks in the vault, where it does not fade. Returns whether it was there to be kept."""
    vault.lock_turn()
    for one in received(vault, now):
        if one.notice_id == notice_id:
            if not one.number:
                vault.add(KIND, _data(one))
            return True
    return False


def let_go(vault: OpenVault, number: int) -> bool:
    """Throw a kept thanks away. Returns whether it was there."""
    there = any(entry.counter == number for entry in vault.entries(KIND))
    return there and vault.change(KIND, number, lambda _old: None)


def _data(one: KindWord) -> dict[str, Any]:
    return {
        "id": one.notice_id,
        "kind": one.kind,
        "words": one.words,
        "post": one.post_id,
        "day": one.day.toordinal(),
    }


def _kept(number: int, data: dict[str, Any]) -> KindWord:
    day = date.fromordinal(data["day"])
    return KindWord(number, data["id"], data["kind"], data["words"], data["post"], day)
