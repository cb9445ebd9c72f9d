"""Once per person: reactions, "tried it", reports. A mark is a keyed hash that only its owner can make."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select

from forum.members.models import Mark
from forum.members.vault import OpenVault
from forum.storage.database import db

KIND = "mark"


def place(vault: OpenVault, kind: str, object_id: str) -> bool:
    """Leave one's mark. Returns whether it is new; a second tab or session makes the same mark.

    Only inserts. Races of one person wait for each other at `lock_turn`.
    """
    vault.lock_turn()
    mark = vault.mark(kind, object_id)
    if db.session.get(Mark, mark) is not None:
        return False
    db.session.add(Mark(mark=mark, kind=kind, object_id=object_id))
    db.session.flush()
    vault.add(KIND, {"kind": kind, "object": object_id})
    return True


def lift(vault: OpenVault, kind: str, object_id: str) -> bool:
    """Take one's mark back. Returns whether there was one. Never together with a post."""
    vault.lock_turn()
    lifted = db.session.execute(delete(Mark).where(Mark.mark == vault.mark(kind, object_id)))
    for entry in vault.entries(KIND):
        if entry.data == {"kind": kind, "object": object_id}:
            vault.change(KIND, entry.counter, lambda _old: None)
    return bool(lifted.rowcount)  # type: ignore[attr-defined]


def count(kind: str, object_ids: Collection[str]) -> dict[str, int]:
    """How many people left a mark on each of some objects; objects without any are left out."""
    rows = db.session.execute(
        select(Mark.object_id, func.count())
        .where(Mark.kind == kind, Mark.object_id.in_(object_ids))
        .group_by(Mark.object_id)
    )
    return {object_id: many for object_id, many in rows}  # noqa: C416


def is_left(vault: OpenVault, kind: str, object_ids: Collection[str]) -> set[str]:
    """On which of some objects one's own mark lies."""
    own = {vault.mark(kind, object_id): object_id for object_id in object_ids}
    return {own[mark] for mark in db.session.scalars(select(Mark.mark).where(Mark.mark.in_(own)))}
