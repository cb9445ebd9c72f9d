"""The page of ten: short routine texts with low scores, claimed together, each decided for itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from forum.circles.content import Content, open_content
from forum.circles.models import Circle, Post, Review, Revision
from forum.moderation.claims import claim
from forum.moderation.offering import Moderator, is_light, may_take
from forum.screening.models import Screening
from forum.storage.database import db
from forum.storage.sealing import CannotOpen

PAGE = 10
LOOKED_AT = 80
LOW = 0.3
SHORT = 700
"""Characters: what can be read whole without scrolling on a small screen."""


@dataclass(frozen=True, slots=True)
class Short:
    """One of the ten: what is read, and what a decision binds to."""

    review: Review
    circle_name: str
    content: Content
    is_opening: bool
    hash: bytes


def take_ten(moderator: Moderator, own_threads: Collection[str], now: datetime) -> int:
    """Claim up to ten short texts of the routine lane in which nothing was noticed. Returns how many."""
    rows = db.session.execute(
        select(Review.id, Revision, Screening.labels)
        .join(Revision, Revision.id == Review.revision_id)
        .join(Screening, Screening.subject_id == Revision.id)
        .where(
            *may_take(moderator, own_threads, now),
            is_light(),
            Review.kind == "submission",
            Review.flags == [],
            Revision.state == "waiting",
            Screening.state == "done",
            ~_under_care(),
        )
        .order_by(Review.rank, Review.due_at, Review.id)
        .limit(LOOKED_AT)
    ).all()
    taken = 0
    for review_id, revision, labels in rows:
        if taken == PAGE:
            break
        if max(labels.values(), default=1.0) < LOW and _is_short(revision):
            taken += claim(moderator, review_id, now, is_measured=False)
    return taken


def _under_care() -> ColumnElement[bool]:
    """Texts under a name of which another waits for care: they are read one at a time."""
    written, other, waiting = aliased(Post), aliased(Post), aliased(Review)
    return exists().where(
        written.id == Review.post_id,
        other.pseudonym_id == written.pseudonym_id,
        waiting.post_id == other.id,
        waiting.open,
        waiting.lane == "care",
    )


def _is_short(revision: Revision) -> bool:
    try:
        return len(open_content(revision).body) <= SHORT
    except CannotOpen:
        return False


def held_ten(moderator: Moderator, now: datetime) -> list[Short]:
    """The short texts that a moderator holds now, in the order of the queue. Two statements."""
    rows = db.session.execute(
        select(Review, Revision, Post.is_opening, Circle.name)
        .join(Revision, Revision.id == Review.revision_id)
        .join(Post, Post.id == Review.post_id)
        .join(Circle, Circle.id == Review.circle_id)
        .where(
            Review.open,
            Review.claimed_by == moderator.staff_id,
            Review.claimed_until > now,
            Review.kind == "submission",
            is_light(),
            ~_under_care(),
            Revision.state == "waiting",
            Revision.sealed.is_not(None),
        )
        .order_by(Review.rank, Review.due_at, Review.id)
        .limit(PAGE)
    ).all()
    found = [
        Short(review, name, open_content(revision), is_opening, revision.hash)
        for review, revision, is_opening, name in rows
    ]
    return [short for short in found if len(short.content.body) <= SHORT]
