"""Which reviews are for whom: conditions that every list and every `next` of the desk share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Text, and_, exists, false, func, not_, or_, select, type_coerce

from forum.circles.models import Decision, Review, Revision, Shift
from forum.members.models import Staff
from forum.moderation.models import LogEntry, Skip, StagedEntry
from forum.screening.lanes import UNREAD_LANGUAGE
from forum.storage.database import db

SKIPPED_FOR = timedelta(hours=1)
NEVER_LEFT = "D"
"""The tier that comes back to who passed it over once it is late, where nobody else is on duty to take it."""


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who sits at the desk, and what only their own open vault tells.

    `pseudonym_ids` and `reported` (revisions) keep them out of their own matters, `left_out` are the kinds
    of findings they do not want to read. `is_alone`: nobody else has a role. `wants_light`: after heavy ones.
    """

    staff_id: str
    is_lead: bool = False
    pseudonym_ids: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()
    left_out: frozenset[str] = field(default=frozenset())
    is_alone: bool = False
    wants_light: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among what waits: lane, circle, language ("unread"), and the least age in hours."""

    lane: str = ""
    circle_id: str = ""
    language: str = ""
    older_than: int = 0


def may_see(moderator: Moderator, own_threads: Collection[str]) -> list[ColumnElement[bool]]:
    """What keeps a moderator out of their own texts, threads and reports."""
    seen: list[ColumnElement[bool]] = [Review.thread_id.not_in(own_threads)]
    if moderator.reported:
        seen.append(not_(and_(Review.kind == "report", Review.revision_id.in_(moderator.reported))))
    return seen


def may_take(moderator: Moderator, own_threads: Collection[str], now: datetime) -> list[ColumnElement[bool]]:
    """What a moderator may be given next: free, wanted from a moderator, and not theirs already."""
    free: list[ColumnElement[bool]] = [
        *may_see(moderator, own_threads),
        cast("ColumnElement[bool]", Review.open),
        Review.awaits_author.is_(False) | and_(Review.kind != "submission", Review.due_at <= now),
        Review.claimed_until.is_(None) | (Review.claimed_until <= now),
        Review.first_by.is_(None) | (Review.first_by != moderator.staff_id),
        not_made_by(moderator, now),
        or_(~_skipped(moderator, now), and_(_is_late_and_grave(now), ~_others_on_duty(moderator, now))),
    ]
    if not moderator.is_lead:
        free.append(Review.for_lead.is_(False))
    return free


def _skipped(moderator: Moderator, now: datetime) -> ColumnElement[bool]:
    return exists().where(Skip.review_id == Review.id, Skip.staff_id == moderator.staff_id, Skip.until > now)


def _is_late_and_grave(now: datetime) -> ColumnElement[bool]:
    return and_(Review.tier == NEVER_LEFT, Review.due_at <= now)


def _others_on_duty(moderator: Moderator, now: datetime) -> ColumnElement[bool]:
    return exists().where(Shift.staff_id != moderator.staff_id, Shift.starts_at <= now, Shift.ends_at > now)


def not_made_by(moderator: Moderator, now: datetime) -> ColumnElement[bool]:
    """Appeals go to somebody who did not decide; who is alone may decide them when their time is over."""
    made = exists().where(Decision.id == Review.about_id, Decision.staff_id == moderator.staff_id)
    voiced = or_(*(_voiced(entry, moderator.staff_id) for entry in (LogEntry, StagedEntry)))
    late = Review.due_at <= now if moderator.is_alone else false()
    return or_(Review.kind != "appeal", late, and_(~made, ~voiced))


def _voiced(entry: type[LogEntry | StagedEntry], staff_id: str) -> ColumnElement[bool]:
    return exists().where(
        Decision.id == Review.about_id,
        entry.object_id == Decision.review_id,
        entry.act == "first voice",
        entry.staff_id == staff_id,
    )


def touches(kinds: Collection[str]) -> ColumnElement[bool]:
    """Reviews flagged with one of some kinds of findings."""
    flags = type_coerce(Review.flags, Text)
    return or_(false(), *(flags.contains(f'"{kind}"', autoescape=True) for kind in kinds))


def is_light() -> ColumnElement[bool]:
    """Reviews that are light to read: routine, and nothing of distress was found."""
    return and_(Review.lane == "routine", Review.tier.is_(None))


def matches(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of a filter."""
    found: list[ColumnElement[bool]] = []
    if wanted.lane:
        found.append(Review.lane == wanted.lane)
    if wanted.circle_id:
        found.append(Review.circle_id == wanted.circle_id)
    if wanted.language == "unread":
        found.append(touches([UNREAD_LANGUAGE]))
    if wanted.older_than:
        found.append(_submitted_before(now - timedelta(hours=wanted.older_than)))
    return found


def _submitted_before(moment: datetime) -> ColumnElement[bool]:
    return exists().where(Revision.id == Review.revision_id, Revision.submitted_at <= moment)


def others_with_a_role(staff_id: str) -> int:
    """How many other people moderate here."""
    others = select(func.count()).where(Staff.id != staff_id, Staff.member_id.is_not(None))
    return db.session.scalar(others) or 0
