"""What the machine found, one row for each revision. It keeps offsets, never text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Json, Moment


class Screening(Model):
    """The screening of one revision (`subject_id`), born with it.

    `findings` come from the care rules in the submit itself; `labels`, `marks` and the rest from the
    worker. `lease` names the worker that scores it now. `problem` says in plain words why it is not
    scored yet.
    """

    __tablename__ = "screening"
    __table_args__ = (
        Index(
            "ix_screening_pending",
            "urgency",
            "next_try_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        {"sqlite_with_rowid": False},
    )

    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    urgency: Mapped[int] = mapped_column(default=9)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    lease: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(Moment, default=None)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    labels: Mapped[dict[str, float]] = mapped_column(Json, default=dict)
    marks: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    windows: Mapped[int] = mapped_column(default=0)
    model: Mapped[str] = mapped_column(String(80), default="")
    folded: Mapped[bool] = mapped_column(default=False)
    tried_again: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str] = mapped_column(Text, default="")
