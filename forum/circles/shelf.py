"""Nobody is left alone: threads that few have answered, first texts, and how many were answered in time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, case, exists, func, select, type_coerce

from forum.circles.models import Post, PublishedPost, PublishedThread, Revision
from forum.circles.rules import CARD, ENOUGH_ANSWERS, PENDING
from forum.storage.database import AnyRow, db

ON_SHELF = 6
LOOKED_AT = 60
MEASURED_DAYS = 30
FEWEST = 10
"""Below this many threads no share is given."""

_supporter: list[Callable[[], bool]] = [lambda: False]


def know_supporters_by(is_supporter: Callable[[], bool]) -> None:
    """Tell how to recognise that who asks is a peer supporter (called once, by the training room)."""
    _supporter[:] = [is_supporter]


def asked_by_supporter() -> bool:
    """Whether who asks is a peer supporter."""
    return _supporter[0]()


def shelf(
    circle_ids: Collection[str], now: datetime, *, for_supporter: bool = False, many: int = ON_SHELF
) -> list[AnyRow]:
    """Threads with fewer than two answers by others: the unanswered first, then the longest waiting.

    Peer supporters see the first texts of new names before all others, and for them a thread sinks when
    replies already wait in it for a moderator, counted up to the last full hour and never shown.
    """
    rows = list(db.session.execute(_lonely(circle_ids).limit(LOOKED_AT)))
    if for_supporter and rows:
        waiting = _waiting_answers([row.thread_id for row in rows], now)
        rows.sort(
            key=lambda row: (
                min(row.answers + waiting.get(row.thread_id, 0), ENOUGH_ANSWERS),
                not row.first_text,
            )
        )
    return rows[:many]


def _lonely(circle_ids: Collection[str]) -> Any:
    opening, other = PublishedPost.__table__.alias("opening"), PublishedPost.__table__.alias("other")
    first_text = ~exists().where(
        other.c.pseudonym_id == opening.c.pseudonym_id, other.c.post_id != opening.c.post_id
    )
    return (
        select(
            PublishedThread.thread_id,
            PublishedThread.circle_id,
            PublishedThread.title,
            PublishedThread.kind,
            PublishedThread.wish,
            PublishedThread.pseudonym,
            PublishedThread.content_note,
            PublishedThread.replies,
            PublishedThread.answers,
            PublishedThread.day,
            (first_text & (PublishedThread.answers == 0)).label("first_text"),
        )
        .join(opening, (opening.c.thread_id == PublishedThread.thread_id) & opening.c.is_opening)
        .where(
            PublishedThread.circle_id.in_(circle_ids),
            PublishedThread.answers < ENOUGH_ANSWERS,
            PublishedThread.kind != CARD,
        )
        .order_by(PublishedThread.answers, PublishedThread.day, PublishedThread.latest)
    )


def _waiting_answers(thread_ids: Collection[str], now: datetime) -> dict[str, int]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = db.session.execute(
        select(Post.thread_id, func.count())
        .join(Revision, Revision.post_id == Post.id)
        .where(
            Post.thread_id.in_(thread_ids),
            Post.is_opening.is_(False),
            Revision.state.in_(PENDING),
            Revision.written_by == "member",
            Revision.submitted_at < hour,
        )
        .group_by(Post.thread_id)
    )
    return {thread_id: count for thread_id, count in counted}  # noqa: C416


@dataclass(frozen=True, slots=True)
class Answered:
    """Of so many threads of the last days, how many had two answers by others within a day."""

    threads: int
    in_time: int

    @property
    def percent(self) -> int:
        """The share, in whole percent."""
        return round(100 * self.in_time / self.threads)


def answered_share(today: date) -> Answered | None:
    """How many threads of the last 30 days had two answers on their day or the next; None for too few.

    Days are what is kept of times, so "within a day" means by the end of the next one. Threads of today
    and yesterday still have time and are not counted.
    """
    opener = PublishedPost.__table__.alias("opener")
    answers = (
        select(func.count())
        .select_from(PublishedPost)
        .join(opener, (opener.c.thread_id == PublishedPost.thread_id) & opener.c.is_opening)
        .where(
            PublishedPost.thread_id == PublishedThread.thread_id,
            PublishedPost.pseudonym_id != opener.c.pseudonym_id,
            type_coerce(PublishedPost.day, Integer) <= type_coerce(PublishedThread.day, Integer) + 1,
        )
        .correlate(PublishedThread)
        .scalar_subquery()
    )
    threads, in_time = db.session.execute(
        select(func.count(), func.sum(case((answers >= ENOUGH_ANSWERS, 1), else_=0)))
        .select_from(PublishedThread)
        .where(
            PublishedThread.kind != CARD,
            PublishedThread.day > today - timedelta(days=MEASURED_DAYS),
            PublishedThread.day < today - timedelta(days=1),
        )
    ).one()
    return Answered(threads, in_time or 0) if threads >= FEWEST else None
