"""Who may decide what when: leases, stale clicks, the second person, recusal. On both engines."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from forum.circles import actions as life
from forum.circles import rules, waits
from forum.circles.models import Decision, PublishedPost, PublishedThread, Review, WaitCount
from forum.circles.reviews import Changed
from forum.moderation import actions, claims, log
from forum.moderation.actions import Moderator, OwnText, Stale, TooEarly
from forum.moderation.rules import Choice
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from tests import factories
from tests.moderation import desk

GOODBYE = "I have said goodbye to everyone and tonight I will end my life."


@pytest.fixture
def clocked(clock: time_machine.Traveller) -> time_machine.Traveller:
    return clock


def waiting_texts(count: int) -> list[str]:
    """Bare reviews that wait; quicker than sending them."""
    with writing():
        circle = factories.circle()
        ids = []
        for _ in range(count):
            thread = factories.thread(circle)
            post = factories.post(thread, is_opening=True)
            text = factories.revision(post)
            ids.append(factories.review(text, post, thread).id)
        return ids


def in_threads(app: Flask, count: int, act) -> list[BaseException]:
    """Run `act(number)` in threads with connections of their own; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(count)

    def play(number: int) -> None:
        with app.app_context():
            try:
                start.wait()
                act(number)
            except BaseException as error:
                raised.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=play, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_moderators_at_once_decide_each_review_once(engine_app: Flask) -> None:
    reviews = waiting_texts(18)
    decided: Counter[str] = Counter()

    def work(_number: int) -> None:
        me = Moderator(new_id())
        while True:
            with writing():
                review_id = claims.take_next(me, [], now())
            if review_id is None:
                return
            desk.decide(me, review_id, "return", desk.seen(review_id))
            decided[review_id] += 1

    db.session.remove()
    assert in_threads(engine_app, 6, work) == []
    assert decided == Counter(reviews)
    assert db.session.scalar(db.select(db.func.count()).select_from(Decision)) == 18
    assert log.verify(current_settings().anchor_file) is None


def test_replies_published_at_once_each_get_a_place_and_are_counted(engine_app: Flask) -> None:
    ana, ben = desk.Author(), desk.Author()
    opening = ana.opens(desk.a_circle())
    desk.screen_all()
    desk.decide(Moderator(new_id()), desk.review_of(opening).id, "publish")
    replies = [ben.replies(opening) for _ in range(5)]
    desk.screen_all()
    moderators = [Moderator(new_id()) for _ in replies]
    reviews = [desk.review_of(post_id).id for post_id in replies]
    seen = [desk.read(me, review_id) for me, review_id in zip(moderators, reviews, strict=True)]
    db.session.remove()

    def publish(number: int) -> None:
        desk.decide(moderators[number], reviews[number], "publish", seen[number])

    assert in_threads(engine_app, 5, publish) == []
    places = db.session.scalars(
        db.select(PublishedPost.position).where(PublishedPost.is_opening.is_(False))
    ).all()
    assert sorted(places) == [1, 2, 3, 4, 5]
    assert db.session.scalars(db.select(PublishedThread.replies)).one() == 5


def test_the_first_waits_of_an_hour_are_counted_at_once(engine_app: Flask) -> None:
    def count(_number: int) -> None:
        with writing():
            waits.count_wait("routine", now() - timedelta(minutes=7), now())

    db.session.remove()
    assert in_threads(engine_app, 6, count) == []
    assert db.session.scalars(db.select(WaitCount.count)).all() == [6]


def test_two_clicks_at_once_are_one_decision(engine_app: Flask) -> None:
    (review_id,) = waiting_texts(1)
    me = Moderator(new_id())
    before = desk.read(me, review_id)
    db.session.remove()
    raised = in_threads(engine_app, 4, lambda _n: desk.decide(me, review_id, "return", before))
    assert [type(error) for error in raised] == [Stale] * 3
    assert db.session.scalar(db.select(db.func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize("first", ["publish", "withdraw"])
def test_publishing_against_withdrawing(engine_app: Flask, first: str) -> None:
    ana, me = desk.Author(), Moderator(new_id())
    post_id = ana.opens(desk.a_circle())
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    before = desk.read(me, review_id)
    if first == "publish":
        desk.decide(me, review_id, "publish", before)
        with pytest.raises(Changed), writing():
            life.withdraw(ana.vault, post_id, now())
        assert desk.text_of(post_id).state == "published"
    else:
        with writing():
            life.withdraw(ana.vault, post_id, now())
        with pytest.raises(Stale):
            desk.decide(me, review_id, "publish", before)
        assert desk.text_of(post_id).state == "withdrawn"
        assert db.session.scalar(db.select(PublishedPost.post_id)) is None


def test_publishing_and_withdrawing_at_once(engine_app: Flask) -> None:
    ana, me = desk.Author(), Moderator(new_id())
    post_id = ana.opens(desk.a_circle())
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    before = desk.read(me, review_id)
    db.session.remove()

    def act(number: int) -> None:
        if number:
            desk.decide(me, review_id, "publish", before)
        else:
            with writing():
                life.withdraw(ana.vault, post_id, now())

    raised = in_threads(engine_app, 2, act)
    assert len(raised) == 1
    assert isinstance(raised[0], (Stale, Changed, rules.NotAllowed))
    state = desk.text_of(post_id).state
    assert state in ("published", "withdrawn")
    assert bool(db.session.scalar(db.select(PublishedPost.post_id))) == (state == "published")


@pytest.mark.parametrize("first", ["publish", "edit"])
def test_publishing_against_editing(engine_app: Flask, first: str) -> None:
    ana, me = desk.Author(), Moderator(new_id())
    post_id = ana.opens(desk.a_circle(), "The old words.")
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    before = desk.read(me, review_id)
    if first == "publish":
        desk.decide(me, review_id, "publish", before)
        ana.edits(post_id, "The new words.")
        shown = db.session.get_one(PublishedPost, post_id)
        assert "old words" in shown.plain, "an edit waits beside what is published"
        assert desk.review_of(post_id).id != review_id
    else:
        ana.edits(post_id, "The new words.")
        desk.screen_all()
        with pytest.raises(Stale):
            desk.decide(me, review_id, "publish", before)
        assert desk.review_of(post_id).id == review_id, "the review goes on with the newer text"
        desk.decide(me, review_id, "publish")
        assert "new words" in db.session.get_one(PublishedPost, post_id).plain


def test_a_decision_after_the_lease_counts_while_nobody_has_claimed(
    engine_app: Flask, clock: time_machine.Traveller
) -> None:
    review_id, other_id = waiting_texts(2)
    me, other = Moderator(new_id()), Moderator(new_id())
    mine, lost = desk.read(me, review_id), desk.read(me, other_id)
    clock.shift(rules.LEASE + timedelta(minutes=1))
    assert desk.decide(me, review_id, "return", mine) is not None
    desk.read(other, other_id)
    with pytest.raises(Stale):
        desk.decide(me, other_id, "return", lost)


def test_a_running_lease_keeps_others_out_and_is_given_back(app: Flask) -> None:
    (review_id,) = waiting_texts(1)
    me, other = Moderator(new_id()), Moderator(new_id())
    desk.read(me, review_id)
    with writing():
        assert not claims.claim(other, review_id, now())
        assert claims.take_next(other, [], now()) is None
        claims.release(other, review_id)
        assert not claims.claim(other, review_id, now()), "only the holder gives it back"
        claims.release(me, review_id)
        assert claims.take_next(other, [], now()) == review_id


def care_text(outcome_words: str = GOODBYE) -> str:
    post_id = desk.Author().opens(desk.a_circle(), outcome_words)
    desk.screen_all()
    review = desk.review_of(post_id)
    assert (review.lane, review.tier) == ("care", "D")
    return post_id


@pytest.mark.parametrize("outcome", ["publish", "decline"])
def test_two_people_who_agree(engine_app: Flask, outcome: str) -> None:
    post_id = care_text()
    review_id = desk.review_of(post_id).id
    one, two = Moderator(new_id()), Moderator(new_id())
    assert desk.decide(one, review_id, outcome, others=1) is None
    assert desk.text_of(post_id).state == "waiting"
    with writing():
        assert claims.take_next(one, [], now()) is None, "the second voice is somebody else's"
    decision = desk.decide(two, review_id, outcome, others=1)
    assert decision is not None
    assert not decision.alone
    assert desk.text_of(post_id).state == {"publish": "published", "decline": "declined"}[outcome]


def test_two_people_who_disagree_leave_it_to_a_lead(app: Flask) -> None:
    post_id = care_text()
    review_id = desk.review_of(post_id).id
    assert desk.decide(Moderator(new_id()), review_id, "publish", others=1) is None
    assert desk.decide(Moderator(new_id()), review_id, "decline", others=1) is None
    review = desk.review_of(post_id)
    assert (review.open, review.for_lead, desk.text_of(post_id).state) == (True, True, "held")
    with writing():
        assert claims.take_next(Moderator(new_id()), [], now()) is None
        assert claims.take_next(Moderator(new_id(), is_lead=True), [], now()) == review_id


def test_the_first_may_complete_alone_after_half_an_hour(app: Flask, clock: time_machine.Traveller) -> None:
    post_id = care_text()
    review_id = desk.review_of(post_id).id
    me = Moderator(new_id())
    assert desk.decide(me, review_id, "publish", others=1) is None
    with pytest.raises(TooEarly):
        desk.decide(me, review_id, "publish", others=1)
    clock.shift(rules.SECOND_WAIT)
    with pytest.raises(TooEarly):
        desk.decide(me, review_id, "publish", others=1)
    decision = desk.finish_alone(me, review_id, Choice("publish", "R3", desk.WORDS), others=1)
    assert decision is not None
    assert decision.alone


def test_with_nobody_else_on_duty_one_person_finishes_in_a_second_step_and_it_is_marked(app: Flask) -> None:
    post_id, me = care_text(), Moderator(new_id())
    review_id = desk.review_of(post_id).id
    choice = Choice("publish", "R3", desk.WORDS, alone=True)
    before = desk.read(me, review_id)
    with writing():
        assert actions.decide(me, review_id, before, choice, now(), 0) is None, "never by the first press"
    assert desk.text_of(post_id).state == "waiting"
    with pytest.raises(TooEarly):
        desk.decide(me, review_id, "publish")
    decision = desk.finish_alone(me, review_id, choice)
    assert decision is not None
    assert decision.alone


def test_who_changes_their_mind_before_finishing_alone_begins_anew(app: Flask) -> None:
    post_id, me = care_text(), Moderator(new_id())
    review_id = desk.review_of(post_id).id
    first = desk.read(me, review_id)
    with writing():
        actions.decide(me, review_id, first, Choice("publish"), now(), 0)
    changed = Choice("decline", "R3", desk.WORDS, alone=True)
    assert desk.finish_alone(me, review_id, changed) is None
    assert desk.review_of(post_id).first_outcome == "decline"
    assert desk.text_of(post_id).state == "waiting"


@pytest.mark.parametrize("outcome", ["return", "hold"])
def test_answering_a_text_of_tier_d_takes_one_person(app: Flask, outcome: str) -> None:
    decision = desk.decide(Moderator(new_id()), desk.review_of(care_text()).id, outcome, others=3)
    assert decision is not None
    assert not decision.alone


def test_hiding_takes_one_person_whatever_the_tier(app: Flask, clock: time_machine.Traveller) -> None:
    post_id = care_text()
    desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "publish", others=0)
    undone = db.session.scalars(db.select(Decision)).one()
    with writing():
        actions.undo(Moderator(new_id()), undone.id, now())
    assert desk.text_of(post_id).state == "hidden"
    assert desk.review_of(post_id, "report").open


def test_one_s_own_matters_are_neither_offered_nor_decided(app: Flask) -> None:
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle())
    review = desk.review_of(post_id)
    me = Moderator(new_id(), pseudonym_ids=frozenset(life._names(ana.vault)))
    with writing():
        assert claims.take_next(me, [review.thread_id], now()) is None
    with pytest.raises(OwnText):
        desk.decide(me, review.id, "return")
    entries = db.session.scalars(db.select(log.StagedEntry)).all()
    assert entries == [], "recusal is never logged"


def test_the_desk_passes_over_what_waits_for_its_author(app: Flask) -> None:
    (review_id,) = waiting_texts(1)
    me = Moderator(new_id())
    desk.decide(me, review_id, "hold")
    with writing():
        assert claims.take_next(Moderator(new_id()), [], now()) is None
        db.session.execute(db.update(Review).values(awaits_author=False))
        assert claims.take_next(Moderator(new_id()), [], now()) == review_id
