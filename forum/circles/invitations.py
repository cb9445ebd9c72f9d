"""Invited circles: one shared code for everybody, changed from time to time.

A code row holds a count of its uses and nothing about who used it. That somebody belongs to a circle lies
in their vault alone, so nobody can list the members of one, not even the server.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy import select, update

from forum.circles.models import Circle, CircleCode
from forum.members.vault import OpenVault
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import lasting_keys

ABOUT = "membership"
CODE_DAYS = 14
OVERLAP_DAYS = 2
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PARTS, PART = 4, 5
"""Twenty signs of 31 are 99 bits; the limit on tries does the rest."""


class NoSuchCode(Exception):
    """The code opens nothing: mistyped, or its days are over."""


class NotInvited(Exception):
    """The circle is not one of invited people, so it has no code."""


def new_code(circle_id: str, today: date) -> str:
    """Make a new shared code for a circle; the one before goes on for two days. Raises `NotInvited`."""
    circle = db.session.get(Circle, circle_id)
    if circle is None or circle.audience != "invited":
        raise NotInvited(circle_id)
    overlap = today + timedelta(days=OVERLAP_DAYS)
    db.session.execute(
        update(CircleCode)
        .where(CircleCode.circle_id == circle_id, CircleCode.until > overlap)
        .values(until=overlap)
    )
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(PART)) for _ in range(PARTS))
    db.session.add(
        CircleCode(code_hash=_hashes(code)[0], circle_id=circle_id, until=today + timedelta(days=CODE_DAYS))
    )
    db.session.flush()
    return code


def enter(vault: OpenVault, typed: str, today: date) -> str:
    """Join the circle of a code. Returns its id. Raises `NoSuchCode`."""
    found = db.session.scalars(
        select(CircleCode).where(CircleCode.code_hash.in_(_hashes(typed)), CircleCode.until >= today)
    ).first()
    if found is None:
        raise NoSuchCode
    if vault.about(ABOUT, found.circle_id) is None:
        db.session.execute(
            update(CircleCode)
            .where(CircleCode.code_hash == found.code_hash)
            .values(uses=CircleCode.uses + 1)
            .execution_options(synchronize_session=False)
        )
        vault.put_about(ABOUT, found.circle_id, {"inside": True})
    return found.circle_id


def leave(vault: OpenVault, circle_id: str) -> None:
    """Leave an invited circle. What one wrote there stays until one removes it."""
    vault.put_about(ABOUT, circle_id, None)


def forget_old_codes(today: date) -> int:
    """Delete the codes whose days are over. Returns how many."""
    old = list(db.session.scalars(select(CircleCode).where(CircleCode.until < today)))
    for code in old:
        db.session.delete(code)
    db.session.flush()
    return len(old)


def _hashes(code: str) -> list[bytes]:
    """What a code may be found by: under the newest secret key first."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return [keyed_hash(key, plain) for key in lasting_keys("circle-code")]
