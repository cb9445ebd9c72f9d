"""What each outcome does to a text: one small function an outcome, called inside `decide` only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from forum.circles import publishing, rules
from forum.circles.content import hash_of, open_content, seal_content
from forum.circles.conversation import say
from forum.circles.models import Decision, Post, Review, Revision
from forum.circles.reviews import born_screening, open_review
from forum.circles.writing import Written
from forum.notices import actions as notices
from forum.screening.lanes import rank
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.types import new_id

if TYPE_CHECKING:
    from forum.moderation.actions import Choice

REPORTED_HOURS = 8


class Blocked(Exception):
    """Another revision of the same post is hidden or under an open report: that is decided first."""


def publish(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Let others read the text, at once, and tell the author. What only moderators read is accepted."""
    post = db.session.get_one(Post, revision.post_id)
    if review.kind == "submission" and _is_blocked(post, revision):
        raise Blocked(post.id)
    publishing.show(revision, "moderator", "publish", day_of(now), choice.content_note)
    review.decision_id = decision.id
    notices.tell(
        post.pseudonym_id,
        "accepted" if publishing.is_for_moderators(post) else "published",
        day_of(now),
        words=choice.words,
        post_id=post.id,
        thread_id=post.thread_id,
    )


def _is_blocked(post: Post, revision: Revision) -> bool:
    hidden = select(Revision.id).where(Revision.post_id == post.id, Revision.state == "hidden")
    reported = select(Review.id).where(
        Review.post_id == post.id, Review.kind == "report", Review.open, Review.revision_id != revision.id
    )
    return db.session.scalar(hidden) is not None or db.session.scalar(reported) is not None


def turn_back(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Return or decline: the author hears of it when the grace window is over."""
    revision.state = rules.next_state(revision.state, "moderator", choice.outcome)  # type: ignore[arg-type]
    revision.until = rules.ends_on(revision.state, day_of(now))
    revision.grace_until = now + rules.GRACE
    review.decision_id = decision.id
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(
        post.pseudonym_id,
        "returned" if choice.outcome == "return" else "declined",
        day_of(now),
        words=choice.words,
        post_id=post.id,
        decision_id=decision.id,
        not_before=revision.grace_until,
    )


def hold(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Open or go on with the conversation; the text stays where it is, unpublished."""
    if revision.state == "waiting":
        revision.state = rules.next_state("waiting", "moderator", "hold")
        review.decision_id = decision.id
    revision.until = rules.ends_on("held", day_of(now))
    post = db.session.get_one(Post, revision.post_id)
    say(review, "staff", choice.words, now, decision.staff_id)
    notices.tell(post.pseudonym_id, "word", day_of(now), post_id=post.id)


def propose(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Offer a masked version: a revision of its own, screened like any other, released by its author."""
    before = open_content(revision)
    name, written = before.name, replace(cast(Written, choice.masked), card=before.card)
    offered = Revision(
        id=new_id(),
        post_id=revision.post_id,
        state="proposed",
        written_by="staff",
        based_on=revision.id,
        hash=hash_of(written.title, written.body, name, written.note, written.card),
        renderer=written.renderer,
        sealed=b"",
    )
    offered.sealed = seal_content(offered.id, written.content(name))
    db.session.add(offered)
    db.session.flush()
    born_screening(offered.id, written)
    revision.state = rules.next_state(revision.state, "moderator", "propose")  # type: ignore[arg-type]
    revision.until = rules.ends_on("proposed", day_of(now))
    revision.grace_until = now + rules.GRACE
    review.decision_id = decision.id
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(
        post.pseudonym_id,
        "proposed",
        day_of(now),
        words=choice.words,
        post_id=post.id,
        decision_id=decision.id,
        not_before=revision.grace_until,
    )


def hide(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Take a published text from view at once; what becomes of it is decided in the reported lane."""
    publishing.take_down(revision, "moderator", "hide", day_of(now))
    review.decision_id = decision.id
    review_hidden(review, revision, now)
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(post.pseudonym_id, "hidden", day_of(now), words=choice.words, post_id=post.id)


def remove(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Remove a hidden text; its author may appeal."""
    if revision.state == "published":
        publishing.take_down(revision, "moderator", "hide", day_of(now))
    publishing.take_down(revision, "moderator", "remove", day_of(now))
    review.decision_id = decision.id
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(
        post.pseudonym_id,
        "removed",
        day_of(now),
        words=choice.words,
        post_id=post.id,
        decision_id=decision.id,
    )


def escalate(review: Review, _revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Ask a lead to look; the review stays open."""
    review.for_lead = True
    if choice.words:
        say(review, "desk", choice.words, now, decision.staff_id)


EFFECTS: Mapping[str, Callable[[Review, Revision, Decision, Choice, datetime], None]] = {
    "publish": publish,
    "return": turn_back,
    "decline": turn_back,
    "hold": hold,
    "propose": propose,
    "hide": hide,
    "remove": remove,
    "escalate": escalate,
}


def review_hidden(before: Review, revision: Revision, now: datetime) -> None:
    """Make sure that somebody decides about a hidden text: an open review in the reported lane."""
    if open_review(revision.id, "report") is not None:
        return
    db.session.add(
        Review(
            kind="report",
            revision_id=revision.id,
            post_id=before.post_id,
            thread_id=before.thread_id,
            circle_id=before.circle_id,
            lane="reported",
            tier=before.tier,
            aim=before.aim,
            flags=["hidden"],
            rank=rank("reported", None),
            due_at=coarse(now) + timedelta(hours=REPORTED_HOURS),
        )
    )
    db.session.flush()


def lapse_proposals(revision: Revision, now: datetime) -> None:
    """End the versions that were offered beside a revision."""
    offered = db.session.scalars(
        select(Revision).where(
            Revision.based_on == revision.id, Revision.written_by == "staff", Revision.state == "proposed"
        )
    ).all()
    for proposal in offered:
        proposal.state = rules.next_state("proposed", "moderator", "lapse")
        proposal.until = rules.ends_on("superseded", day_of(now))
    db.session.flush()
