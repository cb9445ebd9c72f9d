"""What a member keeps of threads, names and cards, in the vault alone: follows, bookmarks, muted names.

Saved strategy cards lie here too, since replies offer them. What a page asks about one thread or name lies
under its own address; a list beside it makes the page of all that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from forum.members.vault import OpenVault
from forum.storage.database import AnyRow

THREAD = "kept thread"
THREADS = "kept threads"
NAME = "muted name"
NAMES = "muted names"
CARDS = "saved cards"


@dataclass(frozen=True, slots=True)
class KeptThread:
    """How a member keeps a thread. `seen` is how many replies there were when they last said "read"."""

    id: str
    follow: bool = False
    bookmark: bool = False
    seen: int = 0

    def fresh(self, replies: int) -> int:
        """How many of so many replies came to a followed thread since one last said "read"."""
        return max(0, replies - self.seen) if self.follow else 0


def thread(vault: OpenVault, thread_id: str) -> KeptThread:
    """How one thread is kept."""
    return KeptThread(id=thread_id, **(vault.about(THREAD, thread_id) or {}))


def keep(vault: OpenVault, thread_id: str, replies: int, **change: bool) -> None:
    """Follow or bookmark a thread, or stop: `follow=` and `bookmark=`. Raises `TypeError` for other names."""
    before = thread(vault, thread_id)
    wanted = KeptThread(
        thread_id,
        **{"follow": before.follow, "bookmark": before.bookmark, **change},
        seen=before.seen if before.follow else replies,
    )
    stays = wanted.follow or wanted.bookmark
    _put(vault, THREAD, THREADS, thread_id, _data(wanted) if stays else None)


def read(vault: OpenVault, replies: dict[str, int]) -> None:
    """Note for some threads that so many replies were read."""
    for thread_id, count in replies.items():
        kept = thread(vault, thread_id)
        if kept.follow and kept.seen != count:
            vault.put_about(THREAD, thread_id, {**_data(kept), "seen": count})


def with_news(vault: OpenVault, rows: Iterable[AnyRow]) -> set[str]:
    """Which of some threads one follows and have replies since one last said "read". One statement."""
    replies = {row.thread_id: row.replies for row in rows}
    vault.preload((), [(THREAD, thread_id) for thread_id in replies])
    found = {thread_id: thread(vault, thread_id) for thread_id in replies}
    return {one.id for one in found.values() if one.fresh(replies[one.id])}


def threads(vault: OpenVault) -> list[KeptThread]:
    """Every thread that is kept."""
    ids = [entry.data["id"] for entry in vault.entries(THREADS)]
    vault.preload((), [(THREAD, thread_id) for thread_id in ids])
    return [thread(vault, thread_id) for thread_id in ids]


def mute(vault: OpenVault, pseudonym_id: str, name: str) -> None:
    """See no more of what is written under a name. Nobody is told."""
    _put(vault, NAME, NAMES, pseudonym_id, {"name": name})


def unmute(vault: OpenVault, pseudonym_id: str) -> None:
    """See again what is written under a name."""
    _put(vault, NAME, NAMES, pseudonym_id, None)


def is_muted(vault: OpenVault, pseudonym_id: str) -> bool:
    """Whether a name is muted."""
    return vault.about(NAME, pseudonym_id) is not None


def muted(vault: OpenVault) -> list[tuple[str, str]]:
    """The muted names: id and name."""
    ids = [entry.data["id"] for entry in vault.entries(NAMES)]
    vault.preload((), [(NAME, name_id) for name_id in ids])
    return [(name_id, kept["name"]) for name_id in ids if (kept := vault.about(NAME, name_id))]


def saved_cards(vault: OpenVault) -> list[tuple[str, str]]:
    """The strategy cards that were saved: id, and the title at that time."""
    return [(entry.data["id"], entry.data["title"]) for entry in vault.entries(CARDS)]


def save_card(vault: OpenVault, card_id: str, title: str) -> None:
    """Save a card for oneself, once."""
    if card_id not in dict(saved_cards(vault)):
        vault.refill(CARDS, {"id": card_id, "title": title})


def let_card_go(vault: OpenVault, card_id: str) -> None:
    """Save a card no longer."""
    for entry in vault.entries(CARDS):
        if entry.data["id"] == card_id:
            vault.change(CARDS, entry.counter, lambda _old: None)


def _data(kept: KeptThread) -> dict[str, Any]:
    return {"follow": kept.follow, "bookmark": kept.bookmark, "seen": kept.seen}


def _put(vault: OpenVault, kind: str, listed: str, object_id: str, data: dict[str, Any] | None) -> None:
    """Keep something about an object and in the list beside it, or let both go."""
    vault.put_about(kind, object_id, data)
    entries = [entry for entry in vault.entries(listed) if entry.data["id"] == object_id]
    if data is not None and not entries:
        vault.refill(listed, {"id": object_id})
    for entry in entries if data is None else []:
        vault.change(listed, entry.counter, lambda _old: None)
