"""Shifts: when a moderator is on duty. Authors learn whether somebody is there, never who."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from forum.circles.models import Shift
from forum.storage.clock import coarse
from forum.storage.database import db
from forum.storage.types import new_id

OPEN_SHIFT = timedelta(hours=4)
"""How long "on duty now" lasts unless it is ended: longer than most people can read such texts well."""

LONGEST = timedelta(hours=12)


class BadShift(Exception):
    """A shift that ends before it starts, lies in the past, or is too long."""


def is_on_duty(staff_id: str, now: datetime) -> bool:
    """Whether a moderator is on duty."""
    running = select(Shift.id).where(Shift.staff_id == staff_id, Shift.starts_at <= now, Shift.ends_at > now)
    return db.session.scalar(running.limit(1)) is not None


def others_on_duty(staff_id: str, now: datetime) -> int:
    """How many other moderators are on duty now."""
    others = select(func.count(Shift.staff_id.distinct())).where(
        Shift.starts_at <= now, Shift.ends_at > now, Shift.staff_id != staff_id
    )
    return db.session.scalar(others) or 0


def start_now(staff_id: str, now: datetime) -> None:
    """Go on duty for four hours."""
    if not is_on_duty(staff_id, now):
        start = coarse(now)
        db.session.add(Shift(id=new_id(), staff_id=staff_id, starts_at=start, ends_at=start + OPEN_SHIFT))
    db.session.flush()


def end_now(staff_id: str, now: datetime) -> None:
    """Go off duty."""
    db.session.execute(
        update(Shift)
        .where(Shift.staff_id == staff_id, Shift.starts_at <= now, Shift.ends_at > now)
        .values(ends_at=now)
    )


def plan(staff_id: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Shift:
    """Set a shift to come. Raises `BadShift`."""
    if not now - timedelta(minutes=10) <= starts_at < ends_at or ends_at - starts_at > LONGEST:
        raise BadShift
    shift = Shift(id=new_id(), staff_id=staff_id, starts_at=coarse(starts_at), ends_at=coarse(ends_at))
    db.session.add(shift)
    db.session.flush()
    return shift


def planned(staff_id: str, now: datetime) -> list[Shift]:
    """A moderator's shifts that are running or to come."""
    wanted = select(Shift).where(Shift.staff_id == staff_id, Shift.ends_at > now).order_by(Shift.starts_at)
    return list(db.session.scalars(wanted))


def cancel(staff_id: str, shift_id: str) -> None:
    """Take back a shift of one's own."""
    db.session.execute(delete(Shift).where(Shift.id == shift_id, Shift.staff_id == staff_id))
