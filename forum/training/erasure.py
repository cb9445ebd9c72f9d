"""What an export holds of the badge, and how it goes when who carries it leaves for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from forum.members import pseudonyms, registry
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db
from forum.training import badges
from forum.training.models import Badge


def listed(vault: OpenVault) -> list[str]:
    """Which of one's own names carry the badge."""
    return list(badges.of([own.id for own in pseudonyms.ring(vault)], day_of(now())))


def remove(pseudonym_id: str, _at: datetime) -> None:
    """Take the badge from one name."""
    badges.take([pseudonym_id])


def every() -> list[str]:
    """Every name with a badge, for the ledger of removals after a restore."""
    return list(db.session.scalars(select(Badge.pseudonym_id)))


def exported(vault: OpenVault) -> list[dict[str, str]]:
    """One's own badge, as plain data."""
    names = {own.id: own.name for own in pseudonyms.ring(vault)}
    carried = badges.of(names, day_of(now()))
    return [{"name": names[one], "until": until.isoformat()} for one, until in carried.items()]


registry.eraser(registry.Texts("badge", listed, remove, every))
registry.exporter("badge", exported)
registry.counter("badge", lambda vault: len(listed(vault)))
