"""Numbers about the desk itself: how long, how often, how far machine and people agree. Never about people.

Below ten decisions a figure says more about somebody than about the work, so it is not given.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import func, select

from forum.circles.models import Decision, Review, WaitCount
from forum.circles.waits import count_one
from forum.content import reasons
from forum.moderation.models import HandCount
from forum.moderation.queries import LANES
from forum.screening import contempt
from forum.screening.findings import Aim
from forum.screening.lanes import THRESHOLDS, counts_at, hostile_labels
from forum.screening.models import Screening
from forum.storage.clock import day_of
from forum.storage.database import db

FEWEST = 10
WAITS_DAYS = 30
HAND_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 60)
"""Upper ends, in minutes, of the steps in which the time in hand is counted."""

DECISIONS_DAYS = 90
TURNED_BACK = ("return", "decline", "propose", "hide", "remove")
HOSTILITY_RULE = "R2"


@dataclass(frozen=True, slots=True)
class LaneWait:
    """How long a lane takes: the median and nine in ten, in minutes, or None where there is too little."""

    lane: str
    decisions: int
    half: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people decided about texts that the machine held for a label, or for a kind of contempt."""

    label: str
    held: int
    turned_back: int
    published: int
    by_rule: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """What a threshold would have done with texts that people have decided about since."""

    threshold: float
    held: int
    held_published: int
    missed: int


def waits_by_lane(today: date) -> list[LaneWait]:
    """The waits of the last 30 days in each lane."""
    rows = db.session.execute(
        select(WaitCount.lane, WaitCount.minutes, func.sum(WaitCount.count))
        .where(WaitCount.day > today - timedelta(days=WAITS_DAYS))
        .group_by(WaitCount.lane, WaitCount.minutes)
        .order_by(WaitCount.minutes)
    ).all()
    of_lane: dict[str, list[tuple[int, int]]] = {}
    for lane, minutes, count in rows:
        of_lane.setdefault(lane, []).append((minutes, int(count)))
    return [_lane_wait(lane, of_lane.get(lane, [])) for lane in LANES]


def _lane_wait(lane: str, counts: list[tuple[int, int]]) -> LaneWait:
    total = sum(count for _, count in counts)
    if total < FEWEST:
        return LaneWait(lane, total, None, None)
    return LaneWait(lane, total, at_share(counts, 0.5), at_share(counts, 0.9))


def count_in_hand(lane: str, claimed: datetime, decided: datetime) -> None:
    """Remember how long a review was in hand, from its last claim on, as a count for lane and day."""
    took = (decided - claimed).total_seconds() / 60
    step = next((end for end in HAND_STEPS if took <= end), HAND_STEPS[-1])
    count_one(HandCount, day=day_of(decided), lane=lane, minutes=step)


def in_hand_by_lane(today: date) -> dict[str, int | None]:
    """Within how many minutes of its last claim half of a lane was decided in the last 30 days, or None."""
    rows = db.session.execute(
        select(HandCount.lane, HandCount.minutes, func.sum(HandCount.count))
        .where(HandCount.day > today - timedelta(days=WAITS_DAYS))
        .group_by(HandCount.lane, HandCount.minutes)
        .order_by(HandCount.minutes)
    ).all()
    of_lane: dict[str, list[tuple[int, int]]] = {lane: [] for lane in LANES}
    for lane, minutes, count in rows:
        of_lane[lane].append((minutes, int(count)))
    return {lane: _lane_wait(lane, counts).half for lane, counts in of_lane.items()}


@dataclass(frozen=True, slots=True)
class Late:
    """How many of a lane's decisions of the last 30 days took longer than so many minutes."""

    minutes: int
    late: int
    decided: int


def late_with(lane: str, minutes: int, today: date) -> Late | None:
    """What a due time would have made of the last 30 days; None where there is too little to say."""
    rows = db.session.execute(
        select(WaitCount.minutes, func.sum(WaitCount.count))
        .where(WaitCount.lane == lane, WaitCount.day > today - timedelta(days=WAITS_DAYS))
        .group_by(WaitCount.minutes)
    ).all()
    decided = sum(int(count) for _, count in rows)
    late = sum(int(count) for step, count in rows if step > minutes)
    return Late(minutes, late, decided) if decided >= FEWEST else None


def at_share(counts: list[tuple[int, int]], share: float) -> int:
    """The upper end of the step in which a share of all lies. `counts` are (upper end, how many)."""
    total, seen = sum(count for _, count in counts), 0
    for minutes, count in counts:
        seen += count
        if seen >= share * total:
            return minutes
    raise ValueError("nothing was counted")


def decisions_by_hour(today: date) -> list[tuple[int, int]]:
    """How many decisions fell into each hour of the day (UTC) in the last 30 days."""
    rows = db.session.execute(
        select(WaitCount.hour, func.sum(WaitCount.count))
        .where(WaitCount.day > today - timedelta(days=WAITS_DAYS))
        .group_by(WaitCount.hour)
    )
    found = {hour: int(count) for hour, count in rows}
    return [(hour, found.get(hour, 0)) for hour in range(24)]


def outcomes(today: date) -> Counter[str]:
    """How often each outcome was decided in the last 90 days and still stands."""
    rows = db.session.execute(
        select(Decision.outcome, func.count())
        .where(Decision.in_force, Decision.day > today - timedelta(days=DECISIONS_DAYS))
        .group_by(Decision.outcome)
    )
    return Counter({outcome: count for outcome, count in rows})  # noqa: C416 - rows are no pairs to Counter


def agreement(today: date) -> list[Agreement]:
    """For each label and kind of contempt: how many texts were held for it, and what people decided."""
    rows = db.session.execute(
        select(Decision.machine, Decision.outcome).where(
            Decision.in_force,
            Decision.day > today - timedelta(days=DECISIONS_DAYS),
            Decision.outcome.in_(("publish", *TURNED_BACK)),
        )
    )
    back: Counter[str] = Counter()
    through: Counter[str] = Counter()
    for labels, outcome in rows:
        (through if outcome == "publish" else back).update(labels)
    return [
        Agreement(name, back[name] + through[name], back[name], through[name], name in contempt.KINDS)
        for name in (*THRESHOLDS, *contempt.KINDS)
    ]


def past_scores(label: str, today: date, since: date | None = None) -> list[tuple[float, bool, bool]]:
    """The decided texts whose scores are still there: score, published, and turned back for hostility.

    Of the last 90 days, or from a later day on.
    """
    first = max(filter(None, (since, today - timedelta(days=DECISIONS_DAYS - 1))))
    hostile = {found.id for found in reasons() if found.rule == HOSTILITY_RULE}
    rows = db.session.execute(
        select(Decision.outcome, Decision.rule, Screening.labels, Review.aim)
        .join(Review, Review.id == Decision.review_id)
        .join(Screening, Screening.subject_id == Decision.revision_id)
        .where(
            Decision.in_force,
            Decision.day >= first,
            Decision.outcome.in_(("publish", *TURNED_BACK)),
            Screening.state == "done",
        )
    )
    return [
        (row.labels[label], row.outcome == "publish", row.outcome != "publish" and row.rule in hostile)
        for row in rows
        if label in row.labels and counts_at(label, cast(Aim, row.aim))
    ]


def cut_at(threshold: float, scores: list[tuple[float, bool, bool]]) -> Cut:
    """What a threshold would have held, how much of it was published, and what it would have missed."""
    held = [one for one in scores if one[0] >= threshold]
    missed = sum(1 for score, _, hostile in scores if hostile and score < threshold)
    return Cut(threshold, len(held), sum(1 for one in held if one[1]), missed)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a threshold on trial would have held and let pass since its first day, beside what counts."""

    threshold: float
    since: date
    days: int
    more: int
    more_published: int
    fewer: int
    fewer_hostile: int


def trial_of(
    threshold: float, present: float, since: date, today: date, scores: list[tuple[float, bool, bool]]
) -> Trial:
    """Compare two thresholds over what people decided. `scores` are those since the first day.

    `more` would have been held besides, `more_published` of them people published; `fewer` would have
    passed, `fewer_hostile` of them people turned back for hostility. It changes nothing.
    """
    more = [one for one in scores if threshold <= one[0] < present]
    fewer = [one for one in scores if present <= one[0] < threshold]
    return Trial(
        threshold,
        since,
        (today - since).days,
        len(more),
        sum(1 for one in more if one[1]),
        len(fewer),
        sum(1 for one in fewer if one[2]),
    )


@dataclass(frozen=True, slots=True)
class AboutOneself:
    """Texts in which somebody speaks hard of themselves and a label was over its threshold all the same."""

    over: int
    published: int


def about_oneself(today: date) -> AboutOneself:
    """How often the labels alone would have held self-disclosure, and how much of it people published.

    Texts aimed at their writer or with a care tier, of the last 90 days, whose scores are still there. The
    aim and the care rules keep them out of the conduct lane; this says how much depends on that.
    """
    rows = db.session.execute(
        select(Decision.outcome, Screening.labels)
        .join(Review, Review.id == Decision.review_id)
        .join(Screening, Screening.subject_id == Decision.revision_id)
        .where(
            Decision.in_force,
            Decision.day > today - timedelta(days=DECISIONS_DAYS),
            Decision.outcome.in_(("publish", *TURNED_BACK)),
            Screening.state == "done",
            (Review.aim == "self") | Decision.tier.is_not(None),
        )
    )
    over = [outcome for outcome, labels in rows if hostile_labels(labels, "other")]
    return AboutOneself(len(over), over.count("publish"))


def best_cut(scores: list[tuple[float, bool, bool]]) -> float | None:
    """The highest threshold that would have missed nothing that was turned back for hostility."""
    hostile = [score for score, _, turned_back in scores if turned_back]
    return min(hostile) if len(scores) >= FEWEST and hostile else None


def suppressed(count: int) -> int | None:
    """A count for everybody, or None where it is too small to be told."""
    return count if count >= FEWEST else None
