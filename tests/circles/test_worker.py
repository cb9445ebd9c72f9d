"""The screening worker loses nothing, whatever happens to it, and one bad text never stops the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from forum.circles.models import Review, Revision
from forum.circles.reviews import born_screening
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.screening import queue
from forum.screening.engine import ScreeningUnavailable
from forum.screening.findings import Care, Finding, Screened
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db, writing
from tests import factories


def scored(text: str) -> Screened:
    return Screened({"toxicity": 0.2}, "routine", (), Care(), "nobody", 1, "test")


def a_submission(body: str = "It was a long week.") -> str:
    from forum.circles.content import Content, seal_content

    with writing():
        thread = factories.thread(factories.circle())
        post = factories.post(thread, is_opening=True)
        revision = factories.revision(post, body)
        revision.sealed = seal_content(revision.id, Content("T", body, "Quiet Heron", "", "<p>x</p>", "x"))
        factories.screening(revision)
        factories.review(revision, post, thread)
        return revision.id


def test_a_text_that_breaks_the_machine_is_set_aside_with_its_reason(app, clock):
    poison, other = a_submission("poison"), a_submission("fine")

    def fragile(text: str) -> Screened:
        if "poison" in text:
            raise MemoryError
        return scored(text)

    for _ in range(20):
        screen_next(fragile)
        clock.shift(1200)
    assert db.session.get(Screening, other).state == "done"
    aside = db.session.get(Screening, poison)
    assert (aside.state, aside.attempts) == ("set aside", queue.MOST_ATTEMPTS)
    assert "MemoryError" in aside.problem
    assert db.session.get(Revision, poison).state == "waiting"
    assert db.session.scalars(select(Review).where(Review.revision_id == poison, Review.open)).one()


def test_pauses_between_tries_grow(app, clock):
    revision_id = a_submission()

    def broken(text: str) -> Screened:
        raise ValueError

    pauses = []
    for _ in range(3):
        screen_next(broken)
        waits_until = db.session.get(Screening, revision_id, populate_existing=True).next_try_at
        pauses.append((waits_until - now()).total_seconds())
        clock.move_to(waits_until)
    assert pauses == [5, 20, 80]


def test_a_machine_that_is_away_counts_against_no_text(app, clock):
    revision_id = a_submission()

    def away(text: str) -> Screened:
        raise ScreeningUnavailable("the checkpoint is missing")

    for _ in range(10):
        screen_next(away)
        clock.shift(60)
    row = db.session.get(Screening, revision_id)
    assert (row.state, row.attempts, row.problem) == ("pending", 0, "the checkpoint is missing")
    screen_next(scored)
    assert db.session.get(Screening, revision_id, populate_existing=True).state == "done"


def test_the_machine_may_raise_a_review_and_never_lower_it(app):
    revision_id = a_submission()
    finding = Finding("c-1", "suicide", "C", 0, 5, "Thoughts of ending one's life.")
    alarmed = Screened({}, "care", ("suicide",), Care("C", (finding,)), "self", 1, "test")
    screen_next(lambda text: alarmed)
    review = db.session.scalars(select(Review).where(Review.revision_id == revision_id)).one()
    assert (review.lane, review.tier, review.rank) == ("care", "C", 1)
    with writing():
        db.session.get(Screening, revision_id).state = "pending"
    screen_next(scored)
    review = db.session.scalars(select(Review).where(Review.revision_id == revision_id)).one()
    assert (review.lane, review.tier, review.rank) == ("care", "C", 1)


def test_what_needs_care_is_scored_first(app):
    late, urgent = a_submission("later"), a_submission("first")
    with writing():
        db.session.get(Screening, urgent).urgency = 0
    order = []
    screen_next(lambda text: order.append(text) or scored(text))
    assert "first" in order[0]
    assert db.session.get(Screening, late).state == "pending"


def test_two_workers_share_the_work(engine_app):
    import threading

    ids = {a_submission(f"text {number}") for number in range(12)}
    seen: list[str] = []

    def work() -> None:
        with engine_app.app_context():
            while screen_next(lambda text: seen.append(text) or scored(text)):
                pass
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(seen) == len(set(seen)) == 12
    db.session.rollback()
    done = db.session.scalars(select(Screening.subject_id).where(Screening.state == "done")).all()
    assert set(done) == ids


def test_contempt_is_in_the_conduct_lane_from_the_submit_on_and_stays_beside_the_care_findings(app, clock):
    written = make_ready("", "I was told: rest.\n\nYou brought this on yourself.", "", is_opening=False)
    assert (written.lane, written.aim, written.flags) == ("conduct", "other", ("blame",))
    revision_id = a_submission()
    screen_next(lambda text: replace(scored(text), contempt=written.contempt, lane="conduct"))
    kept = db.session.get(Screening, revision_id).findings
    assert [finding["rule"] for finding in kept] == ["you-brought-it-on-yourself"]


def test_a_submission_is_born_with_the_contempt_that_was_found(app, clock):
    written = make_ready("", "You brought this on yourself.", "", is_opening=False)
    with writing():
        thread = factories.thread(factories.circle())
        revision = factories.revision(factories.post(thread, is_opening=False), written.body)
        born_screening(revision.id, written)
    kept = db.session.get(Screening, revision.id).findings
    assert [(finding["kind"], finding["tier"]) for finding in kept] == [("blame", None)]


def test_a_text_at_which_the_worker_always_dies_is_set_aside_and_the_next_is_taken(app, clock):
    class Killed(BaseException):
        pass

    deadly = a_submission("deadly")

    def dies(text: str) -> Screened:
        raise Killed

    for _ in range(queue.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            screen_next(dies)
        clock.shift(queue.LEASE.total_seconds() + 1)
    other = a_submission("fine")
    assert screen_next(scored)
    aside = db.session.get(Screening, deadly)
    assert (aside.state, aside.problem) == ("set aside", "every try to score it was cut off")
    assert db.session.get(Screening, other).state == "done"
    assert db.session.get(Revision, deadly).state == "waiting"
