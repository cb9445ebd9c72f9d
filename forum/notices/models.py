"""What a pseudonym is told. Only who holds the pseudonym in their vault finds it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day, Id, Moment


class Notice(Model):
    """One notice, sealed under the server key and addressed to a pseudonym.

    `not_before` holds back what may still be undone within the grace window; it goes once that is over.
    """

    __tablename__ = "notice"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[Id]
    pseudonym_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    decision_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    not_before: Mapped[datetime | None] = mapped_column(Moment, default=None)
    day: Mapped[date] = mapped_column(Day)
