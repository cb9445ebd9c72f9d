"""The badge. It follows the story of a peer supporter: given with it, gone with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Integer, bindparam, delete, select, update

from forum.circles import panels
from forum.circles.models import Post, PublishedPost, Thread
from forum.circles.publishing import post_taken_down, text_accepted
from forum.notices.actions import tell
from forum.storage.clock import day_of, now
from forum.storage.database import db
from forum.storage.prepared import Prepared
from forum.training import rules
from forum.training.models import Badge
from forum.training.places import CIRCLE_ID

_OF = select(Badge.pseudonym_id, Badge.until).where(
    Badge.pseudonym_id.in_(bindparam("names", expanding=True)), Badge.until >= bindparam("today")
)
_IN_THREAD = Prepared(
    select(Badge.pseudonym_id).where(
        Badge.pseudonym_id.in_(
            select(PublishedPost.pseudonym_id).where(PublishedPost.thread_id == bindparam("thread_id"))
        ),
        Badge.until >= bindparam("today", type_=Integer),
    )
)


def of(pseudonym_ids: Collection[str], today: date) -> dict[str, date]:
    """Which of some names carry the badge on a day, and until when. One statement."""
    asked = {"names": list(pseudonym_ids), "today": today}
    return {row[0]: row[1] for row in db.session.connection().execute(_OF, asked)}


def give(pseudonym_id: str, until: date) -> None:
    """Let a name carry the badge up to a day; one that lasts longer already is left as it is."""
    badge = db.session.get(Badge, pseudonym_id)
    if badge is None:
        db.session.add(Badge(pseudonym_id=pseudonym_id, until=until))
    elif badge.until < until:
        badge.until, badge.told = until, False
    db.session.flush()
    _show_again([pseudonym_id])


def take(pseudonym_ids: Collection[str]) -> None:
    """Take the badge from some names."""
    db.session.execute(delete(Badge).where(Badge.pseudonym_id.in_(pseudonym_ids)))
    _show_again(pseudonym_ids)


def tell_of_ending(today: date) -> int:
    """Tell the owners of badges that end within a month, once. Returns how many.

    All of them end on the same day, so all are told on the same day: it tells nobody apart.
    """
    soon = [
        badge
        for badge in db.session.scalars(select(Badge).where(Badge.told.is_(False)))
        if rules.is_about_to_end(badge.until, today)
    ]
    for badge in soon:
        badge.told = True
        tell(badge.pseudonym_id, "badge", today)
    db.session.flush()
    return len(soon)


def forget_ended(today: date) -> int:
    """Take the badges that have reached their last day. Returns how many."""
    ended = list(db.session.scalars(select(Badge.pseudonym_id).where(Badge.until < today)))
    if ended:
        take(ended)
    return len(ended)


def _show_again(pseudonym_ids: Collection[str]) -> None:
    """Raise the version of every thread that shows one of these names, so that no kept page is stale."""
    threads = select(PublishedPost.thread_id).where(PublishedPost.pseudonym_id.in_(pseudonym_ids))
    db.session.execute(
        update(Thread)
        .where(Thread.id.in_(threads))
        .values(version=Thread.version + 1)
        .execution_options(synchronize_session=False)
    )


def _is_story(post: Post) -> bool:
    return post.is_opening and db.session.get_one(Thread, post.thread_id).circle_id == CIRCLE_ID


@text_accepted.connect
def give_for_story(post: Post, today: date, **_more: Any) -> None:
    """A story was accepted. A changed story does not lengthen a badge: that is what renewing is for."""
    if _is_story(post) and db.session.get(Badge, post.pseudonym_id) is None:
        give(post.pseudonym_id, rules.ends_on(today))


@post_taken_down.connect
def take_with_story(post: Post, **_more: Any) -> None:
    """A story was taken away, by its writer or by a moderator, and the badge goes with it."""
    if _is_story(post):
        take([post.pseudonym_id])


def _carrying(thread_id: str) -> Collection[str]:
    today = day_of(now()).toordinal()
    return [row[0] for row in _IN_THREAD.rows(db.session.connection(), thread_id=thread_id, today=today)]


panels.show_badges_of(_carrying)
