"""The notices of the names in an open vault."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select

from forum.circles.models import Decision
from forum.notices.models import Notice
from forum.storage.database import db
from forum.storage.settings import field_keys

PAGE = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One notice, opened."""

    id: str
    kind: str
    words: str
    post_id: str
    thread_id: str
    day: date


def notices_of(pseudonym_ids: Collection[str], now: datetime, kinds: Collection[str] = ()) -> list[Told]:
    """The notices of some names, newest day first; of some kinds, where they are named.

    One that belongs to a decision taken back is not there.
    """
    wanted = (
        select(Notice)
        .outerjoin(Decision, Decision.id == Notice.decision_id)
        .where(*_visible(pseudonym_ids, now))
        .order_by(Notice.day.desc(), Notice.id)
        .limit(PAGE)
    )
    if kinds:
        wanted = wanted.where(Notice.kind.in_(kinds))
    return [_opened(notice) for notice in db.session.scalars(wanted)]


def count_since(pseudonym_ids: Collection[str], now: datetime) -> int:
    """How many notices there are for some names."""
    counted = (
        select(func.count())
        .select_from(Notice)
        .outerjoin(Decision, Decision.id == Notice.decision_id)
        .where(*_visible(pseudonym_ids, now))
    )
    return db.session.scalar(counted) or 0


def _visible(pseudonym_ids: Collection[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Notice.pseudonym_id.in_(pseudonym_ids),
        or_(Notice.not_before.is_(None), Notice.not_before <= now),
        or_(Notice.decision_id.is_(None), Decision.in_force),
    )


def _opened(notice: Notice) -> Told:
    data = json.loads(field_keys().open_text(notice.sealed, "notice", "sealed", notice.id))
    return Told(notice.id, notice.kind, data["words"], data["post"], data["thread"], notice.day)
