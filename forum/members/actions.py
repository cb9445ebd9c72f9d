"""What somebody does with their membership: join, sign in, change the passphrase, come back by the code.

What is slow (stretching passphrases) happens in `keys` before the write transaction, which checks again.
Making a member and opening a session are two transactions, so that not even the database's own bookkeeping
ties them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update

from forum.members import keys, second_factor, sessions
from forum.members.models import Member, Staff
from forum.members.vault import OpenVault
from forum.storage.database import db
from forum.storage.sealing import CannotOpen
from forum.storage.types import new_id


class SignInNameTaken(Exception):
    """Somebody joined under this sign-in name before."""


class Outdated(Exception):
    """The passphrase or the code was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose passphrase or recovery code fitted."""

    member_id: str
    member_key: bytes
    wrapped_key: bytes
    cost: str
    under_older_key: bool = False
    """Whether the name or the passphrase rests under a secret key that was replaced since."""


def join(name: str, member_key: bytes, lock: keys.Lock, recovery_code: str) -> Known:
    """Make a member. Raises `SignInNameTaken`."""
    if _holder_of(name) is not None:
        raise SignInNameTaken
    member = Member(
        id=new_id(),
        sign_in_hash=keys.sign_in_hash(name),
        salt=lock.salt,
        cost=lock.cost,
        wrapped_key=lock.wrapped_key,
        recovery_hash=keys.recovery_hash(recovery_code),
        recovery_key=keys.wrap_for_recovery(member_key, recovery_code),
    )
    db.session.add(member)
    db.session.flush()
    return Known(member.id, member_key, lock.wrapped_key, lock.cost)


def recognise(name: str, passphrase: str) -> Known | None:
    """Who signs in with this name and passphrase. Slow, and equally slow for names that nobody has."""
    hashes = keys.sign_in_hashes(name)
    row = db.session.execute(
        select(Member.id, Member.salt, Member.cost, Member.wrapped_key, Member.sign_in_hash).where(
            Member.sign_in_hash.in_(hashes)
        )
    ).one_or_none()
    db.session.rollback()
    found = keys.Lock(row.salt, row.cost, row.wrapped_key) if row else None
    opened = keys.open_lock(found, passphrase)
    if row is None or opened is None:
        return None
    is_older = not opened.is_newest or bytes(row.sign_in_hash) != hashes[0]
    return Known(row.id, opened.member_key, row.wrapped_key, row.cost, is_older)


def recognise_member(member_id: str, passphrase: str) -> Known | None:
    """Whether a member who is signed in knows their passphrase. Slow."""
    row = db.session.execute(
        select(Member.salt, Member.cost, Member.wrapped_key).where(Member.id == member_id)
    ).one_or_none()
    db.session.rollback()
    member_key = keys.unlock(keys.Lock(*row) if row else None, passphrase)
    if row is None or member_key is None:
        return None
    return Known(member_id, member_key, row.wrapped_key, row.cost)


def open_session(known: Known, now: datetime) -> str:
    """Sign somebody in. Returns the token of the new session. Raises `Outdated`.

    Where a second factor is set, the session opens nothing until it was passed.
    """
    vault = OpenVault(known.member_key)
    vault.lock_turn()
    present = db.session.scalar(select(Member.wrapped_key).where(Member.id == known.member_id))
    if present != known.wrapped_key:
        raise Outdated
    sessions.drop_ended(vault, now)
    is_staff = db.session.scalar(select(Staff.id).where(Staff.member_id == known.member_id)) is not None
    ticket = sessions.Ticket(
        member_id=known.member_id,
        member_key=known.member_key.hex(),
        signed_in_at=int(now.timestamp()),
        stage="code" if second_factor.is_set(vault) else "open",
        staff=is_staff,
        country=(vault.about(*sessions.COUNTRY) or {}).get("code", ""),
    )
    return sessions.start(vault, ticket, now)


def move_name(known: Known, name: str) -> None:
    """Let the sign-in name rest under the newest secret key."""
    db.session.execute(
        update(Member).where(Member.id == known.member_id).values(sign_in_hash=keys.sign_in_hash(name))
    )


def _holder_of(name: str) -> str | None:
    """Whose sign-in name this is, under whichever secret key it rests."""
    wanted = select(Member.id).where(Member.sign_in_hash.in_(keys.sign_in_hashes(name)))
    holder: str | None = db.session.scalar(wanted)
    return holder


def change_lock(known: Known, fresh: keys.Lock) -> None:
    """Wrap the member key anew: one row changes. Raises `Outdated`."""
    changed: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(Member)
        .where(Member.id == known.member_id, Member.wrapped_key == known.wrapped_key)
        .values(salt=fresh.salt, cost=fresh.cost, wrapped_key=fresh.wrapped_key)
    )
    if not changed.rowcount:
        raise Outdated


def change_passphrase(known: Known, fresh: keys.Lock, this_session: bytes) -> None:
    """Change the passphrase and end all other sessions. Raises `Outdated`."""
    vault = OpenVault(known.member_key)
    vault.lock_turn()
    change_lock(known, fresh)
    sessions.end_all(vault, but=this_session)


def find_by_code(code: str) -> Known | None:
    """Who holds this recovery code."""
    row = db.session.execute(
        select(Member.id, Member.recovery_key, Member.wrapped_key, Member.cost).where(
            Member.recovery_hash == keys.recovery_hash(code)
        )
    ).one_or_none()
    if row is None:
        return None
    try:
        return Known(row.id, keys.unwrap_by_recovery(row.recovery_key, code), row.wrapped_key, row.cost)
    except CannotOpen:
        return None


def come_back(known: Known, old_code: str, fresh: keys.Lock, new_code: str, new_name: str = "") -> Known:
    """Set a new passphrase and a new recovery code, and end every session.

    A second factor stays. Raises `Outdated`, and `SignInNameTaken` where a new sign-in name is asked for.
    """
    vault = OpenVault(known.member_key)
    vault.lock_turn()
    change_lock(known, fresh)
    change_code(known, new_code, old_code)
    if new_name:
        if _holder_of(new_name) not in (None, known.member_id):
            raise SignInNameTaken
        move_name(known, new_name)
    sessions.end_all(vault)
    return Known(known.member_id, known.member_key, fresh.wrapped_key, fresh.cost)


def change_code(known: Known, new_code: str, old_code: str = "") -> None:
    """Replace the recovery code, where one is named only that one. Raises `Outdated`."""
    wanted = update(Member).where(Member.id == known.member_id)
    if old_code:
        wanted = wanted.where(Member.recovery_hash == keys.recovery_hash(old_code))
    changed: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        wanted.values(
            recovery_hash=keys.recovery_hash(new_code),
            recovery_key=keys.wrap_for_recovery(known.member_key, new_code),
        )
    )
    if not changed.rowcount:
        raise Outdated
