"""What an author sees of their own texts: where each stands, why, and what waits for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from forum.circles import rules
from forum.circles.content import Content, open_content, open_words
from forum.circles.models import Circle, Decision, Message, Post, Review, Revision, Thread
from forum.screening.models import Screening
from forum.storage.database import db
from forum.storage.sealing import CannotOpen

SHOWN_ORDER = (
    "proposed",
    "held",
    "waiting",
    "hidden",
    "returned",
    "published",
    "declined",
    "removed",
    "withdrawn",
)


@dataclass(frozen=True, slots=True)
class OwnText:
    """One revision of one's own, as the author may know it; `until` is the last day of its state."""

    revision_id: str
    state: str
    content: Content | None
    until: date | None
    scored: str
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One's own post with the texts that matter now: what is pending and what others read."""

    post_id: str
    thread_id: str
    circle_id: str
    circle_name: str
    kind: str
    audience: str
    is_opening: bool
    texts: tuple[OwnText, ...]

    @property
    def is_for_moderators(self) -> bool:
        """Whether nobody but moderators ever reads it, accepted or not."""
        return self.audience == rules.MODERATORS_ONLY

    @property
    def current(self) -> OwnText | None:
        """The text that the author most likely looks for: pending before published before ended."""
        return self.texts[0] if self.texts else None


def own_posts(pseudonym_ids: Collection[str], now: datetime) -> list[OwnPost]:
    """Everything written under some names, with its state, also months later."""
    rows = db.session.execute(
        select(Post, Circle.id, Circle.name, Thread.kind, Circle.audience)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Circle, Circle.id == Thread.circle_id)
        .where(Post.pseudonym_id.in_(pseudonym_ids))
    ).all()
    texts = _own_texts(pseudonym_ids, now)
    found = [
        OwnPost(
            post.id,
            post.thread_id,
            circle_id,
            name,
            kind,
            audience,
            post.is_opening,
            _in_order(texts.get(post.id, [])),
        )
        for post, circle_id, name, kind, audience in rows
    ]
    return sorted(found, key=lambda own: _place(own.current))


def _own_texts(pseudonym_ids: Collection[str], now: datetime) -> dict[str, list[OwnText]]:
    """The texts of some names that matter now, by post."""
    revisions = db.session.execute(
        select(Revision, Screening.state)
        .join(Post, Post.id == Revision.post_id)
        .outerjoin(Screening, Screening.subject_id == Revision.id)
        .where(
            Post.pseudonym_id.in_(pseudonym_ids),
            Revision.written_by == "member",
            Revision.state != "superseded",
        )
    ).all()
    offers = _offered_under(pseudonym_ids)
    of_post: dict[str, list[OwnText]] = {}
    for revision, scored in revisions:
        text = _own_text(revision, scored or "", now, is_offered=revision.id in offers)
        of_post.setdefault(revision.post_id, []).append(text)
    return of_post


def _offered_under(pseudonym_ids: Collection[str]) -> set[str | None]:
    """The revisions beside which a masked version is offered and screened."""
    return set(
        db.session.scalars(
            select(Revision.based_on)
            .join(Post, Post.id == Revision.post_id)
            .join(Screening, Screening.subject_id == Revision.id)
            .where(
                Post.pseudonym_id.in_(pseudonym_ids), Revision.state == "proposed", Screening.state == "done"
            )
        )
    )


def awaiting(pseudonym_ids: Collection[str]) -> set[str]:
    """The posts of some names in whose conversation a moderator wrote last."""
    return set(
        db.session.scalars(
            select(Review.post_id)
            .join(Post, Post.id == Review.post_id)
            .where(Post.pseudonym_id.in_(pseudonym_ids), Review.open, Review.awaits_author)
        )
    )


def own_post(post_id: str, pseudonym_ids: Collection[str], now: datetime) -> OwnPost | None:
    """One post of one's own, or None when it is not there or somebody else's."""
    owner = db.session.scalar(select(Post.pseudonym_id).where(Post.id == post_id))
    if owner is None or owner not in pseudonym_ids:
        return None
    return next((own for own in own_posts([owner], now) if own.post_id == post_id), None)


def _own_text(revision: Revision, scored: str, now: datetime, *, is_offered: bool) -> OwnText:
    try:
        content: Content | None = open_content(revision)
    except CannotOpen:
        content = None
    state = rules.state_for_author(revision.state, revision.grace_until, now)  # type: ignore[arg-type]
    if state == "proposed" and not is_offered:
        state = "waiting"  # the masked version is offered once it is screened
    last_day = revision.until - timedelta(days=1) if revision.until and state == revision.state else None
    return OwnText(revision.id, state, content, last_day, scored, revision.removed_by)


def _in_order(texts: list[OwnText]) -> tuple[OwnText, ...]:
    return tuple(sorted(texts, key=_place))


def _place(text: OwnText | None) -> int:
    return SHOWN_ORDER.index(text.state) if text and text.state in SHOWN_ORDER else len(SHOWN_ORDER)


@dataclass(frozen=True, slots=True)
class Told:
    """A decision as its author reads it."""

    decision_id: str
    outcome: str
    rule: str
    words: str
    alone: bool
    day: date


def review_of(revision_id: str) -> Review | None:
    """The submission review of a revision: the open one, else the last."""
    return db.session.scalars(
        select(Review)
        .where(Review.revision_id == revision_id, Review.kind == "submission")
        .order_by(Review.open.desc(), Review.version.desc())
    ).first()


def told(revision_id: str) -> Told | None:
    """The decision in force about a revision, with its reason. Called only once the grace window is over."""
    decision = db.session.scalars(
        select(Decision).where(
            Decision.revision_id == revision_id,
            Decision.in_force,
            Decision.outcome.in_(("return", "decline", "propose", "hide", "remove", "publish")),
        )
    ).first()
    if decision is None:
        return None
    words = open_words(decision.sealed_words, "decision", decision.id) if decision.sealed_words else ""
    return Told(decision.id, decision.outcome, decision.rule, words, decision.alone, decision.day)


@dataclass(frozen=True, slots=True)
class Word:
    """One message of a conversation, opened."""

    side: str
    words: str
    day: date
    staff_id: str | None


def conversation(review_id: str, *, for_author: bool) -> list[Word]:
    """The private words about a review in their order; an author never sees the desk's own notes."""
    messages = db.session.scalars(
        select(Message).where(Message.review_id == review_id).order_by(Message.place)
    )
    return [
        Word(m.side, open_words(m.sealed, "message", m.id), m.day, m.staff_id)
        for m in messages
        if not (for_author and m.side == "desk")
    ]


def offered(revision_id: str) -> Revision | None:
    """The masked version offered beside a revision, once it is screened."""
    return db.session.scalars(
        select(Revision)
        .join(Screening, Screening.subject_id == Revision.id)
        .where(
            Revision.based_on == revision_id,
            Revision.written_by == "staff",
            Revision.state == "proposed",
            Screening.state == "done",
        )
    ).first()
