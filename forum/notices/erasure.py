"""How notices go when who they are addressed to leaves for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from forum.members import pseudonyms, registry
from forum.members.vault import OpenVault
from forum.notices.models import Notice
from forum.storage.database import db


def listed(vault: OpenVault) -> list[str]:
    """The notices to one's own names."""
    names = [own.id for own in pseudonyms.ring(vault)]
    return list(db.session.scalars(select(Notice.id).where(Notice.pseudonym_id.in_(names))))


def remove(notice_id: str, _at: datetime) -> None:
    """Delete one notice."""
    db.session.execute(delete(Notice).where(Notice.id == notice_id))


def every() -> list[str]:
    """Every notice, for the ledger of removals after a restore."""
    return list(db.session.scalars(select(Notice.id)))


registry.eraser(registry.Texts("notice", listed, remove, every))
registry.counter("notice", lambda vault: len(listed(vault)))
