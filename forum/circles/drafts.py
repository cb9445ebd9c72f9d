"""Drafts lie in the member's vault for 14 days; the expiry lies inside the entry."""

from __future__ import annotations

from datetime import datetime, timedelta

from forum.circles.rules import DRAFT_DAYS
from forum.members.vault import OpenVault
from forum.storage.clock import day_of
from forum.storage.types import new_id

KIND = "draft"
FIELDS = ("title", "body", "kind", "wish", "content_note", "pseudonym", "topics")


def keep(vault: OpenVault, circle_id: str, values: dict[str, object], draft_id: str, now: datetime) -> str:
    """Keep a draft, in the place of the one it was made from. Returns its id."""
    until = (day_of(now) + timedelta(days=DRAFT_DAYS)).toordinal()
    data = {field: values[field] for field in FIELDS if values.get(field)}
    data |= {"circle": circle_id, "until": until}
    for entry in vault.entries(KIND):
        if entry.data["id"] == draft_id:
            vault.change(KIND, entry.counter, lambda _old: {**data, "id": draft_id})
            return draft_id
    vault.add(KIND, {**data, "id": (fresh := new_id())})
    return fresh


def listed(vault: OpenVault, now: datetime) -> list[dict[str, object]]:
    """The drafts that are not older than 14 days."""
    today = day_of(now).toordinal()
    return [entry.data for entry in vault.entries(KIND) if entry.data["until"] >= today]


def find(vault: OpenVault, draft_id: str, now: datetime) -> dict[str, object] | None:
    """One draft, or None."""
    return next((draft for draft in listed(vault, now) if draft["id"] == draft_id), None)


def drop(vault: OpenVault, draft_id: str) -> None:
    """Forget a draft, and every draft whose days are over."""
    for entry in vault.entries(KIND):
        if entry.data["id"] == draft_id:
            vault.change(KIND, entry.counter, lambda _old: None)
