"""The later look: what one person decided alone is looked at again by somebody else. And who did what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, exists, func, select

from forum.circles.models import Circle, Decision, Review, Revision
from forum.circles.rules import MODERATORS_ONLY
from forum.members.models import Staff
from forum.moderation import actions, log
from forum.moderation.models import LogEntry, StagedEntry
from forum.moderation.offering import Moderator, touches
from forum.storage.clock import day_of
from forum.storage.database import AnyRow, db
from forum.storage.types import is_id

LOOKED = "looked again"
ALIKE, OTHERWISE = SAID = "alike", "otherwise"
ENTRIES = (LogEntry, StagedEntry)
SECOND_LOOKS = ("publish", "return", "decline")
SAMPLED_IDS = ("a", "b", "c", "d")
"""The first letters of the ids of decisions that get a second look: four of 64 that are equally likely."""

SAMPLE_DAYS = 7
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
    looks = (exists().where(entry.object_id == Decision.id, entry.act == LOOKED) for entry in ENTRIES)
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


@dataclass(frozen=True, slots=True)
class Looks:
    """How many decisions were looked at a second time, and how often both people would decide alike."""

    looks: int
    alike: int


def next_second_look(
    moderator: Moderator, own_threads: Collection[str], today: date, after: str = ""
) -> AnyRow | None:
    """A decision of somebody else that is shown once more without what was decided, or None. One statement.

    A row of decision and review; `after` passes one over.
    """
    wanted = _for_a_second_look(moderator, own_threads, today).where(Decision.id > after)
    return db.session.execute(wanted.order_by(Decision.id).limit(1)).first()


def _for_a_second_look(
    moderator: Moderator, own_threads: Collection[str], today: date
) -> Select[Decision, Review]:
    """One in sixteen of what one person decided about an ordinary text, in the last days, while it is kept.

    It is chosen by the decision's random id, so that nobody knows beforehand. What is in a tier of care was
    read by two, and is not read a third time for the sake of a count.
    """
    return (
        select(Decision, Review)
        .join(Review, Review.id == Decision.review_id)
        .join(Revision, Revision.id == Decision.revision_id)
        .join(Circle, Circle.id == Review.circle_id)
        .where(
            *_sampled(today - timedelta(days=SAMPLE_DAYS)),
            Decision.in_force,
            Decision.staff_id != moderator.staff_id,
            Decision.lane.in_(("routine", "conduct")),
            Decision.tier.is_(None) | (Decision.tier == "A"),
            Review.kind == "submission",
            Review.revision_id == Decision.revision_id,
            Review.thread_id.not_in(own_threads),
            ~touches(moderator.left_out),
            Revision.sealed.is_not(None),
            Circle.audience != MODERATORS_ONLY,
            *(~exists().where(entry.object_id == Decision.id, entry.act.in_(SAID)) for entry in ENTRIES),
        )
    )


def _sampled(since: date) -> list[ColumnElement[bool]]:
    first = func.substr(Decision.id, 1, 1)
    return [Decision.day > since, Decision.outcome.in_(SECOND_LOOKS), first.in_(SAMPLED_IDS)]


def say_second_look(
    moderator: Moderator, own_threads: Collection[str], decision_id: str, outcome: str, now: datetime
) -> Decision:
    """Note whether somebody who did not decide would have decided the same. Returns what was decided.

    Raises `Stale` where the decision is not one to be looked at, or somebody was faster.
    """
    db.session.execute(select(Decision.id).where(Decision.id == decision_id).with_for_update())
    wanted = _for_a_second_look(moderator, own_threads, day_of(now)).where(Decision.id == decision_id)
    found = db.session.execute(wanted).first()
    if found is None or outcome not in SECOND_LOOKS:
        raise actions.Stale
    act = ALIKE if outcome == found.Decision.outcome else OTHERWISE
    log.append(moderator.staff_id, act, "decision", decision_id, day_of(now))
    return cast(Decision, found.Decision)


def second_looks(today: date) -> Looks:
    """How alike people decided in the last 90 days, where a second one looked. Two statements."""
    counted: Counter[str] = Counter()
    for entry in ENTRIES:
        rows = db.session.execute(
            select(entry.act, func.count())
            .join(Decision, Decision.id == entry.object_id)
            .where(*_sampled(today - timedelta(days=WITHIN_DAYS)), entry.act.in_(SAID))
            .group_by(entry.act)
        )
        counted.update({act: count for act, count in rows})  # noqa: C416 - rows are no pairs to Counter
    return Looks(counted.total(), counted[ALIKE])
