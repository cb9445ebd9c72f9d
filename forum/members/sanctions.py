"""Strikes and suspensions. They sit on pseudonyms; only the open vault knows which belong together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, func, select

from forum.members.models import Sanction
from forum.storage.clock import day_of, now
from forum.storage.database import db
from forum.storage.types import new_id

KINDS = ("strike", "suspension")


@dataclass(frozen=True, slots=True)
class Active:
    """A sanction that counts today."""

    id: str
    pseudonym_id: str
    kind: str
    until: date
    decision_id: str | None


_sanction = Sanction.__table__.c
_ACTIVE = (
    select(_sanction.id, _sanction.pseudonym_id, _sanction.kind, _sanction.until, _sanction.decision_id)
    .where(
        _sanction.pseudonym_id.in_(bindparam("names", expanding=True)), _sanction.until >= bindparam("today")
    )
    .order_by(_sanction.until)
)


def active(pseudonym_ids: Collection[str], today: date) -> list[Active]:
    """The sanctions that count on a day for any of some names. One statement."""
    asked = {"names": list(pseudonym_ids), "today": today}
    return [Active(*row) for row in db.session.connection().execute(_ACTIVE, asked)]


def is_suspended(pseudonym_ids: Collection[str]) -> bool:
    """Whether any of some names is suspended today, and with it whoever writes under them."""
    return any(one.kind == "suspension" for one in active(pseudonym_ids, day_of(now())))


def count_strikes(pseudonym_ids: Collection[str]) -> int:
    """How many strikes of some names count today."""
    counted = (
        select(func.count())
        .select_from(Sanction)
        .where(
            Sanction.pseudonym_id.in_(pseudonym_ids),
            Sanction.kind == "strike",
            Sanction.until >= day_of(now()),
        )
    )
    return db.session.scalar(counted) or 0


def give(pseudonym_id: str, kind: str, until: date, decision_id: str | None = None) -> str:
    """Put a sanction on a name, up to and including a day. Returns its id."""
    row = Sanction(id=new_id(), pseudonym_id=pseudonym_id, kind=kind, until=until, decision_id=decision_id)
    db.session.add(row)
    db.session.flush()
    return row.id


def lift(decision_id: str) -> int:
    """Take back what a decision had put on a name, as when an appeal succeeds. Returns how many."""
    lifted = db.session.execute(delete(Sanction).where(Sanction.decision_id == decision_id))
    return int(lifted.rowcount)  # type: ignore[attr-defined]
