"""The doors against floods: proof of work, an invite code, or a signed ticket and some patience.

None needs an e-mail, a phone or another company. The ticket stands beside the proof of work, so that joining
works without scripts. What was used up is remembered as a hash until it would have expired anyway.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import altcha
from sqlalchemy import delete

from forum.members.models import Invite
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.sealing import CannotOpen, derive, seal, unseal
from forum.storage.settings import current_settings
from forum.web import once

TICKET_LIFE = timedelta(hours=24)
WORK_LIFE = timedelta(minutes=30)
TICKETS_AN_HOUR = "240/hour"
TRIES = 5
"""How often one ticket or challenge may be tried with names that turn out to be taken."""

CODE_BYTES = 12
INVITE_DAYS = 30


class NotYet(Exception):
    """A ticket is good, but its time has not come; `args[0]` is how many seconds are left."""


class Closed(Exception):
    """The door did not open; `args[0]` is why: ticket, work, invite, full."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A door that opened. It is used up unless it is given back."""

    kind: str
    value: str

    def give_back(self) -> None:
        """Let it open again, as when the chosen sign-in name was taken; a few times only."""
        if self.kind != "invite" and once.count("tries", self.value, _seconds(TICKET_LIFE)) <= TRIES:
            once.give_back(self.kind, self.value)


def new_ticket(now: datetime) -> str:
    """A signed ticket: when it was given out, and a number to tell it from others."""
    plain = int(now.timestamp()).to_bytes(8, "big") + secrets.token_bytes(16)
    return base64.urlsafe_b64encode(seal(_key("tickets"), plain, b"ticket")).decode()


def new_challenge(now: datetime) -> dict[str, str]:
    """A proof of work for the browser, in ALTCHA's words."""
    made = altcha.create_challenge_v1(
        max_number=current_settings().work_cost, hmac_key=_key("work").hex(), expires=now + WORK_LIFE
    )
    words = {"salt": made.salt, "challenge": made.challenge, "signature": made.signature}
    return {**words, "most": str(made.max_number)}


def pass_through(form: Mapping[str, str], now: datetime) -> Passage:
    """Open the door that the operator chose with what was sent. Raises `NotYet`, `Closed`, `Unavailable`."""
    chosen = current_settings().join_door
    if chosen == "invite":
        return Passage("invite", form.get("invite_code", ""))
    if chosen == "work" and form.get("altcha"):
        return _by_work(form["altcha"])
    return _by_ticket(form.get("ticket", ""), now)


def open_with_ticket(ticket: str, now: datetime) -> Passage:
    """Open a door to which only patience leads, as for a visitor's report. Raises `NotYet`, `Closed`."""
    return _by_ticket(ticket, now)


def _by_work(solution: str) -> Passage:
    solved, _why = altcha.verify_solution_v1(solution[:2000], _key("work").hex())
    if not solved:
        raise Closed("work")
    challenge = str(json.loads(base64.b64decode(solution))["challenge"])
    if not once.take("work", challenge, _seconds(WORK_LIFE)):
        raise Closed("work")
    return Passage("work", challenge)


def _by_ticket(ticket: str, now: datetime) -> Passage:
    given_at, number = _read(ticket)
    wait = current_settings().ticket_seconds - int((now - given_at).total_seconds())
    if wait > 0:
        raise NotYet(wait)
    if now - given_at > TICKET_LIFE or not once.take("ticket", number, _seconds(TICKET_LIFE)):
        raise Closed("ticket")
    if not once.is_within("tickets", TICKETS_AN_HOUR):
        once.give_back("ticket", number)
        raise Closed("full")
    return Passage("ticket", number)


def _read(ticket: str) -> tuple[datetime, str]:
    """When a ticket was given out, and its number: what it is known by, however it is spelled."""
    try:
        plain = unseal(_key("tickets"), base64.urlsafe_b64decode(ticket), b"ticket")
    except (CannotOpen, binascii.Error, ValueError) as error:
        raise Closed("ticket") from error
    return datetime.fromtimestamp(int.from_bytes(plain[:8], "big"), UTC), plain[8:].hex()


def new_invite(kind: str, now: datetime) -> str:
    """Make a code that opens a door once within 30 days; only its hash is kept. Returns the code."""
    code = secrets.token_urlsafe(CODE_BYTES)
    until = day_of(now) + timedelta(days=INVITE_DAYS)
    db.session.add(Invite(code_hash=_hash(code), kind=kind, until=until))
    db.session.flush()
    return code


def redeem(code: str, kinds: tuple[str, ...], now: datetime) -> str:
    """Use a code up, inside the transaction it is for. Returns its kind. Raises `Closed`.

    Of two that come at once, one wins. Nothing remains.
    """
    kind: str | None = db.session.scalar(
        delete(Invite)
        .where(Invite.code_hash == _hash(code.strip()), Invite.kind.in_(kinds), Invite.until >= day_of(now))
        .returning(Invite.kind)
    )
    if kind is None:
        raise Closed("invite")
    return kind


def kind_of(code: str, now: datetime) -> str | None:
    """What a code is for, without using it up."""
    wanted = db.select(Invite.kind).where(Invite.code_hash == _hash(code), Invite.until >= day_of(now))
    kind: str | None = db.session.scalar(wanted)
    return kind


def _hash(code: str) -> bytes:
    """What a code is found by; its 96 random bits need no key of the server."""
    return derive(code.encode(), "invites")


def _key(purpose: str) -> bytes:
    return derive(current_settings().secret_key, purpose)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
