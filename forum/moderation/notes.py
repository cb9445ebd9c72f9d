"""Words from moderators to moderators: the hand-over between shifts, and debriefs. Sealed, 14 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select

from forum.circles.content import open_words, seal_words
from forum.members.models import Staff
from forum.moderation.models import DeskNote
from forum.storage.database import db
from forum.storage.types import new_id

KINDS = ("handover", "debrief")
KEPT_DAYS = 14
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Note:
    """One note, opened, with the staff name of who wrote it."""

    words: str
    by: str
    day: date


def leave(kind: str, staff_id: str, words: str, today: date) -> None:
    """Leave a note for the next shift, or after a hard text."""
    row = DeskNote(id=new_id(), kind=kind, staff_id=staff_id, sealed=b"", day=today)
    row.sealed = seal_words(words, "desk_note", row.id)
    db.session.add(row)
    db.session.flush()


def latest(kind: str, today: date, most: int = 3) -> list[Note]:
    """The latest notes of a kind, newest day first."""
    rows = db.session.execute(
        select(DeskNote, Staff.staff_name)
        .outerjoin(Staff, Staff.id == DeskNote.staff_id)
        .where(DeskNote.kind == kind, DeskNote.day > today - timedelta(days=KEPT_DAYS))
        .order_by(DeskNote.day.desc(), DeskNote.id)
        .limit(most)
    ).all()
    return [Note(open_words(row.sealed, "desk_note", row.id), name or "", row.day) for row, name in rows]


def forget_old(today: date) -> None:
    """Erase notes after 14 days."""
    db.session.execute(delete(DeskNote).where(DeskNote.day < today - timedelta(days=KEPT_DAYS)))
