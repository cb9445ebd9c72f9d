"""Keeping the library's table beside the published tables, in one transaction; lineage for moderators."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Thread
from forum.circles.publishing import post_shown, post_taken_down, raise_version
from forum.circles.rules import CARD
from forum.coping.models import Card, PublishedCard
from forum.coping.rules import first_part, parents_of
from forum.moderation.queries import Ancestor, Lineage, show_lineage_with
from forum.storage.database import AnyRow, db
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


def lineage(post: Post) -> Lineage | None:
    """Where a card comes from, for the moderator who reads it; None where it stands for itself."""
    card = db.session.get(Card, post.thread_id)
    parents = parents_of(card.built_on, card.also_on) if card else ()
    source = _source(card.led_from, post.pseudonym_id) if card and card.led_from else None
    if not parents and source is None:
        return None
    rows = db.session.execute(
        select(PublishedPost.thread_id, PublishedPost.title, PublishedPost.pseudonym, PublishedPost.plain)
        .where(PublishedPost.thread_id.in_(parents), PublishedPost.is_opening)
        .order_by(PublishedPost.thread_id)
    ).all()
    built_on = [Ancestor(f"/library/{row.thread_id}", row.title, row.pseudonym, row.plain) for row in rows]
    if source is None:
        return Lineage(built_on, len(parents) - len(built_on))
    path = "" if source.audience == "invited" else f"/t/{source.thread_id}#p-{source.post_id}"
    grown = Ancestor(path, source.thread_title, source.pseudonym, source.plain)
    closed = "" if source.audience == "everyone" else source.name
    return Lineage(built_on, len(parents) - len(built_on), grown, source.helped, closed)


def _source(thread_id: str, pseudonym_id: str) -> AnyRow | None:
    """The text under the same name that led to a card: the opening, or the reply that helped."""
    return db.session.execute(
        select(
            PublishedPost.thread_id,
            PublishedPost.post_id,
            PublishedThread.title.label("thread_title"),
            PublishedPost.pseudonym,
            PublishedPost.plain,
            PublishedPost.helped,
            Circle.audience,
            Circle.name,
        )
        .join(PublishedThread, PublishedThread.thread_id == PublishedPost.thread_id)
        .join(Circle, Circle.id == PublishedPost.circle_id)
        .where(PublishedPost.thread_id == thread_id, PublishedPost.pseudonym_id == pseudonym_id)
        .where(PublishedPost.is_opening | PublishedPost.helped)
        .order_by(PublishedPost.position)
    ).first()


show_lineage_with(lineage)
