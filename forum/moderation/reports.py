"""Reports: what somebody asks moderators to look at again. Who reports is never named, not even to staff."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from forum.circles.models import Post, PublishedPost, Review, Thread
from forum.circles.reviews import open_review, raise_review
from forum.circles.rules import TIER_ORDER
from forum.members import marks
from forum.members.vault import OpenVault
from forum.moderation.models import Report
from forum.notices import actions as notices
from forum.screening import lanes
from forum.screening.care import read_care
from forum.screening.findings import Tier
from forum.screening.lanes import is_crisis
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.settings import field_keys
from forum.storage.types import new_id

MARK = "report"
WORRIED = "worried"
"""The reason, and the flag of a review that it raised: somebody is worried about who wrote."""

LONGEST_WORDS = 2_000
OUTCOMES = {"leave": "no change", "annotate": "content note", "publish": "no change", "remove": "removed"}


class NotThere(Exception):
    """The post cannot be read, so it cannot be reported."""


class ReportedBefore(Exception):
    """This person has reported this text already."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What a report says: its reason, free words, and the name to tell the outcome to, if any.

    `tier` is what `tier_of` found: a report of worry about a crisis goes to the care lane.
    """

    reason: str
    words: str = ""
    tell: str | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A report as moderators read it."""

    reason: str
    words: str
    by_visitor: bool
    day: date


def tier_of(reason: str, words: str, text: str) -> Tier | None:
    """The tier to which a worry raises a report: the higher of its own words and of the text it is about.

    Only a worry raises, only a crisis counts, and nothing is ever lowered.
    """
    if reason != WORRIED:
        return None
    read = [read_care(words), read_care(text)]
    found = [care.tier for care in read if is_crisis(care) and care.tier]
    return max(found, key=TIER_ORDER.index, default=None)


def report(post_id: str, concern: Concern, now: datetime, vault: OpenVault | None) -> Review:
    """Report a published text; a visitor has no vault. Raises `NotThere`, `ReportedBefore`."""
    shown = db.session.get(PublishedPost, post_id)
    if shown is None:
        raise NotThere
    if vault is not None and not marks.place(vault, MARK, shown.revision_id):
        raise ReportedBefore
    review = open_review(shown.revision_id, "report") or born_report(shown.revision_id, post_id, now)
    row = Report(
        id=new_id(), review_id=review.id, reason=concern.reason, by_visitor=vault is None, day=day_of(now)
    )
    words = json.dumps({"words": concern.words, "tell": concern.tell}, ensure_ascii=False)
    row.sealed = field_keys().seal_text(words, "report", "sealed", row.id)
    db.session.add(row)
    review.version += 1
    if concern.tier:
        _raise(review, concern.tier, now)
    db.session.flush()
    return review


def _raise(review: Review, tier: Tier, now: datetime) -> None:
    """Put a report into the care lane, due as if its text had come there now; never later than before."""
    raise_review(review, "care", tier)
    due = coarse(now) + timedelta(minutes=lanes.target_minutes("care", tier) or 0)
    review.due_at = min(review.due_at or due, due)
    review.flags = sorted({*review.flags, WORRIED})


def born_report(revision_id: str, post_id: str, now: datetime) -> Review:
    """The open report review of a text, in the reported lane, due in eight hours."""
    post = db.session.get_one(Post, post_id)
    before = db.session.execute(
        select(Review.tier, Review.aim).where(Review.revision_id == revision_id, Review.kind == "submission")
    ).first()
    review = Review(
        id=new_id(),
        kind="report",
        revision_id=revision_id,
        post_id=post_id,
        thread_id=post.thread_id,
        circle_id=db.session.get_one(Thread, post.thread_id).circle_id,
        lane="reported",
        tier=before.tier if before else None,
        aim=before.aim if before else "unclear",
        rank=lanes.rank("reported", None),
        due_at=coarse(now) + timedelta(minutes=lanes.target_minutes("reported", None) or 0),
    )
    db.session.add(review)
    db.session.flush()
    return review


def reopen(review: Review, now: datetime) -> None:
    """Let a report that was closed without a change wait again, due as if it had come now."""
    review.open = True
    review.version += 1
    review.due_at = coarse(now) + timedelta(minutes=lanes.target_minutes(review.lane, review.tier) or 0)  # type: ignore[arg-type]
    db.session.flush()


def is_reported(review_id: str) -> bool:
    """Whether a person has reported, or a text was only hidden by a moderator."""
    return db.session.scalar(select(Report.id).where(Report.review_id == review_id).limit(1)) is not None


def reports_of(review_id: str) -> list[Told]:
    """What was reported about a text."""
    rows = db.session.scalars(select(Report).where(Report.review_id == review_id))
    return [Told(row.reason, _opened(row)["words"] or "", row.by_visitor, row.day) for row in rows]


def tell_outcome(review: Review, outcome: str, today: date) -> None:
    """Tell those who wanted to know what came of it; then forget where they wanted to be told."""
    for row in db.session.scalars(select(Report).where(Report.review_id == review.id)):
        kept = _opened(row)
        if kept["tell"]:
            notices.tell(kept["tell"], "report", today, words=OUTCOMES.get(outcome, outcome))
            words = json.dumps({**kept, "tell": None}, ensure_ascii=False)
            row.sealed = field_keys().seal_text(words, "report", "sealed", row.id)
    db.session.flush()


def reported_by(vault: OpenVault) -> frozenset[str]:
    """The texts that the owner of a vault has reported; their reports go to somebody else."""
    return frozenset(
        entry.data["object"] for entry in vault.entries(marks.KIND) if entry.data["kind"] == MARK
    )


def _opened(row: Report) -> dict[str, str | None]:
    kept: dict[str, str | None] = json.loads(field_keys().open_text(row.sealed, "report", "sealed", row.id))
    return kept
