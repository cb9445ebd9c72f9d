"""Writing to an author where nothing about the text is decided by it.

While a report or an appeal is open, and where the author goes on writing about a decided text.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from forum.circles import rules
from forum.circles.conversation import say
from forum.circles.models import Post, Review, Revision
from forum.moderation import actions, log
from forum.moderation.actions import Seen
from forum.moderation.offering import Moderator
from forum.notices import actions as notices
from forum.storage.clock import coarse, day_of
from forum.storage.database import db

ANSWER_HOURS = 24
"""How long an author is given to answer before the review is free again without their words."""


def ask(moderator: Moderator, review_id: str, seen: Seen, words: str, now: datetime) -> None:
    """Write to the author in an open report or appeal; it waits for their answer, for a day at most.

    What is hidden keeps its due time. Words about a decided text are answered by it, and the review rests
    until the author writes again. Raises `Stale`, `OwnText`, `NotAllowed`.
    """
    review, revision = _hold(moderator, review_id, seen, now, "ask")
    post = db.session.get_one(Post, review.post_id)
    say(review, "staff", words, now, moderator.staff_id)
    review.claimed_until = None
    if review.kind == "submission":
        _rest(review)
    elif revision.state != "hidden" and review.due_at is not None:
        review.due_at = max(review.due_at, coarse(now) + timedelta(hours=ANSWER_HOURS))
    notices.tell(post.pseudonym_id, "word", day_of(now), post_id=post.id)
    log.append(moderator.staff_id, "ask", "review", review.id, day_of(now))
    db.session.flush()


def let_rest(moderator: Moderator, review_id: str, seen: Seen, now: datetime) -> None:
    """Note that what an author wrote about a decided text needs no answer.

    Raises `Stale`, `OwnText`, and `NotAllowed` for any other review.
    """
    review, revision = _hold(moderator, review_id, seen, now, "let rest")
    if review.kind != "submission":
        raise rules.NotAllowed(revision.state, "moderator", "let rest")
    _rest(review)
    log.append(moderator.staff_id, "let rest", "review", review.id, day_of(now))
    db.session.flush()


def _hold(
    moderator: Moderator, review_id: str, seen: Seen, now: datetime, act: str
) -> tuple[Review, Revision]:
    review, revision = actions.lock(review_id)
    actions.refuse_own(moderator, review)
    actions.refuse_own_appeal(moderator, review, now)
    if review.kind == "submission" and revision.state in rules.PENDING:
        raise rules.NotAllowed(revision.state, "moderator", act)
    actions.hold_still(moderator, review, seen)
    return review, revision


def _rest(review: Review) -> None:
    actions.close(review)
    review.awaits_author = review.for_lead = False
    review.claimed_until = review.due_at = None
