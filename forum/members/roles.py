"""Who moderates. Staff names are seen by staff only; roles are given and taken by a lead or the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from forum.members import doors, registry
from forum.members.models import Staff
from forum.members.rules import fault_of_name, fold_name, tidy_name
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.types import new_id

ROLES = ("moderator", "lead")
OPERATOR = ""


class StaffNameTaken(Exception):
    """Another moderator has this name, or one that looks like it."""


class StaffNameRefused(Exception):
    """A staff name that cannot be taken; `args[0]` is why, as a word of `rules.fault_of_name`."""


class NotPossible(Exception):
    """A change that would leave the forum without a lead, or that is none."""


@dataclass(frozen=True, slots=True)
class OnStaff:
    """One of the staff as the staff see them."""

    id: str
    staff_name: str
    role: str


def invite(role: str, now: datetime, by: str = OPERATOR) -> str:
    """Make a one-time code for a role. Returns the path of its page."""
    code = doors.new_invite(role, now)
    if by:
        registry.role_changed(by, f"invite {role}"[:16], by, day_of(now))
    return f"/join/staff/{code}"


def take_up(member_id: str, code: str, typed_name: str, now: datetime) -> OnStaff:
    """Make a member a moderator or lead by a one-time code.

    Raises `Closed`, `StaffNameTaken`, `StaffNameRefused`.
    """
    name = tidy_name(typed_name)
    fault = fault_of_name(name)
    if fault:
        raise StaffNameRefused(fault)
    taken = {fold_name(other): staff_id for staff_id, other in db.session.execute(_names(member_id))}
    if fold_name(name) in taken:
        raise StaffNameTaken
    role = doors.redeem(code, ROLES, now)
    row = db.session.scalars(select(Staff).where(Staff.member_id == member_id)).one_or_none()
    if row is None:
        row = Staff(id=new_id(), member_id=member_id, staff_name=name, role=role)
        db.session.add(row)
    else:
        row.staff_name, row.role = name, "lead" if "lead" in {row.role, role} else role
    db.session.flush()
    registry.role_changed(row.id, f"take up {row.role}"[:16], row.id, day_of(now))
    return OnStaff(row.id, row.staff_name, row.role)


def everybody() -> list[OnStaff]:
    """Everybody with a role, by name."""
    rows = db.session.execute(
        select(Staff.id, Staff.staff_name, Staff.role)
        .where(Staff.member_id.is_not(None))
        .order_by(Staff.staff_name)
    )
    return [OnStaff(*row) for row in rows]


def change(staff_id: str, role: str | None, now: datetime, by: str) -> None:
    """Give another role, or with None take it away; at once, in every open session. Raises `NotPossible`."""
    row = db.session.scalars(
        select(Staff).where(Staff.id == staff_id, Staff.member_id.is_not(None)).with_for_update()
    ).one_or_none()
    if row is None or (role is not None and role not in ROLES):
        raise NotPossible
    if row.role == "lead" and role != "lead" and _other_leads(staff_id) == 0:
        raise NotPossible
    if role is None:
        row.member_id = None
    else:
        row.role = role
    db.session.flush()
    registry.role_changed(by, f"role {role or 'taken'}"[:16], staff_id, day_of(now))


def _other_leads(but: str) -> int:
    counted = select(func.count()).where(Staff.role == "lead", Staff.member_id.is_not(None), Staff.id != but)
    return db.session.scalar(counted) or 0


def _names(but_member: str) -> Select[str, str]:
    return select(Staff.id, Staff.staff_name).where(Staff.member_id.is_distinct_from(but_member))
