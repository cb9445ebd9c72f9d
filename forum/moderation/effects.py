"""What each outcome does to a text: one small function an outcome, called inside `decide` only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.circles import publishing, rules
from forum.circles.content import hash_of, open_content, seal_content
from forum.circles.conversation import say
from forum.circles.models import Decision, Post, Review, Revision, Thread
from forum.circles.reviews import born_screening, open_review, raise_review, reopen_review
from forum.circles.writing import Written
from forum.members import sanctions
from forum.moderation import reports
from forum.moderation.rules import SANCTIONS, UNDO_LEADS_FROM, Choice
from forum.notices import actions as notices
from forum.screening import lanes
from forum.screening.findings import Tier
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.types import new_id

OVERTURNED = _l("The decision was changed. Thank you for asking again.")
ALONE = _l("Nobody else was there to decide about this, so the same person looked again after two days.")


NOTE_OFF = _l("The note was taken off again.")


class Blocked(Exception):
    """Another revision of the same post is hidden or under an open report: that is decided first."""


def publish(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Let others read the text, at once, and tell the author. What only moderators read is accepted."""
    post = db.session.get_one(Post, revision.post_id)
    if review.kind == "submission" and is_blocked(post, revision):
        raise Blocked(post.id)
    publishing.show(revision, "moderator", "publish", day_of(now), choice.content_note)
    review.decision_id = decision.id
    if choice.words and is_talk(post):
        say(review, "staff", choice.words, now, decision.staff_id)
        review.awaits_author = False
    notices.tell(
        post.pseudonym_id,
        _told_as(review, post),
        day_of(now),
        words=choice.words,
        post_id=post.id,
        thread_id=post.thread_id,
    )


def _told_as(review: Review, post: Post) -> str:
    if review.kind != "submission":
        return "shown"
    if is_talk(post):
        return "closed"
    return "accepted" if publishing.is_for_moderators(post) else "published"


def is_talk(post: Post) -> bool:
    """Whether a post is a conversation that a member opened from the account."""
    return db.session.get_one(Thread, post.thread_id).circle_id == rules.TALK


def is_blocked(post: Post, revision: Revision) -> bool:
    """Whether another text of the same post is hidden or under an open report."""
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


def leave(_review: Review, _revision: Revision, _decision: Decision, _choice: Choice, _now: datetime) -> None:
    """A report changes nothing; who reported is told."""


def annotate(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """Put a content note on a published text and tell its author."""
    publishing.put_note(revision, choice.content_note)
    review.decision_id = decision.id
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(post.pseudonym_id, "noted", day_of(now), words=choice.words, post_id=post.id)


def take_note_off(revision: Revision, today: date) -> None:
    """Let a content note go: the one that stood there before comes back, and the author is told."""
    before = db.session.scalars(
        select(Decision.content_note)
        .where(
            Decision.revision_id == revision.id,
            Decision.in_force,
            Decision.outcome.in_(("publish", "annotate")),
            Decision.content_note != "",
        )
        .order_by(Decision.outcome, Decision.day.desc())
    ).first()
    publishing.put_note(revision, before or open_content(revision).note)
    post = db.session.get_one(Post, revision.post_id)
    notices.tell(post.pseudonym_id, "noted", today, words=str(NOTE_OFF), post_id=post.id)


def uphold(review: Review, _revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """The decision stands; the author is told why, and whether somebody else could decide."""
    _tell_appeal(review, decision, choice.words, now)


def overturn(review: Review, revision: Revision, decision: Decision, choice: Choice, now: datetime) -> None:
    """The decision falls: the text waits again or is shown again, or the sanction is lifted."""
    before = db.session.get_one(Decision, review.about_id)
    before.in_force = False
    decision.reverses_id = before.id
    if before.outcome in SANCTIONS:
        sanctions.lift(before.id)
    elif UNDO_LEADS_FROM[before.outcome] == revision.state and revision.sealed is not None:
        if revision.state == "removed":
            publishing.show(revision, "moderator", "overturn", day_of(now), before.content_note)
        else:
            revision.state = rules.next_state(revision.state, "moderator", "overturn")
            revision.until = revision.grace_until = None
            reopen_review(revision, now)
    _tell_appeal(review, decision, choice.words, now)


def _tell_appeal(review: Review, decision: Decision, words: str, now: datetime) -> None:
    post = db.session.get_one(Post, review.post_id)
    said = [words] if words else []
    if decision.alone:
        said.append(ALONE)
    if decision.outcome == "overturn":
        said.insert(0, OVERTURNED)
    notices.tell(post.pseudonym_id, "appeal", day_of(now), words="\n\n".join(map(str, said)), post_id=post.id)


EFFECTS: Mapping[str, Callable[[Review, Revision, Decision, Choice, datetime], None]] = {
    "publish": publish,
    "return": turn_back,
    "decline": turn_back,
    "hold": hold,
    "propose": propose,
    "hide": hide,
    "remove": remove,
    "escalate": escalate,
    "leave": leave,
    "annotate": annotate,
    "uphold": uphold,
    "overturn": overturn,
}


def review_hidden(before: Review, revision: Revision, now: datetime) -> Review:
    """Make sure that somebody decides about a hidden text: an open review in the reported lane.

    Where the text was under care, or grave, until it was published, it keeps its lane, order and target.
    """
    asked = open_review(revision.id, "report") or reports.born_report(revision.id, before.post_id, now)
    asked.flags = sorted({*asked.flags, "hidden"})
    tier = cast("Tier | None", before.tier)
    if before.id != asked.id and (before.lane == "care" or tier in ("B", "C", "D", "E")):
        raise_review(asked, before.lane, tier)
        due = coarse(now) + timedelta(minutes=lanes.target_minutes(before.lane, tier) or 0)
        asked.due_at = min(asked.due_at or due, due)
    db.session.flush()
    return asked


def no_longer_hidden(review: Review) -> None:
    """A text can be read again: its review goes on only where somebody has reported it."""
    if review.kind != "report" or not review.open:
        return
    review.flags = [flag for flag in review.flags if flag != "hidden"]
    review.version += 1
    review.open = reports.is_reported(review.id)
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
