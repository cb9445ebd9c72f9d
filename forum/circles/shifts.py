"""Shifts: when a moderator is on duty. Authors learn whether somebody is there, never who."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from forum.circles.models import Shift
from forum.members import registry
from forum.storage.clock import coarse
from forum.storage.database import db
from forum.storage.types import new_id

OPEN_HOURS = (1, 2, 3, 4)
"""For how many hours one can go on duty at once: longer than four nobody reads such texts well."""

USUAL_HOURS = 2
"""What is offered first, and what counts where nothing was chosen."""

LONGEST = timedelta(hours=12)


class BadShift(Exception):
    """A shift that ends before it starts, lies in the past, or is too long."""


def on_duty_until(staff_id: str, now: datetime) -> datetime | None:
    """When a moderator's running shift ends; None for who is not on duty."""
    running = Shift.staff_id == staff_id, Shift.starts_at <= now, Shift.ends_at > now
    return db.session.scalar(select(Shift.ends_at).where(*running).order_by(Shift.ends_at.desc()).limit(1))


def others_on_duty(staff_id: str, now: datetime) -> int:
    """How many other moderators are on duty now."""
    others = select(func.count(Shift.staff_id.distinct())).where(
        Shift.starts_at <= now, Shift.ends_at > now, Shift.staff_id != staff_id
    )
    return db.session.scalar(others) or 0


def start_now(staff_id: str, now: datetime, hours: int = USUAL_HOURS) -> None:
    """Go on duty for some hours."""
    if on_duty_until(staff_id, now) is None:
        start = coarse(now)
        ends = start + timedelta(hours=hours)
        db.session.add(Shift(id=new_id(), staff_id=staff_id, starts_at=start, ends_at=ends))
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


def _leave(staff_id: str, now: datetime, for_good: bool) -> None:
    """End what runs when a moderator signs out; who leaves for good takes the shifts to come along."""
    end_now(staff_id, now)
    if for_good:
        db.session.execute(delete(Shift).where(Shift.staff_id == staff_id))


registry.when_staff_leaves(_leave)
