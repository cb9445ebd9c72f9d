"""What training reads: one's own story, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from forum.circles import rules as life
from forum.circles.models import Post, Revision, Thread
from forum.storage.database import db
from forum.training.places import CIRCLE_ID

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
