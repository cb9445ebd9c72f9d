"""The door between what was sent and what others read.

`show` is the only code that fills the published tables; `take_down` the only code that empties them.
Both raise the thread's version in the same transaction. What is accepted in a circle for moderators only
passes the same door and stays outside the tables: it rests sealed, and no page can come upon it.
"""

from __future__ import annotations

from datetime import date

from blinker import Namespace
from sqlalchemy import case, delete, func, literal, select, union, update

from forum.circles import rules
from forum.circles.content import Content, open_content
from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Revision, Thread
from forum.screening.models import Screening
from forum.storage.database import db

signals = Namespace()
post_shown = signals.signal("post-shown")
post_taken_down = signals.signal("post-taken-down")
text_accepted = signals.signal("text-accepted")
post_thanked = signals.signal("post-thanked")
post_helped = signals.signal("post-helped")


class NotScreened(Exception):
    """Someone tried to publish a revision whose screening is not finished."""


def show(revision: Revision, actor: rules.Actor, act: str, today: date, content_note: str = "") -> None:
    """Publish a revision: move its state and let others read it.

    Raises `NotScreened` without a finished screening of exactly this revision, `NotAllowed` when the state
    does not lead to `published`.
    """
    target = rules.next_state(revision.state, actor, act)  # type: ignore[arg-type]
    if target != "published":
        raise rules.NotAllowed(revision.state, actor, act)
    if not _is_screened(revision):
        raise NotScreened(revision.id)
    post = db.session.get_one(Post, revision.post_id)
    edited = _replace_shown(post, revision, actor, today)
    revision.state = target
    revision.until = revision.grace_until = None
    db.session.flush()
    if is_for_moderators(post):
        text_accepted.send(post, revision=revision, today=today)
        return
    raise_version(post.thread_id)  # first: it lets nobody else count the places of this thread meanwhile
    _let_read(post, revision, open_content(revision), content_note, edited, today)
    db.session.flush()
    post_shown.send(post, revision=revision, today=today)


def take_down(revision: Revision, actor: rules.Actor, act: str, today: date) -> None:
    """Move a published or hidden revision to another state and out of everybody's sight."""
    revision.state = rules.next_state(revision.state, actor, act)  # type: ignore[arg-type]
    revision.until = rules.ends_on(revision.state, today)
    if revision.state == "removed":
        revision.removed_by = actor
    post = db.session.get_one(Post, revision.post_id)
    raise_version(post.thread_id)
    db.session.execute(delete(PublishedPost).where(PublishedPost.post_id == revision.post_id))
    if post.is_opening:
        db.session.execute(delete(PublishedThread).where(PublishedThread.thread_id == post.thread_id))
    else:
        _count_replies(post.thread_id)
    db.session.flush()
    post_taken_down.send(post, revision=revision)


def put_note(revision: Revision, content_note: str) -> None:
    """Put a content note of the fixed list on a published text. Raises `NotAllowed` for any other text."""
    shown = db.session.get(PublishedPost, revision.post_id)
    if shown is None or shown.revision_id != revision.id:
        raise rules.NotAllowed(revision.state, "moderator", "note")
    shown.content_note = content_note
    if shown.is_opening:
        db.session.execute(
            update(PublishedThread)
            .where(PublishedThread.thread_id == shown.thread_id)
            .values(content_note=content_note)
        )
    raise_version(shown.thread_id)
    db.session.flush()


def _is_screened(revision: Revision) -> bool:
    screening = db.session.get(Screening, revision.id)
    return screening is not None and screening.state == "done"


def is_for_moderators(post: Post) -> bool:
    """Whether a post lies in a circle that no page opens."""
    thread = db.session.get_one(Thread, post.thread_id)
    return db.session.get_one(Circle, thread.circle_id).audience == rules.MODERATORS_ONLY


def _replace_shown(post: Post, revision: Revision, actor: rules.Actor, today: date) -> PublishedPost | None:
    """End the revision that stood there before; its place in the thread is kept."""
    before = db.session.get(PublishedPost, post.id)
    old = db.session.scalars(
        select(Revision).where(
            Revision.post_id == post.id, Revision.state == "published", Revision.id != revision.id
        )
    ).first()
    if old is not None:
        old.state = rules.next_state(old.state, actor, "replace")  # type: ignore[arg-type]
        old.until = rules.ends_on(old.state, revision.until or (before.day if before else today))
        db.session.flush()
    return before


def _let_read(
    post: Post,
    revision: Revision,
    content: Content,
    content_note: str,
    before: PublishedPost | None,
    today: date,
) -> None:
    thread = db.session.get_one(Thread, post.thread_id)
    last = select(func.coalesce(func.max(PublishedPost.position), 0)).where(
        PublishedPost.thread_id == thread.id
    )
    position = before.position if before else 0 if post.is_opening else (db.session.scalar(last) or 0) + 1
    shown = PublishedPost(
        post_id=post.id,
        revision_id=revision.id,
        thread_id=thread.id,
        circle_id=thread.circle_id,
        pseudonym_id=post.pseudonym_id,
        pseudonym=content.name,
        is_opening=post.is_opening,
        mode=post.mode,
        title=content.title,
        html=content.html,
        plain=content.plain,
        content_note=content_note or content.note,
        renderer=revision.renderer,
        edited=before is not None,
        helped=post.helped,
        card_id=content.card or None,
        position=position,
        day=before.day if before else today,
    )
    db.session.merge(shown)
    db.session.flush()
    if post.is_opening:
        _let_read_thread(thread, shown)
    else:
        _count_replies(thread.id, moved_up=before is None)


def _let_read_thread(thread: Thread, opening: PublishedPost) -> None:
    before = db.session.get(PublishedThread, thread.id)
    db.session.merge(
        PublishedThread(
            thread_id=thread.id,
            circle_id=thread.circle_id,
            kind=thread.kind,
            wish=thread.wish,
            topics=thread.topics,
            title=opening.title,
            pseudonym=opening.pseudonym,
            content_note=opening.content_note,
            day=opening.day,
            replies=before.replies if before else 0,
            answers=before.answers if before else 0,
            latest=before.latest if before else _next_latest(thread.circle_id),
        )
    )
    db.session.flush()
    if before is None:
        _count_replies(thread.id)


def _count_replies(thread_id: str, *, moved_up: bool = False) -> None:
    """Count the replies that can be read, and move the thread up when a new one came."""
    shown = db.session.get(PublishedThread, thread_id, populate_existing=True)
    if shown is None:
        return
    opener = select(Post.pseudonym_id).where(Post.thread_id == thread_id, Post.is_opening).scalar_subquery()
    shown.replies, shown.answers = db.session.execute(
        select(
            func.count(),
            func.count(case((PublishedPost.pseudonym_id != opener, 1))),
        )
        .select_from(PublishedPost)
        .where(PublishedPost.thread_id == thread_id, PublishedPost.is_opening.is_(False))
    ).one()
    if moved_up:
        shown.latest = _next_latest(shown.circle_id)
    db.session.flush()


def _next_latest(circle_id: str) -> int:
    """The next number in the order of latest replies of a circle. It is a count, not a time."""
    latest = select(func.max(PublishedThread.latest)).where(PublishedThread.circle_id == circle_id)
    return (db.session.scalar(latest) or 0) + 1


def raise_version(thread_id: str) -> None:
    """Raise the version of a thread, and of every thread that shows it as a card."""
    with_it = select(PublishedPost.thread_id).where(PublishedPost.card_id == thread_id)
    ended_in_it = select(Thread.id).where(Thread.card_id == thread_id)
    db.session.execute(
        update(Thread)
        .where(Thread.id.in_(union(select(literal(thread_id)), with_it, ended_in_it)))
        .values(version=Thread.version + 1)
        .execution_options(synchronize_session=False)
    )
