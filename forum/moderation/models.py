"""Tables of what people decide, say about it, and how it is remembered without words."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day, Id, Json, Moment

WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Decision(Model):
    """What a person decided about one review, for the text with exactly this hash.

    `sealed_words` is what the author is told. `in_force` turns false when the decision is undone or when
    the author acted inside the grace window. `machine` keeps the labels over their thresholds, to measure
    how machine and people agree.
    """

    __tablename__ = "decision"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), index=True)
    revision_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    revision_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(12), default="")
    content_note: Mapped[str] = mapped_column(String(40), default="")
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    reverses_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, unique=True)
    alone: Mapped[bool] = mapped_column(default=False)
    in_force: Mapped[bool] = mapped_column(default=True)
    lane: Mapped[str] = mapped_column(String(8), default="routine")
    tier: Mapped[str | None] = mapped_column(String(1), default=None)
    machine: Mapped[list[str]] = mapped_column(Json, default=list)
    day: Mapped[date] = mapped_column(Day)


class Message(Model):
    """One private word between moderators and an author about a review. `side` is author or staff."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("review_id", "place"), WITHOUT_ROWID)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), index=True)
    place: Mapped[int]
    side: Mapped[str] = mapped_column(String(6))
    staff_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    form_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    day: Mapped[date] = mapped_column(Day)


class LogEntry(Model):
    """One entry of the append-only log: who of the staff did what to which object on which day, no words."""

    __tablename__ = "log_entry"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Day)
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    act: Mapped[str] = mapped_column(String(16))
    object_kind: Mapped[str] = mapped_column(String(12))
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    rule: Mapped[str] = mapped_column(String(12), default="")
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class WaitCount(Model):
    """How many decisions of a lane fell into an hour of a day after a wait of about so many minutes."""

    __tablename__ = "wait_count"
    __table_args__ = (WITHOUT_ROWID,)

    day: Mapped[date] = mapped_column(Day, primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(String(8), primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Shift(Model):
    """A time in which a moderator is on duty."""

    __tablename__ = "shift"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
