"""What the care room plans: a check-in note for a day, where the author of a text allowed it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import Day, Id


class PlannedCheckIn(Model):
    """That somebody asks, on a day, how the author of a text is. The row goes when the note is sent.

    It belongs to the text, and by it to a pseudonym; `step` is `day` or `week`.
    """

    __tablename__ = "planned_check_in"
    __table_args__ = (UniqueConstraint("post_id", "step"), {"sqlite_with_rowid": False})

    id: Mapped[Id]
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id"))
    step: Mapped[str] = mapped_column(String(4))
    on: Mapped[date] = mapped_column(Day, index=True)
