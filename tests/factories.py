"""Small builders of rows for tests. Each adds to the open session and flushes; none commits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import TypeVar

from forum.circles.content import Content, seal_content
from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Review, Revision, Thread
from forum.screening.models import Screening
from forum.storage import clock
from forum.storage.database import db
from forum.storage.types import new_id
from forum.text.render import RENDERER

DAY = date(2026, 3, 2)
_numbers = count(1)
Row = TypeVar("Row")


def circle(name: str = "", audience: str = "everyone") -> Circle:
    """A circle."""
    return _keep(
        Circle(
            id=new_id(),
            name=name or f"Circle {next(_numbers)}",
            description="A place for people who care for others.",
            audience=audience,
        )
    )


def thread(in_circle: Circle, kind: str = "story") -> Thread:
    """A thread without a post."""
    return _keep(Thread(id=new_id(), circle_id=in_circle.id, kind=kind))


def post(in_thread: Thread, pseudonym_id: str = "", is_opening: bool = False) -> Post:
    """A post without a text, under a pseudonym of its own unless one is named."""
    return _keep(
        Post(
            id=new_id(),
            thread_id=in_thread.id,
            pseudonym_id=pseudonym_id or new_id(),
            is_opening=is_opening,
        )
    )


def revision(of_post: Post, body: str = "It was a long week.", state: str = "waiting") -> Revision:
    """A sealed text of a post, in any state."""
    row = Revision(
        id=new_id(),
        post_id=of_post.id,
        state=state,
        hash=new_id().encode().ljust(32, b"."),
        renderer=RENDERER,
    )
    row.sealed = seal_content(row.id, Content("", body, "Quiet Heron", "", f"<p>{body}</p>", body))
    return _keep(row)


def screening(of_revision: Revision, state: str = "pending") -> Screening:
    """The screening of a revision, not yet scored unless told otherwise."""
    return _keep(Screening(subject_id=of_revision.id, state=state, next_try_at=clock.now()))


def review(of_revision: Revision, of_post: Post, in_thread: Thread, lane: str = "routine") -> Review:
    """An open review of a submission."""
    return _keep(
        Review(
            id=new_id(),
            revision_id=of_revision.id,
            post_id=of_post.id,
            thread_id=in_thread.id,
            circle_id=in_thread.circle_id,
            lane=lane,
            rank=9,
            due_at=clock.now() + timedelta(hours=1),
        )
    )


def published_thread(in_circle: Circle, title: str = "After the night shift", replies: int = 0) -> Thread:
    """A thread that others may read, its opening and replies published."""
    shown = thread(in_circle)
    _keep(
        PublishedThread(
            thread_id=shown.id,
            circle_id=in_circle.id,
            kind=shown.kind,
            wish="advice",
            title=title,
            pseudonym="Quiet Heron",
            replies=replies,
            answers=replies,
            day=DAY,
            latest=next(_numbers),
        )
    )
    for position in range(replies + 1):
        published_post(shown, position=position)
    return shown


def published_post(
    in_thread: Thread, body: str = "Thank you for saying this.", position: int = 1
) -> PublishedPost:
    """A post that others may read; position 0 is the opening."""
    row = post(in_thread, is_opening=position == 0)
    text = revision(row, body, state="published")
    return _keep(
        PublishedPost(
            post_id=row.id,
            revision_id=text.id,
            thread_id=in_thread.id,
            circle_id=in_thread.circle_id,
            pseudonym_id=row.pseudonym_id,
            pseudonym="Quiet Heron",
            is_opening=row.is_opening,
            mode=row.mode,
            html=f"<p>{body}</p>",
            plain=body,
            renderer=RENDERER,
            position=position,
            day=DAY,
        )
    )


def _keep(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row
