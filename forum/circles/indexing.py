"""What of the published tables can be searched for. It follows them in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Thread
from forum.circles.publishing import post_shown, post_taken_down
from forum.circles.rules import CARD, CARD_HEADINGS, MODERATORS_ONLY
from forum.search import index
from forum.storage.backup import after_restore
from forum.storage.database import db, writing
from forum.storage.move import after_move


@post_shown.connect
def let_find(post: Post, **_more: Any) -> None:
    """Let a published post be found; replies only while the opening of their thread can be read."""
    shown = db.session.get_one(PublishedPost, post.id)
    if db.session.get_one(Circle, shown.circle_id).audience == MODERATORS_ONLY:
        return
    kind = db.session.get_one(Thread, post.thread_id).kind
    if post.is_opening:
        _put(shown, kind)
        for reply in _replies_of(post.thread_id):
            _put(reply, kind)
    elif db.session.get(PublishedThread, post.thread_id) is not None:
        _put(shown, kind)


@post_taken_down.connect
def let_find_no_more(post: Post, **_more: Any) -> None:
    """Let a post be found no more; with an opening its whole thread goes."""
    if not post.is_opening:
        index.drop("reply", post.id)
        return
    kind = db.session.get_one(Thread, post.thread_id).kind
    index.drop(CARD if kind == CARD else "thread", post.thread_id)
    for reply in _replies_of(post.thread_id):
        index.drop("reply", reply.post_id)


def fill_anew(session: Session) -> int:
    """Make the index anew from the published tables. Returns how many posts it holds."""
    posts = session.execute(
        select(PublishedPost, PublishedThread.kind)
        .join(PublishedThread, PublishedThread.thread_id == PublishedPost.thread_id)
        .join(Circle, Circle.id == PublishedPost.circle_id)
        .where(Circle.audience != MODERATORS_ONLY)
        .order_by(PublishedPost.post_id)
    ).all()
    index.fill(session.connection(), (_row(post, kind) for post, kind in posts))
    return len(posts)


@after_restore
def _after_restore() -> None:
    with writing():
        fill_anew(db.session())


@after_move
def _after_move(target: Engine) -> None:
    """A search index belongs to its engine, so the target makes its own."""
    with Session(target) as moved, moved.begin():
        fill_anew(moved)


def _put(shown: PublishedPost, kind: str) -> None:
    index.put(*_row(shown, kind))


def _row(shown: PublishedPost, kind: str) -> index.Entry:
    if not shown.is_opening:
        return "reply", shown.post_id, shown.circle_id, "", shown.plain, shown.day
    if kind != CARD:
        return "thread", shown.thread_id, shown.circle_id, shown.title, shown.plain, shown.day
    plain = "\n".join(line for line in shown.plain.split("\n") if line not in CARD_HEADINGS)
    return CARD, shown.thread_id, shown.circle_id, shown.title, plain, shown.day


def _replies_of(thread_id: str) -> list[PublishedPost]:
    return list(
        db.session.scalars(
            select(PublishedPost).where(
                PublishedPost.thread_id == thread_id, PublishedPost.is_opening.is_(False)
            )
        )
    )
