"""Tables of the moderators' own house: the log, reports, skips, policy, notes of the desk, alerts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day, Id, Json, Moment

WITHOUT_ROWID = {"sqlite_with_rowid": False}


class LogEntry(Model):
    """One entry of the append-only chain: who of the staff did what to which object on which day, no words.

    Within a day the order is random.
    """

    __tablename__ = "log_entry"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Day)
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    act: Mapped[str] = mapped_column(String(16))
    object_kind: Mapped[str] = mapped_column(String(12))
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    rule: Mapped[str] = mapped_column(String(40), default="")
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class StagedEntry(Model):
    """An entry of the log whose day is not over: it waits beside the chain, sealed by `mac`."""

    __tablename__ = "log_staged"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(Day)
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    act: Mapped[str] = mapped_column(String(16))
    object_kind: Mapped[str] = mapped_column(String(12))
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    rule: Mapped[str] = mapped_column(String(40), default="")
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogHead(Model):
    """How many entries the log has, in the chain and beside it, sealed by `mac`."""

    __tablename__ = "log_head"
    __table_args__ = (WITHOUT_ROWID,)

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    total: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class Report(Model):
    """What one person reported about a text. Nothing says who; `sealed` may hold where to tell them."""

    __tablename__ = "report"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    by_visitor: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    day: Mapped[date] = mapped_column(Day)


class Skip(Model):
    """That a moderator passed a review over: it is not offered to them again before `until`."""

    __tablename__ = "skip"
    __table_args__ = (WITHOUT_ROWID,)

    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment, index=True)


class Policy(Model):
    """One version of something that leads decide: a threshold, a due time, a starter text, a watch list."""

    __tablename__ = "policy"
    __table_args__ = (WITHOUT_ROWID,)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[date] = mapped_column(Day)


class HandCount(Model):
    """How many decisions of a lane and day took about so many minutes from the last claim on."""

    __tablename__ = "hand_count"
    __table_args__ = (WITHOUT_ROWID,)

    day: Mapped[date] = mapped_column(Day, primary_key=True)
    lane: Mapped[str] = mapped_column(String(8), primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class DeskNote(Model):
    """Words from moderators to moderators: a hand-over between shifts, or a debrief. Kept 14 days."""

    __tablename__ = "desk_note"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    day: Mapped[date] = mapped_column(Day, index=True)


class AlertState(Model):
    """When the operator's alert was tried last, and since when and why it fails."""

    __tablename__ = "alert_state"
    __table_args__ = (WITHOUT_ROWID,)

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    tried_at: Mapped[datetime] = mapped_column(Moment)
    failed_since: Mapped[datetime | None] = mapped_column(Moment, default=None)
    why: Mapped[str] = mapped_column(Text, default="")
