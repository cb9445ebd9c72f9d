"""Keeping the library's table beside the published tables, in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from forum.circles.models import Post, PublishedPost, Thread
from forum.circles.publishing import post_shown, post_taken_down, raise_version
from forum.circles.rules import CARD
from forum.coping.models import Card, PublishedCard
from forum.coping.rules import first_part
from forum.storage.database import db
from forum.text.render import excerpt

SUMMARY = 240


@post_shown.connect
def show_card(post: Post, **_more: Any) -> None:
    """Let a card stand in the library, and let the thread that led to it point there."""
    if db.session.get_one(Thread, post.thread_id).kind != CARD:
        return
    card = db.session.get_one(Card, post.thread_id)
    shown = db.session.get_one(PublishedPost, post.id)
    before = db.session.get(PublishedCard, card.card_id)
    db.session.merge(
        PublishedCard(
            card_id=card.card_id,
            built_on=card.built_on,
            also_on=card.also_on,
            led_from=card.led_from,
            summary=excerpt(first_part(shown.plain), SUMMARY),
            version=before.version + 1 if before else 1,
        )
    )
    if card.led_from:
        db.session.execute(
            update(Thread)
            .where(Thread.id == card.led_from, Thread.card_id.is_(None))
            .values(card_id=card.card_id)
            .execution_options(synchronize_session=False)
        )
        raise_version(card.led_from)
    db.session.flush()


@post_taken_down.connect
def show_card_no_more(post: Post, **_more: Any) -> None:
    """Take a card out of the library."""
    db.session.execute(delete(PublishedCard).where(PublishedCard.card_id == post.thread_id))
