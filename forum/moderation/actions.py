"""What a moderator decides, and how it is undone.

A decision is one transaction: a conditional update on the review's version, its claim and the hash of the
text that was read; then the decision row, the new state, the notice and the log entry. Who comes second
finds nothing to update and gets `Stale`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import exists, select, update

from forum.circles import publishing, rules, talking, waits
from forum.circles.content import seal_words
from forum.circles.conversation import has_answered
from forum.circles.models import Decision, Post, Review, Revision
from forum.circles.reviews import open_review, reopen_review, revision_in, weighed_by
from forum.members import sanctions
from forum.moderation import effects, log, numbers, reports
from forum.moderation.offering import Moderator, not_made_by
from forum.moderation.rules import SANCTIONS, Choice, fits, may_undo
from forum.notices import actions as notices
from forum.screening.contempt import kinds_in
from forum.screening.findings import Aim
from forum.screening.lanes import hostile_labels
from forum.screening.models import Screening
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.types import new_id

LEADS_OUT = ("publish", "propose")
"""What lets others read a text, at once or once its author agrees."""


class Stale(Exception):
    """Somebody or something was faster: the review is not as it was read."""


class OwnText(Exception):
    """A moderator may not decide their own texts nor others in threads they write in."""


class Paused(rules.NotAllowed):
    """Writing is paused for the author: the text is answered, and not published while that lasts."""


class TooEarly(Exception):
    """A second person is wanted first."""


class CannotUndo(Exception):
    """The decision cannot be undone any more; `args[0]` says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the moderator had before their eyes when they decided."""

    version: int
    hash: bytes


def decide(
    moderator: Moderator, review_id: str, seen: Seen, choice: Choice, now: datetime, others_on_duty: int = 0
) -> Decision | None:
    """Decide a review. None when a first voice was recorded and a second person is wanted.

    Raises `Stale`, `OwnText`, `TooEarly`, `NotAllowed`, `Paused`, `NotScreened`.
    """
    review, revision = lock(review_id)
    refuse_own(moderator, review)
    refuse_own_appeal(moderator, review, now)
    hold_still(moderator, review, seen)
    if not fits(review.kind, choice.outcome, revision.state):  # type: ignore[arg-type]
        raise rules.NotAllowed(revision.state, "moderator", choice.outcome)
    if choice.outcome in LEADS_OUT and is_paused(review):
        raise Paused(revision.state, "moderator", choice.outcome)
    alone = False
    if _wants_two(moderator, review, revision, choice):
        verdict = _second_voice(moderator, review, revision, choice, now, others_on_duty)
        if verdict is None:
            return None
        alone = verdict == "alone"
    if review.kind == "appeal":
        alone = _made(moderator, review)
    decision = record(moderator, review, revision, choice, now, alone)
    effects.EFFECTS[choice.outcome](review, revision, decision, choice, now)
    _settle(review, revision, choice, now)
    log.append(moderator.staff_id, choice.outcome, "review", review.id, day_of(now), choice.rule)
    db.session.flush()
    return decision


def is_paused(review: Review) -> bool:
    """Whether writing was paused for the author of a text that waits, when they sent it."""
    return review.kind == "submission" and bool((review.band or {}).get("paused"))


def _wants_two(moderator: Moderator, review: Review, revision: Revision, choice: Choice) -> bool:
    """Whether somebody else must look as well: for the tier, or since one person alone has lowered it."""
    weighed = weighed_by(review.weighed)
    lowered_alone = weighed is not None and weighed.lowered_from_two and weighed.by == moderator.staff_id
    return rules.needs_two_people(
        review.tier,
        choice.outcome,
        revision.state,  # type: ignore[arg-type]
        lowered_alone=lowered_alone or review.first_by is not None,
    )


def lock(review_id: str) -> tuple[Review, Revision]:
    """A review and its text, locked: the text first, in the order in which an author's acts take them.

    Raises `Stale`.
    """
    revision_id = db.session.scalar(select(Review.revision_id).where(Review.id == review_id))
    revision = db.session.scalars(
        select(Revision)
        .where(Revision.id == revision_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    review = db.session.scalars(
        select(Review)
        .where(Review.id == review_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if review is None or revision is None or review.revision_id != revision.id:
        raise Stale
    return review, revision


def hold_still(moderator: Moderator, review: Review, seen: Seen) -> None:
    """The one conditional update that lets exactly one act through. Raises `Stale`."""
    won = db.session.execute(
        update(Review)
        .where(
            Review.id == review.id,
            Review.open,
            Review.version == seen.version,
            Review.claimed_by == moderator.staff_id,
            exists().where(Revision.id == Review.revision_id, Revision.hash == seen.hash),
        )
        .values(version=Review.version + 1)
        .returning(Review.id)
    ).first()
    if won is None:
        raise Stale
    db.session.refresh(review)


def refuse_own(moderator: Moderator, review: Review) -> None:
    """Raises `OwnText` for a review of one's own text, one's own thread or one's own report."""
    mine = db.session.scalar(
        select(Post.id).where(
            Post.thread_id == review.thread_id, Post.pseudonym_id.in_(moderator.pseudonym_ids)
        )
    )
    if mine is not None or (review.kind == "report" and review.revision_id in moderator.reported):
        raise OwnText


def refuse_own_appeal(moderator: Moderator, review: Review, now: datetime) -> None:
    """Nobody decides about their own decision, unless nobody else is there and its time is over.

    Raises `OwnText`.
    """
    allowed = select(Review.id).where(Review.id == review.id, not_made_by(moderator, now))
    if review.kind == "appeal" and db.session.scalar(allowed) is None:
        raise OwnText


def _made(moderator: Moderator, appeal: Review) -> bool:
    return db.session.get_one(Decision, appeal.about_id).staff_id == moderator.staff_id


def _second_voice(
    moderator: Moderator,
    review: Review,
    revision: Revision,
    choice: Choice,
    now: datetime,
    others_on_duty: int,
) -> str | None:
    """None: somebody else must speak. "together" or "alone": go on. Disagreement goes to a lead."""
    is_mine = review.first_by == moderator.staff_id
    if review.first_by is None or (is_mine and review.first_outcome != choice.outcome):
        review.first_by, review.first_outcome, review.first_at = moderator.staff_id, choice.outcome, now
        if others_on_duty > 0:
            review.claimed_until = None
        log.append(moderator.staff_id, "first voice", "review", review.id, day_of(now), choice.rule)
        return None
    if is_mine:
        if not choice.alone or not rules.may_decide_alone(review.first_at or now, now, others_on_duty):
            raise TooEarly
        return "alone"
    if review.first_outcome == choice.outcome:
        return "together"
    review.first_by = review.first_outcome = review.first_at = None
    review.for_lead = True
    review.claimed_until = None
    if revision.state == "waiting":
        revision.state = rules.next_state("waiting", "moderator", "hold")
        revision.until = rules.ends_on("held", day_of(now))
    log.append(moderator.staff_id, "disagree", "review", review.id, day_of(now), choice.rule)
    return None


def record(
    moderator: Moderator, review: Review, revision: Revision, choice: Choice, now: datetime, alone: bool
) -> Decision:
    """Write down a decision about the text as it is now, with what the machine held it for."""
    screening = db.session.get(Screening, revision.id)
    decision = Decision(
        id=new_id(),
        review_id=review.id,
        revision_id=revision.id,
        revision_hash=revision.hash,
        staff_id=moderator.staff_id,
        outcome=choice.outcome,
        rule=choice.rule,
        content_note=choice.content_note,
        alone=alone,
        lane=review.lane,
        tier=review.tier,
        machine=_held_for(review, screening) if screening else [],
        day=day_of(now),
    )
    if choice.words and choice.outcome != "escalate":
        decision.sealed_words = seal_words(choice.words, "decision", decision.id)
    db.session.add(decision)
    db.session.flush()
    return decision


def _held_for(review: Review, screening: Screening) -> list[str]:
    """The labels over their thresholds and, where a rule of contempt made it conduct, the kinds it found."""
    labels = hostile_labels(screening.labels, cast(Aim, review.aim))
    return [*labels, *(kinds_in(screening.findings) if review.lane == "conduct" else ())]


def _settle(review: Review, revision: Revision, choice: Choice, now: datetime) -> None:
    """Close the review unless talk goes on, count the wait, and let exact times go where they may."""
    if review.claimed_at is not None:
        numbers.count_in_hand(review.lane, review.claimed_at, now)
    review.claimed_until = review.claimed_at = None
    review.first_by = review.first_outcome = review.first_at = None
    if choice.outcome in ("hold", "escalate"):
        review.last_word_on = day_of(now)
        return
    if review.kind != "submission":
        _settle_report(review, choice, now)
        return
    if revision.submitted_at is not None:
        waits.count_wait(review.lane, revision.submitted_at, now)
    close(review)
    if choice.outcome not in rules.GRACE_ACTS:
        forget_exact(review, revision)


def _settle_report(review: Review, choice: Choice, now: datetime) -> None:
    """Close a report or an appeal; a text that was only hidden still waits for its outcome."""
    if choice.outcome == "hide":
        return
    if review.kind == "report":
        reports.tell_outcome(review, choice.outcome, day_of(now))
    close(review)
    review.due_at = None


def close(review: Review) -> None:
    """End a review; whatever its author said last needs no answer any more."""
    review.open = False
    review.flags = [flag for flag in review.flags if flag != waits.ANSWERED]


def forget_exact(review: Review, revision: Revision) -> None:
    """Let go of the band and of times finer than a day, once a decision can no longer be taken back."""
    review.band = review.due_at = None
    revision.submitted_at = revision.grace_until = None


def undo(moderator: Moderator, decision_id: str, now: datetime) -> Decision:
    """Reverse a decision by a further one that names it. Raises `CannotUndo`, `OwnText`, `Stale`."""
    before = db.session.scalars(select(Decision).where(Decision.id == decision_id).with_for_update()).first()
    if before is None:
        raise Stale
    revision = db.session.get_one(Revision, before.revision_id, with_for_update=True)
    review = db.session.get_one(Review, before.review_id, with_for_update=True)
    refuse_own(moderator, review)
    if before.outcome in SANCTIONS:
        return _lift(moderator, before, review, revision, now)
    if before.outcome == "escalate":
        return _take_from_lead(moderator, before, review, revision, now)
    reversal = db.session.scalar(select(Decision.id).where(Decision.reverses_id == before.id))
    why = may_undo(
        before.outcome,
        revision.state,  # type: ignore[arg-type]
        in_force=before.in_force,
        reversed_before=reversal is not None,
        author_acted=review.decision_id not in (None, before.id),
        author_answered=has_answered(review.id),
    )
    if why or revision.sealed is None:
        raise CannotUndo(why or "the text is gone")
    decision = _reversal(moderator, before, review, revision, now)
    _reverse(before, review, revision, now)
    db.session.flush()
    return decision


def _lift(
    moderator: Moderator, before: Decision, review: Review, revision: Revision, now: datetime
) -> Decision:
    if not before.in_force:
        raise CannotUndo("undone before")
    decision = _reversal(moderator, before, review, revision, now)
    sanctions.lift(before.id)
    db.session.flush()
    return decision


def _take_from_lead(
    moderator: Moderator, before: Decision, review: Review, revision: Revision, now: datetime
) -> Decision:
    """An escalated review is for everybody again, unless it is decided or a lead holds it."""
    if not before.in_force:
        raise CannotUndo("undone before")
    is_held = review.claimed_until is not None and review.claimed_until > now
    if not review.open or not review.for_lead or (is_held and review.claimed_by != moderator.staff_id):
        raise CannotUndo("moved on")
    review.for_lead = False
    return _reversal(moderator, before, review, revision, now)


def _reversal(
    moderator: Moderator, before: Decision, review: Review, revision: Revision, now: datetime
) -> Decision:
    decision = record(moderator, review, revision, Choice("undo"), now, alone=False)
    decision.reverses_id = before.id
    before.in_force = False
    log.append(moderator.staff_id, "undo", "review", review.id, day_of(now))
    db.session.flush()
    return decision


def _reverse(before: Decision, review: Review, revision: Revision, now: datetime) -> None:
    post = db.session.get_one(Post, revision.post_id)
    today = day_of(now)
    if before.outcome in ("hide", "remove"):
        publishing.show(revision, "moderator", "undo", today, before.content_note)
        effects.no_longer_hidden(review)
        notices.tell(post.pseudonym_id, "shown", today, post_id=post.id)
    elif before.outcome == "annotate":
        effects.take_note_off(revision, today)
    elif before.outcome == "leave":
        if open_review(revision.id, "report"):
            raise CannotUndo("moved on")
        reports.reopen(review, now)
    elif before.outcome == "publish" and publishing.is_for_moderators(post):
        _reopen(post, revision, now)
    elif before.outcome == "publish":
        publishing.take_down(revision, "moderator", "undo", today)
        effects.review_hidden(review, revision, now)
        notices.tell(post.pseudonym_id, "hidden", today, post_id=post.id)
    else:
        effects.lapse_proposals(revision, now)
        revision.state = rules.next_state(revision.state, "moderator", "undo")  # type: ignore[arg-type]
        revision.until = revision.grace_until = None
        reopen_review(revision, now)


def _reopen(post: Post, revision: Revision, now: datetime) -> None:
    """Let what only moderators read wait again: nobody else ever saw it, so there is nothing to hide.

    Raises `CannotUndo` where its author has sent a newer version or begun another conversation meanwhile.
    """
    goes_on = effects.is_talk(post) and talking.going_on([post.pseudonym_id])
    if goes_on or revision_in(post.id, rules.PENDING):
        raise CannotUndo("the author acted")
    publishing.take_down(revision, "moderator", "reopen", day_of(now))
    reopen_review(revision, now)
    notices.tell(post.pseudonym_id, "reopened", day_of(now), post_id=post.id)
