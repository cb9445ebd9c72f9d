"""What readers see of the library, from the published tables alone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, or_, select, tuple_

from forum.circles.models import Circle, PublishedPost, PublishedThread
from forum.circles.queries import has_tag
from forum.circles.rules import LIBRARY
from forum.coping.actions import TRIED
from forum.coping.models import PublishedCard
from forum.coping.rules import RESULTS
from forum.members.models import Mark
from forum.storage.database import AnyRow, db

CARDS_A_PAGE = 20

_LINE = (
    PublishedThread.thread_id,
    PublishedThread.title,
    PublishedThread.pseudonym,
    PublishedThread.topics,
    PublishedThread.content_note,
    PublishedThread.latest,
    PublishedCard.summary,
    PublishedCard.built_on,
    PublishedCard.also_on,
)


def cards(before: tuple[int, str] | None = None, tag: str = "") -> list[AnyRow]:
    """One page of cards, newest first, and one row more when there is a further page."""
    page = (
        select(*_LINE)
        .join(PublishedCard, PublishedCard.card_id == PublishedThread.thread_id)
        .where(PublishedThread.circle_id == LIBRARY)
        .order_by(PublishedThread.latest.desc(), PublishedThread.thread_id.desc())
        .limit(CARDS_A_PAGE + 1)
    )
    if before:
        page = page.where(tuple_(PublishedThread.latest, PublishedThread.thread_id) < before)
    if tag:
        page = page.where(has_tag(tag))
    return list(db.session.execute(page))


def card(card_id: str) -> AnyRow | None:
    """One published card with its words."""
    return db.session.execute(
        select(
            PublishedCard.card_id,
            PublishedCard.built_on,
            PublishedCard.also_on,
            PublishedCard.led_from,
            PublishedCard.summary,
            PublishedCard.version,
            PublishedThread.title,
            PublishedThread.topics,
            PublishedPost.post_id,
            PublishedPost.revision_id,
            PublishedPost.pseudonym_id,
            PublishedPost.pseudonym,
            PublishedPost.html,
            PublishedPost.renderer,
            PublishedPost.content_note,
            PublishedPost.day,
        )
        .join(PublishedThread, PublishedThread.thread_id == PublishedCard.card_id)
        .join(PublishedPost, PublishedPost.thread_id == PublishedCard.card_id)
        .where(PublishedCard.card_id == card_id)
    ).first()


def family(card_id: str, parents: Collection[str]) -> list[AnyRow]:
    """The cards that a card is built on, and the cards that are built on it."""
    return list(
        db.session.execute(
            select(*_LINE)
            .join(PublishedCard, PublishedCard.card_id == PublishedThread.thread_id)
            .where(
                or_(
                    PublishedCard.built_on == card_id,
                    PublishedCard.also_on == card_id,
                    PublishedCard.card_id.in_(parents),
                )
            )
            .order_by(PublishedThread.latest.desc())
        )
    )


def open_thread_title(thread_id: str) -> str | None:
    """The title of a thread that everybody may read."""
    return db.session.scalar(
        select(PublishedThread.title)
        .join(Circle, Circle.id == PublishedThread.circle_id)
        .where(PublishedThread.thread_id == thread_id, Circle.audience == "everyone")
    )


def tried(card_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """What people said about cards, by card and result."""
    kinds = {f"{TRIED} {result}": result for result in RESULTS}
    rows = db.session.execute(
        select(Mark.object_id, Mark.kind, func.count())
        .where(Mark.object_id.in_(card_ids), Mark.kind.in_(kinds))
        .group_by(Mark.object_id, Mark.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for object_id, kind, count in rows:
        found.setdefault(object_id, {})[kinds[kind]] = count
    return found
