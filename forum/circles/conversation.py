"""Private words between an author and the moderators about one review, and appeals against a decision."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select

from forum.circles.content import seal_words
from forum.circles.models import Decision, Message, Review
from forum.circles.reviews import Changed, raise_by_words
from forum.circles.rules import APPEAL_DAYS
from forum.screening import lanes
from forum.screening.findings import Tier
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.types import new_id

APPEALABLE = ("return", "decline", "remove", "strike", "suspend")


def say(
    review: Review,
    side: str,
    words: str,
    now: datetime,
    staff_id: str | None = None,
    form: bytes | None = None,
) -> Message:
    """Add one word: `side` is author, staff, or desk (for moderators only). The same form is taken once."""
    if form is not None:
        before = db.session.scalars(_said_with(form)).first()
        if before is not None:
            return before
    last = select(func.max(Message.place)).where(Message.review_id == review.id)
    message = Message(
        id=new_id(),
        review_id=review.id,
        place=(db.session.scalar(last) or 0) + 1,
        side=side,
        staff_id=staff_id,
        form_hash=form,
        sealed=b"",
        day=day_of(now),
    )
    message.sealed = seal_words(words, "message", message.id)
    db.session.add(message)
    review.last_word_on = day_of(now)
    if side != "desk":
        review.awaits_author = side == "staff"
    db.session.flush()
    return message


def was_said(form: bytes) -> bool:
    """Whether the words of this very form were taken before."""
    return db.session.scalars(_said_with(form)).first() is not None


def _said_with(form: bytes) -> Select[Message]:
    return select(Message).where(Message.form_hash == form)


def write(review: Review, words: str, tier: Tier | None, now: datetime, form: bytes) -> Message:
    """Words of the author, read by the care rules before: `tier` raises the review where they need care."""
    message = say(review, "author", words, now, form=form)
    review.version += 1
    raise_by_words(review, tier, now)
    db.session.flush()
    return message


def asked_about(post_id: str) -> list[Review]:
    """The reports and appeals about a post in which moderators have written to its author, open ones last."""
    asked = exists().where(Message.review_id == Review.id, Message.side == "staff")
    wanted = select(Review).where(Review.post_id == post_id, Review.kind.in_(("report", "appeal")), asked)
    return list(db.session.scalars(wanted.order_by(Review.open, Review.id)))


def appeal_of(decision_id: str) -> Review | None:
    """The appeal about a decision; there is at most one, ever."""
    return db.session.scalars(
        select(Review).where(Review.kind == "appeal", Review.about_id == decision_id)
    ).first()


def may_appeal(decision: Decision, now: datetime) -> bool:
    """Whether the author may still appeal: once, within 20 days, against what took their text away."""
    return (
        decision.outcome in APPEALABLE
        and decision.in_force
        and day_of(now) <= decision.day + timedelta(days=APPEAL_DAYS)
        and appeal_of(decision.id) is None
    )


def appeal(decision_id: str, words: str, now: datetime, tier: Tier | None = None) -> Review:
    """Ask for somebody else to decide again. Raises `Changed` when that is no longer possible.

    `tier` is what the care rules found in the words: an appeal that is a cry for help goes to the care lane.
    """
    decision = db.session.scalars(
        select(Decision).where(Decision.id == decision_id).with_for_update()
    ).first()
    if decision is None or not may_appeal(decision, now):
        raise Changed
    about = db.session.get_one(Review, decision.review_id)
    review = Review(
        id=new_id(),
        kind="appeal",
        revision_id=decision.revision_id,
        post_id=about.post_id,
        thread_id=about.thread_id,
        circle_id=about.circle_id,
        about_id=decision.id,
        lane="appeal",
        tier=about.tier,
        aim=about.aim,
        flags=[],
        rank=lanes.rank("appeal", None),
        due_at=coarse(now) + timedelta(minutes=lanes.target_minutes("appeal", None) or 0),
    )
    review.sealed_words = seal_words(words, "review", review.id)
    db.session.add(review)
    raise_by_words(review, tier, now)
    db.session.flush()
    return review
