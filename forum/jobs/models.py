"""When each worker was last seen and each job last ran. Nothing here is about a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import Moment


class SignOfLife(Model):
    """The last sign of one worker (`screening`) or one job (`job:sweep`)."""

    __tablename__ = "sign_of_life"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
