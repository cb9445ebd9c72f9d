"""Nobody is left alone: threads that few have answered, first texts, and how many were answered in time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, exists, func, literal_column, select, type_coerce
from sqlalchemy.orm import aliased

from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Revision
from forum.circles.rules import CARD, ENOUGH_ANSWERS, PENDING
from forum.storage.database import AnyRow, db

_opening, _other = aliased(PublishedPost), aliased(PublishedPost)

ON_SHELF = 6
ON_DESK = 12
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


def shelf(circle_ids: Collection[str], own_ids: Collection[str]) -> list[AnyRow]:
    """Threads of others with fewer than two answers: the unanswered first, then the longest there."""
    page = _lonely(circle_ids, own_ids).order_by(
        PublishedThread.answers, PublishedThread.day, PublishedThread.latest
    )
    return list(db.session.execute(page.limit(ON_SHELF)))


def shelf_of_supporters(circle_ids: Collection[str], own_ids: Collection[str], now: datetime) -> list[AnyRow]:
    """As `shelf`, but a thread stands lower where a reply waits for a moderator since the full hour.

    The step of an hour and the missing count keep anybody from reading off when somebody wrote, or who.
    """
    page = _lonely(circle_ids, own_ids).order_by(
        _has_waiting(now), PublishedThread.answers, PublishedThread.day, PublishedThread.latest
    )
    return list(db.session.execute(page.limit(ON_DESK)))


def welcome(circle_ids: Collection[str], own_ids: Collection[str]) -> list[AnyRow]:
    """First texts of new names that nobody has answered, the earliest first: each a welcome to be given.

    Nobody is given a task and nothing is ticked off: it leaves the list when somebody else has replied.
    """
    page = _lonely(circle_ids, own_ids).order_by(PublishedThread.day, PublishedThread.latest)
    page = page.where(_is_first_text(circle_ids), PublishedThread.answers == 0)
    return list(db.session.execute(page.limit(ON_DESK)))


def _lonely(circle_ids: Collection[str], own_ids: Collection[str]) -> Select[*tuple[Any, ...]]:
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
            (_is_first_text(circle_ids) & (PublishedThread.answers == 0)).label("first_text"),
        )
        .join(_opening, (_opening.thread_id == PublishedThread.thread_id) & _opening.is_opening)
        .where(
            PublishedThread.circle_id.in_(circle_ids),
            PublishedThread.answers < literal_column(str(ENOUGH_ANSWERS)),
            PublishedThread.kind != CARD,
            _opening.pseudonym_id.not_in(own_ids),
        )
    )


def _is_first_text(circle_ids: Collection[str]) -> ColumnElement[bool]:
    """Whether nothing else under the opening's name can be read in these circles."""
    return ~exists().where(
        _other.pseudonym_id == _opening.pseudonym_id,
        _other.post_id != _opening.post_id,
        _other.circle_id.in_(circle_ids),
    )


def _has_waiting(now: datetime) -> ColumnElement[bool]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    return exists().where(
        Post.thread_id == PublishedThread.thread_id,
        Post.is_opening.is_(False),
        Revision.post_id == Post.id,
        Revision.state.in_(PENDING),
        Revision.submitted_at < hour,
    )


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
    and yesterday still have time and are not counted. Only circles that everybody may read count.
    """
    answers = (
        select(func.count())
        .select_from(PublishedPost)
        .join(_opening, (_opening.thread_id == PublishedPost.thread_id) & _opening.is_opening)
        .where(
            PublishedPost.thread_id == PublishedThread.thread_id,
            PublishedPost.pseudonym_id != _opening.pseudonym_id,
            type_coerce(PublishedPost.day, Integer) <= type_coerce(PublishedThread.day, Integer) + 1,
        )
        .correlate(PublishedThread)
        .scalar_subquery()
    )
    threads, in_time = db.session.execute(
        select(func.count(), func.sum(case((answers >= ENOUGH_ANSWERS, 1), else_=0)))
        .select_from(PublishedThread)
        .join(Circle, Circle.id == PublishedThread.circle_id)
        .where(
            Circle.audience == "everyone",
            PublishedThread.day > today - timedelta(days=MEASURED_DAYS),
            PublishedThread.day < today - timedelta(days=1),
        )
    ).one()
    return Answered(threads, in_time or 0) if threads >= FEWEST else None
