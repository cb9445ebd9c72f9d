"""What moderators see: the lanes, the next review, and the card with everything needed to decide."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select

from forum.circles.content import Content, open_content, open_words
from forum.circles.models import (
    Circle,
    Decision,
    Message,
    Post,
    PublishedPost,
    PublishedThread,
    Review,
    Revision,
    Shift,
    Thread,
)
from forum.circles.rules import LIBRARY
from forum.circles.waits import ANSWERED
from forum.members.models import Staff
from forum.moderation.offering import touches
from forum.moderation.rules import SANCTIONS
from forum.screening.models import Screening
from forum.storage.database import AnyRow, db
from forum.storage.sealing import CannotOpen

LANES = ("care", "conduct", "reported", "appeal", "routine")
CONTEXT_POSTS = 5
MY_LAST = 10
QUEUE_PAGE = 50


@dataclass(frozen=True, slots=True)
class LaneCount:
    """How many reviews of a lane wait, are late or in conversation, and when the first is due.

    `answered`: of those that wait, in how many the author has answered a moderator.
    """

    name: str
    waiting: int
    late: int
    held: int
    first_due: datetime | None
    answered: int = 0


def lane_counts(now: datetime, seen: Sequence[ColumnElement[bool]] = ()) -> list[LaneCount]:
    """The lanes in their order, each with its counts of what a moderator may see."""
    rows = db.session.execute(
        select(
            Review.lane,
            func.count(),
            func.sum(case((~Review.awaits_author & (Review.due_at < now), 1), else_=0)),
            func.sum(case((Review.awaits_author, 1), else_=0)),
            func.min(case((~Review.awaits_author, Review.due_at))),
            func.sum(case((touches([ANSWERED]), 1), else_=0)),
        )
        .where(Review.open, *seen)
        .group_by(Review.lane)
    ).all()
    found = {
        lane: LaneCount(lane, all_ - held, late, held, due, answered)
        for lane, all_, late, held, due, answered in rows
    }
    return [found.get(lane, LaneCount(lane, 0, 0, 0, None)) for lane in LANES]


def own_threads(pseudonym_ids: Collection[str]) -> list[str]:
    """The threads a moderator writes in, by their own open vault; their reviews go to somebody else."""
    return list(
        db.session.scalars(select(Post.thread_id).where(Post.pseudonym_id.in_(pseudonym_ids)).distinct())
    )


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a moderator needs to decide one review."""

    review: Review
    revision: Revision
    post: Post
    thread: Thread
    circle: Circle
    content: Content | None
    screening: Screening | None
    thread_title: str | None
    names_texts: int


def card(review_id: str) -> Card | None:
    """The card of a review, or None."""
    row = db.session.execute(
        select(Review, Revision, Post, Thread, Circle, Screening, PublishedThread.title)
        .join(Revision, Revision.id == Review.revision_id)
        .join(Post, Post.id == Review.post_id)
        .join(Thread, Thread.id == Review.thread_id)
        .join(Circle, Circle.id == Review.circle_id)
        .outerjoin(Screening, Screening.subject_id == Review.revision_id)
        .outerjoin(PublishedThread, PublishedThread.thread_id == Review.thread_id)
        .where(Review.id == review_id)
    ).first()
    if row is None:
        return None
    review, revision, post, thread, circle, screening, title = row
    try:
        content: Content | None = open_content(revision)
    except CannotOpen:
        content = None
    texts = select(func.count()).select_from(Post).where(Post.pseudonym_id == post.pseudonym_id)
    count = db.session.scalar(texts) or 0
    return Card(review, revision, post, thread, circle, content, screening, title, count)


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A published text that another one grew out of; `path` is empty where moderators do not read."""

    path: str
    title: str
    pseudonym: str
    words: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a strategy card comes from. `gone`: how many of the cards it was built on cannot be read now.

    `source` is the text of its writer's own that it grew out of, `helped` whether that was named as what
    helped, `source_circle` the circle of that text where not everybody may read it, else nothing.
    """

    built_on: Sequence[Ancestor] = ()
    gone: int = 0
    source: Ancestor | None = None
    helped: bool = False
    source_circle: str = ""


_lineage: list[Callable[[Post], Lineage | None]] = []


def show_lineage_with(lineage: Callable[[Post], Lineage | None]) -> None:
    """Register who knows where a card comes from (called once, by the coping room)."""
    _lineage[:] = [lineage]


def lineage_of(card: Card) -> Lineage | None:
    """Where a strategy card comes from; None for any other text, and for a card that stands for itself."""
    return _lineage[0](card.post) if _lineage and card.circle.id == LIBRARY else None


def context_of(post: Post) -> list[AnyRow]:
    """The opening and four replies of the thread, as readers see them, without the post itself.

    The replies are those that stand before a published reply, and the last ones for any other text.
    """
    place = select(PublishedPost.position).where(
        PublishedPost.post_id == post.id, PublishedPost.is_opening.is_(False)
    )
    is_before = PublishedPost.position < func.coalesce(place.scalar_subquery(), PublishedPost.position + 1)
    wanted = (
        select(
            PublishedPost.post_id,
            PublishedPost.pseudonym,
            PublishedPost.mode,
            PublishedPost.html,
            PublishedPost.plain,
            PublishedPost.content_note,
            PublishedPost.is_opening,
            PublishedPost.position,
            PublishedPost.day,
        )
        .where(PublishedPost.thread_id == post.thread_id, PublishedPost.post_id != post.id, is_before)
        .order_by(PublishedPost.is_opening.desc(), PublishedPost.position.desc())
        .limit(CONTEXT_POSTS)
    )
    return sorted(db.session.execute(wanted).all(), key=lambda row: int(row.position))


def place_of(post_id: str) -> int | None:
    """The place of a published post in its thread."""
    return db.session.scalar(select(PublishedPost.position).where(PublishedPost.post_id == post_id))


def others_under_care(card: Card) -> int:
    """How many other texts in this thread wait in the care lane."""
    counted = select(func.count()).where(
        Review.open, Review.lane == "care", Review.thread_id == card.thread.id, Review.id != card.review.id
    )
    return db.session.scalar(counted) or 0


def earlier_under_care(post: Post) -> int:
    """How many other texts under the name of a post came to the care lane."""
    counted = (
        select(func.count(Review.post_id.distinct()))
        .join(Post, Post.id == Review.post_id)
        .where(Post.pseudonym_id == post.pseudonym_id, Review.post_id != post.id, Review.lane == "care")
    )
    return db.session.scalar(counted) or 0


def decisions_about(post_id: str) -> list[Decision]:
    """What was decided about earlier versions of a post, the latest day first."""
    return list(
        db.session.scalars(
            select(Decision)
            .join(Review, Review.id == Decision.review_id)
            .where(Review.post_id == post_id)
            .order_by(Decision.day.desc())
        )
    )


def held_by(staff_id: str, now: datetime) -> list[AnyRow]:
    """The reviews a moderator holds now, each with the name of its circle."""
    return list(
        db.session.execute(
            select(Review, Circle.name)
            .join(Circle, Circle.id == Review.circle_id)
            .where(Review.claimed_by == staff_id, Review.claimed_until > now, Review.open)
            .order_by(Review.rank, Review.due_at, Review.id)
        )
    )


def last_decisions(staff_id: str, today: date, latest: Sequence[str] = ()) -> list[AnyRow]:
    """A moderator's own decisions of today and yesterday that can still be undone, at most ten.

    Each comes with its review, its text and the name of its circle, so that the right one is undone.
    `latest` are ids in the order in which the moderator decided; what is not among them comes after, by day.
    """
    undone = select(Decision.reverses_id).where(Decision.reverses_id.is_not(None))
    found = list(
        db.session.execute(
            select(Decision, Review, Revision, Circle.name)
            .join(Review, Review.id == Decision.review_id)
            .join(Revision, Revision.id == Decision.revision_id)
            .join(Circle, Circle.id == Review.circle_id)
            .where(
                Decision.staff_id == staff_id,
                Decision.in_force,
                Decision.outcome.in_(
                    (
                        "publish",
                        "return",
                        "decline",
                        "propose",
                        "hold",
                        "hide",
                        "remove",
                        "annotate",
                        "leave",
                        "escalate",
                        *SANCTIONS,
                    )
                ),
                Decision.id.not_in(undone),
                Decision.day >= date.fromordinal(today.toordinal() - 1),
            )
            .order_by(Decision.id.in_(latest).desc(), Decision.day.desc())
            .limit(MY_LAST)
        )
    )
    place = {decision_id: at for at, decision_id in enumerate(latest)}
    return sorted(found, key=lambda row: place.get(row.Decision.id, len(place)))


@dataclass(frozen=True, slots=True)
class Said:
    """One word about a post, with the staff name of who said it; the author of the post has none here."""

    side: str
    words: str
    day: date
    by: str
    staff_id: str | None


def conversation_about(post_id: str) -> list[Said]:
    """All words between author and moderators about a post, reports and appeals too, and the desk's notes.

    The newest review's words come last. One statement.
    """
    rows = db.session.execute(
        select(Message, Staff.staff_name)
        .join(Review, Review.id == Message.review_id)
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(Review.post_id == post_id)
        .order_by(case((Review.kind == "submission", 0), else_=1), Review.id, Message.place)
    )
    return [
        Said(m.side, open_words(m.sealed, "message", m.id), m.day, by or "", m.staff_id) for m, by in rows
    ]


def queue(conditions: Sequence[ColumnElement[bool]]) -> list[Review]:
    """The open reviews in the order of the queue, one page and one more where there are more."""
    wanted = (
        select(Review)
        .where(Review.open, *conditions)
        .order_by(Review.rank, Review.due_at, Review.id)
        .limit(QUEUE_PAGE + 1)
    )
    return list(db.session.scalars(wanted))


def shifts_ahead(now: datetime) -> list[AnyRow]:
    """Everybody's shifts that run or are to come, with staff names."""
    wanted = (
        select(Staff.staff_name, Shift.starts_at, Shift.ends_at)
        .join(Staff, Staff.id == Shift.staff_id)
        .where(Shift.ends_at > now)
        .order_by(Shift.starts_at)
    )
    return list(db.session.execute(wanted))
