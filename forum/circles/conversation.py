"""Private words between an author and the moderators about one review, and appeals against a decision."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Select, exists, func, select

from forum.circles import mine, waits
from forum.circles.actions import own_post, take_back_in_grace
from forum.circles.content import seal_words
from forum.circles.models import Decision, Message, Post, Review
from forum.circles.reviews import Changed, open_review, raise_by_words
from forum.circles.rules import APPEAL_DAYS, TALK, State, may_speak_on
from forum.members.vault import OpenVault
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
    if side == "staff":
        review.flags = [flag for flag in review.flags if flag != waits.ANSWERED]
    db.session.flush()
    return message


def was_said(form: bytes) -> bool:
    """Whether the words of this very form were taken before."""
    return db.session.scalars(_said_with(form)).first() is not None


def _said_with(form: bytes) -> Select[Message]:
    return select(Message).where(Message.form_hash == form)


def write(review: Review, words: str, tier: Tier | None, now: datetime, form: bytes) -> Message:
    """Words of the author, read by the care rules before: `tier` raises the review where they need care.

    An answer to a moderator, and words about what is decided, make the review due as from now.
    """
    before = db.session.scalars(_said_with(form)).first()
    if before is not None:
        return before
    is_answer = review.awaits_author or not review.open
    message = say(review, "author", words, now, form=form)
    review.version += 1
    if is_answer:
        _is_due_again(review, now)
    raise_by_words(review, tier, now)
    db.session.flush()
    return message


def _is_due_again(review: Review, now: datetime) -> None:
    """Let a review wait for an answer from now on. What is hidden keeps its due time."""
    review.open = True
    review.flags = sorted({*review.flags, waits.ANSWERED})
    review.alerts = 0
    if review.claimed_until is None or review.claimed_until <= now:
        review.claimed_by = review.claimed_until = None
    if "hidden" in review.flags:
        return
    tier = cast("Tier | None", review.tier)
    due = waits.due_at(coarse(now), review.lane, tier, review.flags, waits.staffing(now))
    review.due_at = min(review.due_at, due) if review.due_at and review.due_at > now else due


def speak(
    vault: OpenVault, post_id: str, words: str, tier: Tier | None, now: datetime, form: bytes
) -> Message:
    """Say something to the moderators about a text of one's own. Raises `NotYours`, `Changed`.

    Words about a text under care reach a desk also when it is decided: its review is open again.
    """
    return write(_heard_by(own_post(vault, post_id), now), words, tier, now, form)


def _heard_by(post: Post, now: datetime) -> Review:
    """The review in which an author is heard: where they were asked last, else the text's own."""
    asked = [one for one in asked_about(post.id) if one.open]
    if asked:
        return db.session.get_one(Review, asked[-1].id, with_for_update=True)
    take_back_in_grace(post, now)
    own = mine.own_post(post.id, [post.pseudonym_id], now)
    found = open_review(own.current.revision_id) if own and own.current else None
    found = found or goes_on(own, day_of(now))
    if found is None:
        raise Changed
    return db.session.get_one(Review, found.id, with_for_update=True)


def goes_on(own: mine.OwnPost | None, today: date) -> Review | None:
    """The closed review under care about a decided text in which its author may still speak."""
    text = own.current if own else None
    if own is None or text is None or own.circle_id == TALK:
        return None
    decided = select(func.max(Decision.day)).where(Decision.review_id == Review.id).scalar_subquery()
    rows = db.session.execute(
        select(Review, func.coalesce(Review.last_word_on, decided))
        .where(Review.post_id == own.post_id, Review.kind == "submission", Review.open.is_(False))
        .order_by(Review.revision_id != text.revision_id, Review.id)
    )
    for review, last_day in rows:
        under_care = review.lane == "care" or review.weighed is not None
        state = cast(State, text.state)
        if last_day and may_speak_on(state, last_day, today, under_care=under_care):
            return review
    return None


def has_answered(review_id: str) -> bool:
    """Whether the author has said something since a moderator wrote to them first."""
    first = select(func.min(Message.place)).where(Message.review_id == review_id, Message.side == "staff")
    later = select(Message.id).where(
        Message.review_id == review_id, Message.side == "author", Message.place > first.scalar_subquery()
    )
    return db.session.scalar(later.limit(1)) is not None


def asked_about(post_id: str) -> list[Review]:
    """The reviews about a post in which something was said between its author and moderators.

    The one to answer comes last: open ones after closed ones, reports and appeals after the text's own.
    """
    asked = exists().where(Message.review_id == Review.id, Message.side != "desk")
    wanted = select(Review).where(Review.post_id == post_id, asked)
    order = (Review.open, Review.kind != "submission", Review.id)
    return list(db.session.scalars(wanted.order_by(*order)))


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
