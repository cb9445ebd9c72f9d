"""Sessions of members.

A session is a random token in the browser's cookie and a row found by the token's hash. Who it belongs to,
and the member key, lie in the row sealed under a key that only the token gives; the row itself knows nothing
but a coarse end. When it was last used stands in the cookie, sealed by the server, so that looking at a page
writes nothing. An ended session has no row, and no cookie brings it back.

The list of one's own sessions is a list in the vault.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update

from forum.members.models import MemberSession
from forum.members.rules import LIFETIME, may_go_on
from forum.members.vault import OpenVault, pad, unpad
from forum.storage.clock import STEP, coarse
from forum.storage.database import db
from forum.storage.sealing import CannotOpen, derive, seal, unseal
from forum.storage.settings import current_settings

KIND = "session"
COUNTRY = ("settings", "country")
"""Where the country whose help was chosen lies in the vault."""

PAYLOAD = (512,)
TOKEN = 32
COOKIE = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9a-f]{72})")
RENEW_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What lies sealed in a session's row.

    `stage` is "code" while the second factor is still to come, else "open". `second` says that it was
    passed. `staff` says that a staff row may exist. `signed_in_at` and `confirmed_at` (when the passphrase
    was typed once more) are in seconds since 1970. `country` is where help was chosen for: it lies in the
    vault, and here so that every page may lead there without asking for it.
    """

    member_id: str
    member_key: str
    signed_in_at: int
    stage: str = "open"
    second: bool = False
    staff: bool = False
    confirmed_at: int = 0
    country: str = ""

    @property
    def key(self) -> bytes:
        """The member key."""
        return bytes.fromhex(self.member_key)

    @property
    def since(self) -> datetime:
        """When the person signed in."""
        return datetime.fromtimestamp(self.signed_in_at, UTC)

    @property
    def proved_at(self) -> datetime:
        """When the person last typed their passphrase."""
        return datetime.fromtimestamp(max(self.signed_in_at, self.confirmed_at), UTC)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that a request came with."""

    token: str
    ticket: Ticket
    seen_at: datetime

    @property
    def token_hash(self) -> bytes:
        """What its row is found by."""
        return hash_of(self.token)


def start(vault: OpenVault, ticket: Ticket, now: datetime) -> str:
    """Open a session and enter it into the member's own list. Returns its token."""
    token = secrets.token_urlsafe(TOKEN)
    ends_at = coarse(now + LIFETIME) + STEP
    db.session.add(MemberSession(token_hash=hash_of(token), sealed=_seal(token, ticket), ends_at=ends_at))
    db.session.flush()
    ends = int(ends_at.timestamp())
    vault.refill(KIND, {"hash": hash_of(token).hex(), "since": int(coarse(now).timestamp()), "ends": ends})
    return token


def find(token: str, seen_at: datetime, now: datetime) -> OpenSession | None:
    """The session of a token, if it was not ended and is not over. One statement."""
    row = db.session.execute(
        select(MemberSession.sealed).where(
            MemberSession.token_hash == hash_of(token), MemberSession.ends_at > now
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    try:
        ticket = Ticket(**unpad(unseal(_key(token), bytes(row), hash_of(token))))
    except CannotOpen:
        return None
    if not may_go_on(ticket.since, seen_at, now):
        return None
    return OpenSession(token, ticket, seen_at)


def renew_ticket(session: OpenSession, **changes: Any) -> OpenSession:
    """Write changed words into a session's row; an ended session stays ended."""
    ticket = replace(session.ticket, **changes)
    db.session.execute(
        update(MemberSession)
        .where(MemberSession.token_hash == session.token_hash)
        .values(sealed=_seal(session.token, ticket))
    )
    return replace(session, ticket=ticket)


def end(token_hash: bytes) -> bool:
    """End one session. Returns whether there was one."""
    ended: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        delete(MemberSession).where(MemberSession.token_hash == token_hash)
    )
    return bool(ended.rowcount)


@dataclass(frozen=True, slots=True)
class Listed:
    """One of one's own sessions: its place in the list, when it started (coarse), whether it is this one."""

    place: int
    since: datetime
    is_this: bool


def listed(vault: OpenVault, this: bytes, now: datetime) -> list[Listed]:
    """One's own sessions that are not over, the newest first."""
    kept = {bytes.fromhex(e.data["hash"]): e for e in vault.entries(KIND) if _is_running(e.data, now)}
    running = set(
        db.session.scalars(select(MemberSession.token_hash).where(MemberSession.token_hash.in_(kept)))
    )
    found = [
        Listed(entry.counter, datetime.fromtimestamp(entry.data["since"], UTC), token_hash == this)
        for token_hash, entry in kept.items()
        if token_hash in running
    ]
    return sorted(found, key=lambda one: one.since, reverse=True)


def end_listed(vault: OpenVault, place: int) -> bool:
    """End one of one's own sessions by its place in the list."""
    entry = next((e for e in vault.entries(KIND) if e.counter == place), None)
    if entry is None:
        return False
    vault.change(KIND, place, lambda _old: None)
    return end(bytes.fromhex(entry.data["hash"]))


def end_all(vault: OpenVault, but: bytes | None = None) -> None:
    """End all of one's own sessions, or all but one."""
    for entry in vault.entries(KIND):
        if but is None or bytes.fromhex(entry.data["hash"]) != but:
            end(bytes.fromhex(entry.data["hash"]))
            vault.change(KIND, entry.counter, lambda _old: None)


def drop_ended(vault: OpenVault, now: datetime) -> None:
    """Empty the entries of sessions that are over."""
    for entry in vault.entries(KIND):
        if not _is_running(entry.data, now):
            vault.change(KIND, entry.counter, lambda _old: None)


def cookie_value(token: str, now: datetime) -> str:
    """What the cookie holds: the token, and a sealed stamp of its last use."""
    stamp = seal(_stamp_key(), int(now.timestamp()).to_bytes(8, "big"), hash_of(token))
    return f"{token}.{stamp.hex()}"


def read_cookie(value: str) -> tuple[str, datetime] | None:
    """The token and its last use, or None for anything that this server did not write."""
    parts = COOKIE.fullmatch(value)
    if parts is None:
        return None
    token, stamp = parts.groups()
    try:
        seconds = unseal(_stamp_key(), bytes.fromhex(stamp), hash_of(token))
    except CannotOpen:
        return None
    return token, datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC)


def hash_of(token: str) -> bytes:
    """What the row of a token is found by; the token itself has 256 random bits."""
    return hashlib.sha256(b"kindred session:" + token.encode()).digest()


def _is_running(data: dict[str, Any], now: datetime) -> bool:
    return int(data["ends"]) > now.timestamp()


def _seal(token: str, ticket: Ticket) -> bytes:
    return seal(_key(token), pad(asdict(ticket), PAYLOAD), hash_of(token))


def _key(token: str) -> bytes:
    return derive(token.encode(), "session")


def _stamp_key() -> bytes:
    return derive(current_settings().secret_key, "session stamps")
