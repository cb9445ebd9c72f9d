"""Tables of the library. The words of a card are a post like any other: its revisions pass both keys.

`card` says where a card comes from; `published_card` holds what lists show of it, and is there only while
the card is published.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.circles.models import WITHOUT_ROWID
from forum.storage.database import Model
from forum.storage.types import ID_LENGTH


class Card(Model):
    """A card, by the thread that holds it. `built_on` is the card it goes on from, `also_on` a second one.

    `led_from` is the workshop or challenge that led to it, kept only where the card was written under the
    same name as there, so that it never joins two names.
    """

    __tablename__ = "card"
    __table_args__ = (WITHOUT_ROWID,)

    card_id: Mapped[str] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    built_on: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    also_on: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    led_from: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)


class PublishedCard(Model):
    """What lists show of a published card. `version` counts the versions that were published."""

    __tablename__ = "published_card"
    __table_args__ = (WITHOUT_ROWID,)

    card_id: Mapped[str] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    built_on: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    also_on: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    led_from: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    summary: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
