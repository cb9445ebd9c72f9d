"""Signs of life: a worker leaves one about every half minute, a job when it has run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from forum.jobs.models import SignOfLife
from forum.storage.database import db


def leave(name: str, now: datetime) -> None:
    """Leave a sign under this name, inside the caller's transaction."""
    changed = db.session.execute(
        update(SignOfLife)
        .where(SignOfLife.name == name)
        .values(at=now)
        .execution_options(synchronize_session=False)
        .returning(SignOfLife.name)
    ).first()
    if changed is None:
        db.session.add(SignOfLife(name=name, at=now))
        db.session.flush()


def last(name: str) -> datetime | None:
    """When the last sign under this name was left."""
    return db.session.execute(select(SignOfLife.at).where(SignOfLife.name == name)).scalar()


def last_of_all() -> dict[str, datetime]:
    """The last sign under every name."""
    rows = db.session.execute(select(SignOfLife.name, SignOfLife.at))
    return {row.name: row.at for row in rows}
