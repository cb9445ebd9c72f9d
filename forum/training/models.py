"""The table of training: which name carries the badge, and until when. Who that is nobody knows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day


class Badge(Model):
    """A name that is known as a peer supporter, up to and including the last day of a quarter.

    It hangs on the one name that its owner chose for it, so it says nothing of their other names. The
    quarter is coarse on purpose: it does not tell on which day a story was read. `told`: its owner knows that
    it is about to end.
    """

    __tablename__ = "badge"
    __table_args__ = ({"sqlite_with_rowid": False},)

    pseudonym_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    until: Mapped[date] = mapped_column(Day, index=True)
    told: Mapped[bool] = mapped_column(default=False)
