"""What readers see, from the published tables alone: circles, threads, posts; plain rows, few statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
)

from forum.circles.models import Circle, PublishedPost, PublishedThread, Thread
from forum.circles.rules import CARD, ENOUGH_ANSWERS
from forum.storage.database import AnyRow, db
from forum.storage.prepared import Prepared

THREADS_A_PAGE = 20
POSTS_A_PAGE = 50
NEWEST = -POSTS_A_PAGE
"""A negative place stands for so many posts before the end of a thread: here for its last page."""


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """What one statement tells of a thread: the thread as readers know it and its circle."""

    id: str
    circle_id: str
    circle_name: str
    audience: str
    paused: str
    kind: str
    wish: str
    closed: bool
    version: int
    title: str
    replies: int
    topics: list[str]
    card_id: str | None
    card_title: str | None
    keep_days: int | None


def circles() -> list[Circle]:
    """Every circle in its order."""
    return list(db.session.scalars(select(Circle).order_by(Circle.place, Circle.name)))


def circle(circle_id: str) -> Circle | None:
    """One circle."""
    return db.session.get(Circle, circle_id)


def has_tag(tag: str) -> ColumnElement[bool]:
    """Whether a published thread carries a tag of the fixed lists."""
    return type_coerce(PublishedThread.topics, Text).like(f'%"{tag}"%')


_LINE = select(
    PublishedThread.thread_id,
    PublishedThread.circle_id,
    PublishedThread.title,
    PublishedThread.kind,
    PublishedThread.wish,
    PublishedThread.topics,
    PublishedThread.pseudonym,
    PublishedThread.content_note,
    PublishedThread.replies,
    PublishedThread.day,
    PublishedThread.latest,
)


def threads_of(
    circle_ids: Collection[str],
    before: tuple[int, str] | None = None,
    kind: str = "",
    topic: str = "",
    *,
    any_of: Collection[str] = (),
    needs_reply: bool = False,
) -> list[AnyRow]:
    """One page of threads by latest reply, and one row more when there is a further page.

    `any_of` are tags of which one is enough.
    """
    order = PublishedThread.latest.desc(), PublishedThread.thread_id.desc()
    page = select(PublishedThread.thread_id).where(PublishedThread.circle_id.in_(circle_ids))
    if before:
        page = page.where(tuple_(PublishedThread.latest, PublishedThread.thread_id) < before)
    if kind:
        page = page.where(PublishedThread.kind == kind)
    if needs_reply:
        page = page.where(PublishedThread.answers < literal_column(str(ENOUGH_ANSWERS)))
    if topic:
        page = page.where(has_tag(topic))
    if any_of:
        page = page.where(or_(*(has_tag(tag) for tag in any_of)))
    found = page.order_by(*order).limit(THREADS_A_PAGE + 1)
    return list(db.session.execute(_LINE.where(PublishedThread.thread_id.in_(found)).order_by(*order)))


_thread, _circle = Thread.__table__.c, Circle.__table__.c
_shown_thread, _shown = PublishedThread.__table__.c, PublishedPost.__table__.c
_card = PublishedThread.__table__.alias("card")

_HEAD = Prepared(
    select(
        _thread.id,
        _circle.id,
        _circle.name,
        _circle.audience,
        _circle.paused,
        _thread.kind,
        _thread.wish,
        _thread.closed,
        _thread.version,
        _shown_thread.title,
        _shown_thread.replies,
        _shown_thread.topics,
        _card.c.thread_id,
        _card.c.title,
        _circle.keep_days,
    )
    .select_from(
        Thread.__table__.join(PublishedThread.__table__, _shown_thread.thread_id == _thread.id)
        .join(Circle.__table__, _circle.id == _thread.circle_id)
        .outerjoin(_card, _card.c.thread_id == _thread.card_id)
    )
    .where(_thread.id == bindparam("thread_id"))
)

_PAGE = (
    select(
        _shown.post_id,
        _shown.revision_id,
        _shown.pseudonym_id,
        _shown.pseudonym,
        _shown.is_opening,
        _shown.mode,
        _shown.html,
        _shown.content_note,
        _shown.renderer,
        _shown.edited,
        _shown.position,
        _shown.day,
        _shown.helped,
        _card.c.thread_id.label("card_id"),
        _card.c.title.label("card_title"),
        _card.c.pseudonym.label("card_pseudonym"),
    )
    .select_from(PublishedPost.__table__.outerjoin(_card, _card.c.thread_id == _shown.card_id))
    .where(_shown.thread_id == bindparam("thread_id"))
    .order_by(_shown.position)
    .limit(POSTS_A_PAGE + 1)
)
_back = (
    select(_shown.position)
    .where(_shown.thread_id == bindparam("thread_id"))
    .order_by(_shown.position.desc())
    .limit(1)
    .offset(bindparam("back"))
    .scalar_subquery()
)
_POSTS = Prepared(_PAGE.where(_shown.position > bindparam("after")))
_LAST = Prepared(_PAGE.where(_shown.position >= func.coalesce(_back, 0)))


def head_of(thread_id: str) -> ThreadHead | None:
    """A thread whose opening can be read, with its circle and version, in one statement."""
    return _head(db.session.connection(), thread_id)


def glance_at(thread_id: str) -> ThreadHead | None:
    """`head_of` on a bare connection: most visitors' pages need nothing else from the database."""
    with db.engine.connect() as connection:
        return _head(connection, thread_id)


def _head(connection: Connection, thread_id: str) -> ThreadHead | None:
    found = _HEAD.rows(connection, thread_id=thread_id)
    return ThreadHead(*found[0]) if found else None


def posts_of(thread_id: str, after: int = -1) -> list[Any]:
    """One page of the posts of a thread in the order of publishing, and one row more for a further page.

    A negative `after` below -1 begins so many posts before the end.
    """
    if after < -1:
        return _LAST.rows(db.session.connection(), thread_id=thread_id, back=-after - 1)
    return _POSTS.rows(db.session.connection(), thread_id=thread_id, after=after)


def opening_of(thread_id: str) -> str | None:
    """The opening of a published thread as plain text, its title first."""
    found = db.session.execute(
        select(PublishedThread.title, PublishedPost.plain)
        .join(
            PublishedPost, (PublishedPost.thread_id == PublishedThread.thread_id) & PublishedPost.is_opening
        )
        .where(PublishedThread.thread_id == thread_id)
    ).first()
    return f"{found.title}\n{found.plain}" if found else None


def words_of(thread_id: str, post_id: str) -> AnyRow | None:
    """The plain text and content note of a post that can be read in a thread."""
    return db.session.execute(
        select(PublishedPost.plain, PublishedPost.content_note).where(
            PublishedPost.post_id == post_id, PublishedPost.thread_id == thread_id
        )
    ).first()


def card_title(card_id: str) -> str | None:
    """The title of a strategy card that can be read."""
    return db.session.scalar(
        select(PublishedThread.title).where(
            PublishedThread.thread_id == card_id, PublishedThread.kind == CARD
        )
    )


def published_counts() -> dict[str, int]:
    """How many threads can be read in each circle."""
    rows = db.session.execute(
        select(PublishedThread.circle_id, func.count().label("count")).group_by(PublishedThread.circle_id)
    )
    return {row[0]: row[1] for row in rows}
