"""What readers see, from the published tables alone: circles, threads, posts; plain rows, few statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, func, select, tuple_

from forum.circles.models import Circle, PublishedPost, PublishedThread, Thread
from forum.storage.database import db

THREADS_A_PAGE = 20
POSTS_A_PAGE = 50
SHELF = 6


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


def circles() -> list[Circle]:
    """Every circle in its order."""
    return list(db.session.scalars(select(Circle).order_by(Circle.place, Circle.name)))


def circle(circle_id: str) -> Circle | None:
    """One circle."""
    return db.session.get(Circle, circle_id)


def threads_of(
    circle_ids: Collection[str], before: tuple[int, str] | None = None, kind: str = "", topic: str = ""
) -> list[Row[tuple[str, str, str, str, str, list[str], str, str, int, date, int]]]:
    """One page of threads by latest reply, and one row more when there is a further page."""
    page = (
        select(
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
        .where(PublishedThread.circle_id.in_(circle_ids))
        .order_by(PublishedThread.latest.desc(), PublishedThread.thread_id.desc())
        .limit(THREADS_A_PAGE + 1)
    )
    if before:
        page = page.where(tuple_(PublishedThread.latest, PublishedThread.thread_id) < before)
    if kind:
        page = page.where(PublishedThread.kind == kind)
    if topic:
        page = page.where(PublishedThread.topics.like(f'%"{topic}"%'))
    return list(db.session.execute(page))


def shelf(circle_ids: Collection[str]) -> list[Row[tuple[str, str, str, str, str, str, str, int, date]]]:
    """Threads with fewer than two replies, the ones that nobody has answered first."""
    return list(
        db.session.execute(
            select(
                PublishedThread.thread_id,
                PublishedThread.circle_id,
                PublishedThread.title,
                PublishedThread.kind,
                PublishedThread.wish,
                PublishedThread.pseudonym,
                PublishedThread.content_note,
                PublishedThread.replies,
                PublishedThread.day,
            )
            .where(PublishedThread.circle_id.in_(circle_ids), PublishedThread.replies < 2)
            .order_by(PublishedThread.replies, PublishedThread.latest)
            .limit(SHELF)
        )
    )


def head_of(thread_id: str) -> ThreadHead | None:
    """A thread whose opening can be read, with its circle and version, in one statement."""
    row = db.session.execute(
        select(
            Thread.id,
            Circle.id,
            Circle.name,
            Circle.audience,
            Circle.paused,
            Thread.kind,
            Thread.wish,
            Thread.closed,
            Thread.version,
            PublishedThread.title,
            PublishedThread.replies,
        )
        .join(PublishedThread, PublishedThread.thread_id == Thread.id)
        .join(Circle, Circle.id == Thread.circle_id)
        .where(Thread.id == thread_id)
    ).first()
    return ThreadHead(*row) if row else None


def posts_of(
    thread_id: str, after: int = -1
) -> list[Row[tuple[str, str, str, str, bool, str, str, str, int, bool, int, date]]]:
    """One page of the posts of a thread in the order of publishing, and one row more for a further page."""
    return list(
        db.session.execute(
            select(
                PublishedPost.post_id,
                PublishedPost.revision_id,
                PublishedPost.pseudonym_id,
                PublishedPost.pseudonym,
                PublishedPost.is_opening,
                PublishedPost.mode,
                PublishedPost.html,
                PublishedPost.content_note,
                PublishedPost.renderer,
                PublishedPost.edited,
                PublishedPost.position,
                PublishedPost.day,
            )
            .where(PublishedPost.thread_id == thread_id, PublishedPost.position > after)
            .order_by(PublishedPost.position)
            .limit(POSTS_A_PAGE + 1)
        )
    )


def published_counts() -> dict[str, int]:
    """How many threads can be read in each circle."""
    rows = db.session.execute(
        select(PublishedThread.circle_id, func.count()).group_by(PublishedThread.circle_id)
    )
    return dict(rows.tuples().all())
