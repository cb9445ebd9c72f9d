"""Drafts lie in the member's vault for 14 days; the expiry lies inside the entry.

The draft of a thread is an entry of the list. That of a reply lies under the address of its thread, so that
the page of the thread finds it with what it reads anyway; the list only names it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from forum.circles.rules import DRAFT_DAYS
from forum.members.vault import OpenVault
from forum.storage.clock import day_of
from forum.storage.types import new_id

KIND = "draft"
REPLY = "draft reply"
FIELDS = ("title", "body", "kind", "wish", "content_note", "pseudonym", "topics")
REPLY_FIELDS = ("body", "mode", "content_note", "pseudonym", "card")

Draft = dict[str, Any]


def keep(vault: OpenVault, circle_id: str, values: Draft, draft_id: str, now: datetime) -> str:
    """Keep the draft of a thread, in the place of the one it was made from. Returns its id."""
    data = {field: values[field] for field in FIELDS if values.get(field)}
    if find(vault, draft_id, now) is None:
        draft_id = new_id()
    _list(vault, {**data, "circle": circle_id, "id": draft_id}, now)
    return draft_id


def keep_reply(vault: OpenVault, thread_id: str, values: Draft, now: datetime) -> None:
    """Keep the draft of a reply, in the place of an earlier one in the same thread."""
    data = {field: values[field] for field in REPLY_FIELDS if values.get(field)}
    vault.put_about(REPLY, thread_id, {**data, "until": _last_day(now)})
    _list(vault, {"thread": thread_id, "id": thread_id}, now)


def reply_in(vault: OpenVault, thread_id: str, now: datetime) -> Draft | None:
    """The draft of a reply in a thread."""
    kept = vault.about(REPLY, thread_id)
    return kept if kept and kept["until"] >= day_of(now).toordinal() else None


def listed(vault: OpenVault, now: datetime) -> list[Draft]:
    """The drafts that are not older than 14 days; of replies with their words."""
    today = day_of(now).toordinal()
    found = [entry.data for entry in vault.entries(KIND) if entry.data["until"] >= today]
    vault.preload((), [(REPLY, draft["thread"]) for draft in found if "thread" in draft])
    return [{**(vault.about(REPLY, one["thread"]) or {}), **one} if "thread" in one else one for one in found]


def find(vault: OpenVault, draft_id: str, now: datetime) -> Draft | None:
    """One draft, or None. The draft of a reply has the id of its thread."""
    return next((draft for draft in listed(vault, now) if draft["id"] == draft_id), None)


def drop(vault: OpenVault, draft_id: str, now: datetime) -> None:
    """Forget a draft, and every draft whose days are over."""
    today = day_of(now).toordinal()
    for entry in vault.entries(KIND):
        if entry.data["id"] == draft_id or entry.data["until"] < today:
            if "thread" in entry.data:
                vault.put_about(REPLY, entry.data["thread"], None)
            vault.change(KIND, entry.counter, lambda _old: None)


def _list(vault: OpenVault, draft: Draft, now: datetime) -> None:
    draft = {**draft, "until": _last_day(now)}
    for entry in vault.entries(KIND):
        if entry.data["id"] == draft["id"]:
            vault.change(KIND, entry.counter, lambda _old: draft)
            return
    vault.refill(KIND, draft)


def _last_day(now: datetime) -> int:
    return (day_of(now) + timedelta(days=DRAFT_DAYS)).toordinal()
