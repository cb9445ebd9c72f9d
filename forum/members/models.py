"""Tables of members.

Nothing here leads from a pseudonym to a member or to another pseudonym: `vault` holds rows that only an
open member key can address or read, `pseudonym` names nobody, and `mark` is a keyed hash. No table knows
when somebody joined, signed in or wrote.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day, Id, Key, Moment

WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Member(Model):
    """Who may sign in: a keyed hash of the sign-in name, and the member key wrapped twice.

    `cost` says how the passphrase is stretched ("memory in KiB:passes"). `recovery_hash` finds the member
    by the recovery code alone, and is a hash of another derivation than the key that unwraps.
    """

    __tablename__ = "member"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    sign_in_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    cost: Mapped[str] = mapped_column(String(16))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary(60))
    recovery_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    recovery_key: Mapped[bytes] = mapped_column(LargeBinary(60))


class VaultRow(Model):
    """One sealed entry of somebody's vault. Whose, of what kind and from when, only the member key tells."""

    __tablename__ = "vault"
    __table_args__ = (WITHOUT_ROWID,)

    address: Mapped[Key]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class MemberSession(Model):
    """An open session, found by the hash of its token. Who it belongs to lies sealed under the token."""

    __tablename__ = "member_session"
    __table_args__ = (WITHOUT_ROWID,)

    token_hash: Mapped[Key]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Staff(Model):
    """A member with work to do: `role` is moderator or lead. Who gave the role up keeps the name
    here, for the log, and no member.

    The second factor lies in the member's own vault, not here.
    """

    __tablename__ = "staff"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    member_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), unique=True)
    staff_name: Mapped[str] = mapped_column(String(30), unique=True)
    role: Mapped[str] = mapped_column(String(9))


class Pseudonym(Model):
    """A name somebody writes under. `folded` is what a reader would mistake for it."""

    __tablename__ = "pseudonym"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40))
    folded: Mapped[str] = mapped_column(String(80), unique=True)


class Sanction(Model):
    """A strike or a suspension of a pseudonym, up to and including a day."""

    __tablename__ = "sanction"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    pseudonym_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    until: Mapped[date] = mapped_column(Day, index=True)
    decision_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)


class Invite(Model):
    """A code that opens a door once. `kind` is member, moderator or lead. Nothing says who made it."""

    __tablename__ = "invite"
    __table_args__ = (WITHOUT_ROWID,)

    code_hash: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(9))
    until: Mapped[date] = mapped_column(Day, index=True)


class Mark(Model):
    """That somebody did something to an object once; who, only their own open vault can tell."""

    __tablename__ = "mark"
    __table_args__ = (WITHOUT_ROWID,)

    mark: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)


class PlannedRemoval(Model):
    """A text that goes on a day. Nothing says whose it is, or that several belong together."""

    __tablename__ = "planned_removal"
    __table_args__ = (WITHOUT_ROWID,)

    object_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date] = mapped_column(Day, index=True)
