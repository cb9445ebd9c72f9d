"""What a moderator does besides deciding what waits: hide at once, give a strike, decide an appeal."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select

from forum.circles import rules, waits
from forum.circles.conversation import say
from forum.circles.models import Decision, Post, Review, Revision
from forum.circles.reviews import open_review, weighed_by
from forum.circles.watching import WATCHED
from forum.members import sanctions
from forum.moderation import actions, claims, effects, log, reports
from forum.moderation.actions import Seen, Stale
from forum.moderation.offering import Moderator
from forum.moderation.rules import UNDER_CARE, Choice
from forum.notices import actions as notices
from forum.screening import lanes
from forum.screening.findings import Aim, Finding, Tier
from forum.screening.models import Screening
from forum.storage.clock import day_of
from forum.storage.database import db

STRIKE_DAYS = 90
SUSPENSIONS = (1, 7, 30)
"""For how many days writing can be paused. Longer is no measure but a farewell, and that is a lead's word."""


class NotForDistress(Exception):
    """A strike or pause was asked for where somebody is in danger."""


def hide_at_once(moderator: Moderator, post_id: str, seen: bytes, choice: Choice, now: datetime) -> Decision:
    """Take a published text from view, whoever holds its report. One moderator suffices.

    `seen` is the hash of what was read. Raises `Stale`, `OwnText`.
    """
    revision = db.session.scalars(
        select(Revision)
        .where(Revision.post_id == post_id, Revision.state == "published")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if revision is None or revision.hash != seen:
        raise Stale
    review = open_review(revision.id, "report") or reports.born_report(revision.id, post_id, now)
    actions.refuse_own(moderator, review)
    review.version += 1
    decision = actions.record(moderator, review, revision, replace(choice, outcome="hide"), now, alone=False)
    effects.hide(review, revision, decision, choice, now)
    log.append(moderator.staff_id, "hide", "review", review.id, day_of(now), choice.rule)
    db.session.flush()
    return decision


def sanction(moderator: Moderator, review_id: str, choice: Choice, days: int, now: datetime) -> Decision:
    """Give the name under which a text was written a strike, or pause its writing for some days.

    The outcome of the choice is `strike` or `suspend`. It is a decision of its own that can be appealed and
    undone. Raises `Stale`, `OwnText`, and `NotForDistress` where the text is under care: nobody is punished
    for being in danger.
    """
    review = db.session.get(Review, review_id, with_for_update=True)
    if review is None:
        raise Stale
    if review.tier in UNDER_CARE:
        raise NotForDistress
    actions.refuse_own(moderator, review)
    revision = db.session.get_one(Revision, review.revision_id)
    decision = actions.record(moderator, review, revision, choice, now, alone=False)
    post = db.session.get_one(Post, review.post_id)
    is_strike = choice.outcome == "strike"
    until = day_of(now) + timedelta(days=STRIKE_DAYS if is_strike else days)
    sanctions.give(post.pseudonym_id, "strike" if is_strike else "suspension", until, decision.id)
    notices.tell(post.pseudonym_id, "strike", day_of(now), words=choice.words, decision_id=decision.id)
    log.append(moderator.staff_id, choice.outcome, "review", review.id, day_of(now), choice.rule)
    db.session.flush()
    return decision


def weigh(
    moderator: Moderator, review_id: str, seen: Seen, tier: Tier | None, why: str, now: datetime
) -> Review:
    """Choose another tier for a review; lane, order and due time follow. It stays in the same hands.

    Only a person lowers: what they had before their eyes raises nothing again (`circles.rules.raised_to`).
    `why` is for moderators only. Raises `Stale`, `OwnText`, and `NotAllowed` where nothing would change.
    """
    review, revision = actions.lock(review_id)
    actions.refuse_own(moderator, review)
    actions.refuse_own_appeal(moderator, review, now)
    screening = db.session.get(Screening, revision.id)
    findings = [Finding(**one) for one in screening.findings] if screening else []
    labels = screening.labels if screening else {}
    present = cast("Tier | None", review.tier)
    lane = rules.lane_of_choice(review.kind, tier, findings, labels, cast(Aim, review.aim))
    actions.hold_still(moderator, review, seen)
    if (lane, tier) == (review.lane, review.tier):
        raise rules.NotAllowed(revision.state, "moderator", "weigh")
    start = waits.began(revision.submitted_at, review.due_at, review.lane, present, review.flags, now)
    weighed = rules.weigh(weighed_by(review.weighed), findings, present, tier, moderator.staff_id)
    if WATCHED in review.flags:
        weighed = replace(weighed, rules=(*weighed.rules, rules.WATCH_RULE))
    review.weighed = asdict(weighed)
    review.lane, review.tier, review.rank = lane, tier, lanes.rank(lane, tier)
    if revision.state != "hidden" or not review.told_late:
        review.due_at = waits.due_at(start, lane, tier, review.flags, waits.staffing(now))
    review.alerts = 0
    say(review, "desk", why, now, moderator.staff_id)
    log.append(
        moderator.staff_id,
        "weigh",
        "review",
        review.id,
        day_of(now),
        f"{present or 'none'} to {tier or 'none'}",
    )
    db.session.flush()
    return review


def decide_appeal(
    moderator: Moderator, review_id: str, seen: Seen, choice: Choice, now: datetime, others_on_duty: int
) -> Decision | None:
    """Uphold or overturn. A text that waits again is published in the same act where that is possible now.

    Raises what `actions.decide` raises.
    """
    decision = actions.decide(moderator, review_id, seen, choice, now, others_on_duty)
    if decision is not None and choice.outcome == "overturn":
        _publish_at_once(moderator, decision, choice, now, others_on_duty)
    return decision


def _publish_at_once(
    moderator: Moderator, overturned: Decision, choice: Choice, now: datetime, others_on_duty: int
) -> None:
    revision = db.session.get_one(Revision, overturned.revision_id)
    review = open_review(revision.id)
    screening = db.session.get(Screening, revision.id)
    post = db.session.get_one(Post, revision.post_id)
    may = screening is not None and rules.may_publish(revision.state, screening.state)  # type: ignore[arg-type]
    if review is None or not may or effects.is_blocked(post, revision):
        return
    if not claims.claim(moderator, review.id, now, is_measured=False):
        return
    publishing = Choice("publish", content_note=choice.content_note)
    actions.decide(moderator, review.id, Seen(review.version, revision.hash), publishing, now, others_on_duty)
