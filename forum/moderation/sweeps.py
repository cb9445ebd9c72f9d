"""The ends that the clock brings: grace, deadlines, late reviews, erasure. Nothing rests without a limit.

Each function takes a moment, does its work inside the write transaction of its caller, and may run any
number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update

from forum.circles import rules
from forum.circles.models import Decision, Message, Post, Review, Revision, Shift, WaitCount
from forum.circles.reviews import close_reviews, open_review, reopen_review
from forum.moderation import notes
from forum.moderation.effects import lapse_proposals
from forum.moderation.models import HandCount, Report, Skip
from forum.moderation.offering import touches
from forum.notices import actions as notices
from forum.notices.models import Notice
from forum.screening.models import Screening
from forum.storage.clock import day_of
from forum.storage.database import db

BATCH = 200
TOP = datetime(1970, 1, 1, tzinfo=UTC)
"""The due time of what must come before everything else of its lane."""

NOTICE_DAYS = 180
CARE_DAYS = 14
"""What was written about somebody's crisis goes after so many days: notes of the desk, check-ins, the wish
to be written to, the country, and what a person weighed."""

REPORT_DAYS = 90
WAIT_COUNT_DAYS = 90
SHIFT_DAYS = 30


def close_grace(now: datetime) -> int:
    """Let the band and the exact times of decisions go whose grace window is over."""
    over = db.session.scalars(select(Revision).where(Revision.grace_until <= now).limit(BATCH)).all()
    for revision in over:
        revision.grace_until = revision.submitted_at = None
        for review in db.session.scalars(select(Review).where(Review.revision_id == revision.id)):
            if not review.open:
                review.band = review.due_at = None
    db.session.execute(
        Notice.__table__.update().where(Notice.not_before <= now).values(not_before=None)  # type: ignore[attr-defined]
    )
    db.session.flush()
    return len(over)


def end_what_is_over(now: datetime) -> int:
    """Move every state whose last day has passed."""
    today = day_of(now)
    over = db.session.scalars(
        select(Revision)
        .where(Revision.until <= today, Revision.state.in_(tuple(_ENDS)), Revision.sealed.is_not(None))
        .limit(BATCH)
    ).all()
    for revision in over:
        if revision.state in _ENDS and not rules.is_in_grace(revision.grace_until, now):
            _ENDS[revision.state](revision, now)
    db.session.flush()
    return len(over)


def _end_proposal(revision: Revision, now: datetime) -> None:
    if revision.written_by == "staff":
        return
    lapse_proposals(revision, now)
    _move(revision, "expire", now)
    _tell(revision, "returned", now)


def _end_silence(revision: Revision, now: datetime) -> None:
    """A held text goes back to the queue, flagged, after seven days without a word from either side."""
    review = open_review(revision.id) or reopen_review(revision, now)
    quiet_since = review.last_word_on or day_of(now) - timedelta(days=rules.HELD_QUIET_DAYS + 1)
    ends = quiet_since + timedelta(days=rules.HELD_QUIET_DAYS + 1)
    if ends > day_of(now):
        revision.until = ends
        return
    _move(revision, "expire", now)
    review.awaits_author = False
    review.flags = sorted({*review.flags, "quiet-week"})
    review.version += 1


def _end_returned(revision: Revision, now: datetime) -> None:
    _move(revision, "expire", now)
    close_reviews(revision.id)


def _erase(revision: Revision, _now: datetime) -> None:
    """Erase a text for good, unless somebody still has to look at it."""
    if db.session.scalar(select(Review.id).where(Review.revision_id == revision.id, Review.open)):
        return
    revision.sealed = None
    revision.until = None
    db.session.execute(delete(Screening).where(Screening.subject_id == revision.id))


def _move(revision: Revision, act: str, now: datetime) -> None:
    revision.state = rules.next_state(revision.state, "clock", act)  # type: ignore[arg-type]
    revision.until = rules.ends_on(revision.state, day_of(now))


def _tell(revision: Revision, kind: str, now: datetime, words: str = "") -> None:
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(post.pseudonym_id, kind, day_of(now), post_id=post.id, words=words)


_ENDS: Mapping[str, Callable[[Revision, datetime], None]] = {
    "proposed": _end_proposal,
    "held": _end_silence,
    "returned": _end_returned,
    "declined": _erase,
    "removed": _erase,
    "withdrawn": _erase,
    "superseded": _erase,
}


def warn_before_end(now: datetime) -> int:
    """Tell authors a week before a returned text ends."""
    day = day_of(now) + timedelta(days=rules.RETURNED_NOTICE_DAYS)
    ending = db.session.scalars(
        select(Revision).where(
            Revision.state == "returned",
            Revision.until == day,
            ~exists().where(
                Notice.kind == "ending", Notice.pseudonym_id == Post.pseudonym_id, Post.id == Revision.post_id
            ),
        )
    ).all()
    for revision in ending:
        _tell(revision, "ending", now)
    return len(ending)


def raise_late(now: datetime) -> int:
    """Tell authors whose time has passed, and let what was hidden for a day top its lane."""
    late = db.session.scalars(
        select(Review)
        .where(Review.open, Review.due_at < now, Review.told_late.is_(False), Review.kind == "submission")
        .limit(BATCH)
    ).all()
    for review in late:
        revision = db.session.get_one(Revision, review.revision_id)
        review.told_late = True
        if revision.state == "waiting":
            _tell(revision, "late", now)
    hidden = db.session.scalars(
        select(Review)
        .join(Revision, Revision.id == Review.revision_id)
        .where(
            Revision.state == "hidden",
            Review.open,
            Review.kind == "report",
            touches(["hidden"]),
            Review.told_late.is_(False),
            Review.due_at < now - timedelta(hours=rules.HIDDEN_HOURS - 8),
        )
    ).all()
    for review in hidden:
        review.told_late, review.due_at = True, TOP
        _tell(db.session.get_one(Revision, review.revision_id), "late", now)
    db.session.flush()
    return len(late) + len(hidden)


def return_unreadable(now: datetime) -> int:
    """Return a text that the machine could not score even when it was tried again."""
    stuck = db.session.scalars(
        select(Revision)
        .join(Screening, Screening.subject_id == Revision.id)
        .where(
            Screening.state == "set aside",
            Screening.tried_again,
            Revision.state == "waiting",
            Revision.written_by == "member",
        )
    ).all()
    for revision in stuck:
        _move(revision, "set aside", now)
        close_reviews(revision.id)
        _tell(revision, "unreadable", now)
    return len(stuck)


def forget_what_is_old(now: datetime) -> None:
    """Erase conversations, notices, counts and shifts after their time (the retention table in code)."""
    today = day_of(now)
    quiet = select(Review.id).where(
        Review.open.is_(False), Review.last_word_on < today - timedelta(days=rules.MESSAGE_DAYS)
    )
    db.session.execute(delete(Message).where(Message.review_id.in_(quiet)))
    db.session.execute(delete(Notice).where(Notice.day < today - timedelta(days=NOTICE_DAYS)))
    _forget_care(today)
    for counted in (WaitCount, HandCount):
        db.session.execute(delete(counted).where(counted.day < today - timedelta(days=WAIT_COUNT_DAYS)))
    closed = select(Review.id).where(Review.open.is_(False))
    db.session.execute(
        delete(Report).where(Report.day < today - timedelta(days=REPORT_DAYS), Report.review_id.in_(closed))
    )
    db.session.execute(delete(Skip).where(Skip.until < now))
    notes.forget_old(today)
    db.session.execute(delete(Shift).where(Shift.ends_at < now - timedelta(days=SHIFT_DAYS)))


def _forget_care(today: date) -> None:
    """Erase care notes: what only the desk wrote, check-in notes, and what authors said about themselves."""
    last = today - timedelta(days=CARE_DAYS)
    over = select(Review.id).where(
        Review.open.is_(False),
        or_(Review.lane == "care", Review.weighed.is_not(None)),
        or_(Review.last_word_on.is_(None), Review.last_word_on < last),
    )
    db.session.execute(
        delete(Message).where(Message.review_id.in_(over), Message.side == "desk", Message.day < last)
    )
    db.session.execute(delete(Notice).where(Notice.kind == "care", Notice.day < last))
    decided_lately = exists().where(Decision.review_id == Review.id, Decision.day >= last)
    db.session.execute(
        update(Review)
        .where(
            Review.open.is_(False),
            or_(Review.contact.is_not(None), Review.country.is_not(None), Review.weighed.is_not(None)),
            or_(Review.last_word_on.is_(None), Review.last_word_on < last),
            ~decided_lately,
        )
        .values(contact=None, country=None, weighed=None)
    )
