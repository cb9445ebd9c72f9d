"""What training reads: one's own story, and the desk of peer supporters, from the published tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.orm import aliased

from forum.circles import rules as life
from forum.circles.models import Post, PublishedPost, PublishedThread, Revision, Thread
from forum.storage.database import db
from forum.training.places import CIRCLE_ID

A_SHELF = 12
SHOWN = (
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
ALIVE = (*life.PENDING, *life.SHOWN, "returned")


@dataclass(frozen=True, slots=True)
class Story:
    """One's own story: the post to follow, the name it is written under, and where it stands."""

    post_id: str
    pseudonym_id: str
    state: str


def own_story(pseudonym_ids: Collection[str]) -> Story | None:
    """The story under one of some names that is on its way, back with its writer, or accepted."""
    rows = db.session.execute(
        select(Post.id, Post.pseudonym_id, Revision.state)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Revision, Revision.post_id == Post.id)
        .where(
            Thread.circle_id == CIRCLE_ID,
            Post.pseudonym_id.in_(pseudonym_ids),
            Revision.state.in_(ALIVE),
        )
    ).all()
    found = [Story(*row) for row in rows]
    return max(found, key=lambda story: story.state in life.SHOWN, default=None)


def welcome(circle_ids: Collection[str], own_ids: Collection[str]) -> list[Row[Any]]:
    """First threads that nobody has answered yet, the earliest day first: each is a welcome to be given.

    Nobody is given a task and nothing is ticked off: it leaves the list when somebody has replied.
    """
    opening, other = aliased(PublishedPost), aliased(PublishedPost)
    is_first = ~exists().where(other.pseudonym_id == opening.pseudonym_id, other.post_id != opening.post_id)
    page = (
        select(*SHOWN)
        .join(opening, (opening.thread_id == PublishedThread.thread_id) & opening.is_opening)
        .where(
            PublishedThread.circle_id.in_(circle_ids),
            PublishedThread.replies == 0,
            opening.pseudonym_id.not_in(own_ids),
            is_first,
        )
        .order_by(PublishedThread.day, PublishedThread.thread_id)
        .limit(A_SHELF)
    )
    return list(db.session.execute(page))


def shelf(circle_ids: Collection[str], own_ids: Collection[str], now: datetime) -> list[Row[Any]]:
    """Threads with fewer than two replies. Where a reply waits since the full hour, one stands lower.

    The step of an hour and the missing count keep anybody from reading off when somebody wrote, or who.
    """
    mine = aliased(PublishedPost)
    is_mine = exists().where(
        mine.thread_id == PublishedThread.thread_id, mine.is_opening, mine.pseudonym_id.in_(own_ids)
    )
    page = (
        select(*SHOWN)
        .where(PublishedThread.circle_id.in_(circle_ids), PublishedThread.replies < 2, ~is_mine)
        .order_by(_has_waiting(now), PublishedThread.replies, PublishedThread.day, PublishedThread.thread_id)
        .limit(A_SHELF)
    )
    return list(db.session.execute(page))


def _has_waiting(now: datetime) -> ColumnElement[bool]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    return exists().where(
        Post.thread_id == PublishedThread.thread_id,
        Post.is_opening.is_(False),
        Revision.post_id == Post.id,
        Revision.state.in_(("waiting", "held")),
        Revision.submitted_at < hour,
    )
