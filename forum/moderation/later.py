"""The later look: what one person decided alone is looked at again by somebody else. And who did what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, exists, func, select

from forum.circles.models import Circle, Decision, Review
from forum.members.models import Staff
from forum.moderation import actions, log
from forum.moderation.models import LogEntry, StagedEntry
from forum.moderation.offering import Moderator
from forum.storage.clock import day_of
from forum.storage.database import AnyRow, db
from forum.storage.types import is_id

LOOKED = "looked again"
ASKED_WHO = "asked who"
WITHIN_DAYS = 90
PAGE = 50


def decided_alone(moderator: Moderator, own_threads: Collection[str], today: date) -> list[AnyRow]:
    """Decisions of others that two people should have made and nobody has looked at since, oldest first.

    Rows of decision, review and the name of the circle; at most fifty. One statement.
    """
    rows = db.session.execute(
        select(Decision, Review, Circle.name)
        .join(Review, Review.id == Decision.review_id)
        .join(Circle, Circle.id == Review.circle_id)
        .where(*_unseen(moderator, own_threads, today))
        .order_by(Decision.day, Decision.id)
        .limit(PAGE)
    )
    return list(rows)


def count_alone(moderator: Moderator, own_threads: Collection[str], today: date) -> int:
    """How many decisions wait for a later look by this moderator."""
    counted = (
        select(func.count())
        .select_from(Decision)
        .join(Review, Review.id == Decision.review_id)
        .where(*_unseen(moderator, own_threads, today))
    )
    return db.session.scalar(counted) or 0


def _unseen(moderator: Moderator, own_threads: Collection[str], today: date) -> list[ColumnElement[bool]]:
    looks = (
        exists().where(entry.object_id == Decision.id, entry.act == LOOKED)
        for entry in (LogEntry, StagedEntry)
    )
    return [
        cast("ColumnElement[bool]", Decision.alone),
        cast("ColumnElement[bool]", Decision.in_force),
        Decision.staff_id != moderator.staff_id,
        Decision.day > today - timedelta(days=WITHIN_DAYS),
        Review.thread_id.not_in(own_threads),
        *(~look for look in looks),
    ]


def look(moderator: Moderator, decision_id: str, now: datetime) -> None:
    """Note that somebody else has looked at a decision made alone. Raises `Stale`, `OwnText`."""
    decision = db.session.get(Decision, decision_id)
    if decision is None or not decision.alone or decision.staff_id == moderator.staff_id:
        raise actions.Stale
    actions.refuse_own(moderator, db.session.get_one(Review, decision.review_id))
    log.append(moderator.staff_id, LOOKED, "decision", decision.id, day_of(now))


def who_did(lead: Moderator, entry: str, now: datetime) -> str | None:
    """The staff name behind an entry of the log, by its place or id; None where there is no such entry.

    Asking is itself an entry: names of moderators are looked up for a reason, never in passing.
    """
    found: LogEntry | StagedEntry | None = None
    if is_id(entry):
        found = db.session.get(StagedEntry, entry)
    elif entry.isdecimal() and len(entry) < 12:
        found = db.session.get(LogEntry, int(entry))
    if found is None:
        return None
    log.append(lead.staff_id, ASKED_WHO, found.object_kind, found.object_id, day_of(now))
    name = db.session.scalar(select(Staff.staff_name).where(Staff.id == found.staff_id))
    return name or ""
