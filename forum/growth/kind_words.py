"""Kind words: thanks that came to one's own names, and those kept for a day when they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forum.members import pseudonyms
from forum.members.vault import OpenVault
from forum.notices import queries as notices

KIND = "kind word"


@dataclass(frozen=True, slots=True)
class KindWord:
    """One thanks. `number` is its place in the vault, or 0 while it is a notice that fades."""

    number: int
    notice_id: str
    words: str
    thread_id: str
    day: date


def received(vault: OpenVault, now: datetime) -> list[KindWord]:
    """Every thanks, kept or new, the latest day first."""
    kept = [_kept(entry.counter, entry.data) for entry in vault.entries(KIND)]
    known = {one.notice_id for one in kept}
    names = [name.id for name in pseudonyms.ring(vault)]
    fresh = [
        KindWord(0, told.id, told.words, told.thread_id, told.day)
        for told in notices.notices_of(names, now, "thanks")
        if told.id not in known
    ]
    return sorted([*kept, *fresh], key=lambda one: (one.day, one.notice_id), reverse=True)


def keep(vault: OpenVault, notice_id: str, now: datetime) -> bool:
    """Keep a thanks in the vault, where it does not fade. Returns whether it was there to be kept."""
    vault.lock_turn()
    for one in received(vault, now):
        if one.notice_id == notice_id:
            if not one.number:
                day = one.day.toordinal()
                vault.add(
                    KIND, {"id": one.notice_id, "words": one.words, "thread": one.thread_id, "day": day}
                )
            return True
    return False


def let_go(vault: OpenVault, number: int) -> bool:
    """Throw a kept thanks away. Returns whether it was there."""
    there = any(entry.counter == number for entry in vault.entries(KIND))
    return there and vault.change(KIND, number, lambda _old: None)


def _kept(number: int, data: dict[str, str | int]) -> KindWord:
    return KindWord(
        number, str(data["id"]), str(data["words"]), str(data["thread"]), date.fromordinal(int(data["day"]))
    )
