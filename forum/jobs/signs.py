"""Signs of life: a worker leaves one about every half minute, a job when it has run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, text

from forum.jobs.models import SignOfLife
from forum.storage.database import db
from forum.storage.types import Moment

_LEAVE = text(
    "INSERT INTO sign_of_life (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = :at"
).bindparams(bindparam("at", type_=Moment))


def leave(name: str, now: datetime) -> None:
    """Leave a sign under this name, inside the caller's transaction."""
    db.session.execute(_LEAVE, {"name": name, "at": now})


def last(name: str) -> datetime | None:
    """When the last sign under this name was left."""
    return db.session.execute(select(SignOfLife.at).where(SignOfLife.name == name)).scalar()


def last_of_all() -> dict[str, datetime]:
    """The last sign under every name."""
    rows = db.session.execute(select(SignOfLife.name, SignOfLife.at))
    return {row.name: row.at for row in rows}
