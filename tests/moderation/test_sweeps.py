"""Nothing rests in a state without a time limit: what the clock ends, tells, raises and erases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.circles import rules
from forum.circles.content import open_content
from forum.circles.models import Review, Revision
from forum.moderation import sweeps
from forum.moderation.actions import Seen, decide
from forum.moderation.claims import claim
from forum.moderation.offering import Moderator
from forum.moderation.rules import Choice
from forum.notices.models import Notice
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.sealing import CannotOpen
from forum.storage.types import new_id
from tests import factories

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def stopped_clock(clock):
    return clock


def submission(body: str = "It was a long week.") -> Review:
    with writing():
        thread = factories.thread(factories.circle())
        post = factories.post(thread, is_opening=True)
        revision = factories.revision(post, body)
        from forum.circles.content import Content, hash_of, seal_content

        content = Content("A title", body, "Quiet Heron", "", f"<p>{body}</p>", body)
        revision.sealed = seal_content(revision.id, content)
        revision.hash = hash_of(content.title, content.body, content.name, content.note)
        revision.submitted_at = now()
        factories.screening(revision, "done")
        review = factories.review(revision, post, thread)
        review.band = {"first_text": True, "strikes": "none"}
        return review


def decided(review: Review, outcome: str) -> Revision:
    moderator = Moderator(new_id())
    with writing():
        claim(moderator, review.id, now())
        fresh = db.session.get_one(Review, review.id, populate_existing=True)
        revision = db.session.get_one(Revision, fresh.revision_id)
        words = "A reason that is long enough."
        decide(moderator, review.id, Seen(fresh.version, revision.hash), Choice(outcome, "R1", words), now())
        return revision


def sweep(act) -> None:
    with writing():
        act(now())


def kinds_told() -> list[str]:
    return sorted(db.session.scalars(select(Notice.kind)))


def test_exact_times_and_the_band_go_when_the_grace_window_closes(app, clock):
    review = submission()
    revision = decided(review, "return")
    assert revision.submitted_at is not None
    clock.shift(299)
    sweep(sweeps.close_grace)
    assert db.session.get(Review, review.id).band is not None
    clock.shift(1)
    sweep(sweeps.close_grace)
    revision, review = db.session.get(Revision, revision.id), db.session.get(Review, review.id)
    assert revision.submitted_at is revision.grace_until is review.band is review.due_at is None


@pytest.mark.parametrize(("outcome", "days", "then"), [("return", 31, "withdrawn"), ("hold", 8, "waiting")])
def test_a_state_ends_on_its_last_day_and_not_before(app, clock, outcome, days, then):
    revision = decided(submission(), outcome)
    clock.shift((days - 1) * DAY)
    sweep(sweeps.end_what_is_over)
    assert db.session.get(Revision, revision.id).state != then
    clock.shift(DAY)
    sweep(sweeps.end_what_is_over)
    assert db.session.get(Revision, revision.id).state == then


def test_a_quiet_conversation_comes_back_flagged_in_front_of_moderators(app, clock):
    review = submission()
    decided(review, "hold")
    clock.shift(8 * DAY)
    sweep(sweeps.end_what_is_over)
    fresh = db.session.get(Review, review.id)
    assert fresh.open
    assert "quiet-week" in fresh.flags
    assert not fresh.awaits_author


def test_a_declined_text_is_kept_for_twenty_days_and_then_erased(app, clock):
    revision = decided(submission(), "decline")
    clock.shift(20 * DAY)
    sweep(sweeps.end_what_is_over)
    assert open_content(db.session.get(Revision, revision.id)).body
    clock.shift(DAY)
    sweep(sweeps.end_what_is_over)
    with pytest.raises(CannotOpen):
        open_content(db.session.get(Revision, revision.id))
    assert db.session.get(Screening, revision.id) is None


def test_a_text_under_an_open_review_is_not_erased(app, clock):
    review = submission()
    revision = decided(review, "decline")
    with writing():
        again = factories.review(revision, _post(review), _thread(review))
        again.kind = "appeal"
    clock.shift(40 * DAY)
    sweep(sweeps.end_what_is_over)
    assert open_content(db.session.get(Revision, revision.id)).body


def _post(review: Review):
    from forum.circles.models import Post

    return db.session.get(Post, review.post_id)


def _thread(review: Review):
    from forum.circles.models import Thread

    return db.session.get(Thread, review.thread_id)


def test_the_author_is_told_once_when_the_time_has_passed(app, clock):
    submission()
    clock.shift(3601)
    sweep(sweeps.raise_late)
    sweep(sweeps.raise_late)
    assert kinds_told() == ["late"]


def test_a_hidden_text_tops_its_lane_after_a_day(app, clock):
    review = submission()
    decided(review, "publish")
    shown = db.session.scalars(select(Revision)).one()
    report = Review(
        id=new_id(),
        kind="report",
        revision_id=shown.id,
        post_id=review.post_id,
        thread_id=review.thread_id,
        circle_id=review.circle_id,
        lane="reported",
        rank=4,
        due_at=now() + timedelta(hours=8),
    )
    with writing():
        db.session.add(report)
    decided(report, "hide")
    fresh = db.session.scalars(select(Review).where(Review.kind == "report", Review.open)).one()
    clock.shift(24 * 3600 + 61)
    sweep(sweeps.raise_late)
    assert db.session.get(Review, fresh.id, populate_existing=True).due_at == sweeps.TOP
    assert "late" in kinds_told()
    assert db.session.get(Revision, shown.id).state == "hidden"


def test_a_text_that_the_machine_cannot_read_twice_goes_back(app, clock):
    review = submission()
    with writing():
        screening = db.session.get(Screening, review.revision_id)
        screening.state = "set aside"
    sweep(sweeps.return_unreadable)
    assert db.session.get(Revision, review.revision_id).state == "waiting", "somebody may try again first"
    with writing():
        db.session.get(Screening, review.revision_id).tried_again = True
    sweep(sweeps.return_unreadable)
    assert db.session.get(Revision, review.revision_id).state == "returned"
    assert kinds_told() == ["unreadable"]


def test_a_returned_text_is_announced_a_week_before_it_ends(app, clock):
    revision = decided(submission(), "return")
    clock.shift(23 * DAY)
    sweep(sweeps.warn_before_end)
    assert "ending" not in kinds_told()
    clock.move_to(now() + timedelta(days=1))
    sweep(sweeps.warn_before_end)
    sweep(sweeps.warn_before_end)
    assert kinds_told().count("ending") == 1
    assert revision.until - timedelta(days=rules.RETURNED_NOTICE_DAYS) == now().date()
