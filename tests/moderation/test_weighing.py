"""The machine may only raise a tier; a person lowers it, with a reason, and raises it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from forum.care.panel import aftercare
from forum.circles import tasks
from forum.circles.models import Message, Review, Revision
from forum.circles.rules import NotAllowed
from forum.moderation import actions, claims, interventions, sweeps
from forum.moderation.actions import Moderator, Seen, Stale
from forum.moderation.models import StagedEntry
from forum.moderation.rules import Choice
from forum.screening.care import read_care
from forum.screening.findings import Screened
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, take
from tests.people import Person

WHY = "These are the last lines of a song, and she says so."


def waits_in_care(body: str = GOODBYE) -> tuple[desk.Author, str]:
    ana = desk.Author()
    return ana, ana.opens(desk.a_circle(), body)


def choose(who: Moderator | None, post_id: str, tier: str | None, kind: str = "submission") -> Review:
    """Choose a tier; nobody in particular gives the review back afterwards."""
    me, review = who or Moderator(new_id()), desk.review_of(post_id, kind)
    seen = desk.read(me, review.id)
    with writing():
        interventions.weigh(me, review.id, seen, tier, WHY, now())
        if who is None:
            claims.release(me, review.id)
    return desk.review_of(post_id, kind)


def reads(text: str, **scores: float) -> Screened:
    care = read_care(text)
    lane = "care" if care.tier in ("B", "C", "D") else "routine"
    return Screened(dict(scores), lane, (), care, "other", 1, "test")


def settle(machine) -> None:
    while tasks.screen_next(machine):
        pass


def at(review: Review) -> tuple[str, str | None, int]:
    return review.lane, review.tier, review.rank


@pytest.mark.parametrize(
    ("tier", "place", "minutes"),
    [
        ("C", ("care", "C", 1), 60),
        ("E", ("care", "E", 2), 60),
        ("B", ("care", "B", 3), 240),
        ("A", ("routine", "A", 4), 24 * 60),
        (None, ("routine", None, 4), 24 * 60),
    ],
)
def test_lane_order_and_due_time_follow_the_chosen_tier(
    engine_app: Flask, clock, tier: str | None, place: tuple[str, str | None, int], minutes: int
) -> None:
    _ana, post_id = waits_in_care()
    sent = desk.text_of(post_id).submitted_at
    assert at(desk.review_of(post_id)) == ("care", "D", 0)
    clock.shift(timedelta(minutes=12))
    review = choose(Moderator(new_id()), post_id, tier)
    assert at(review) == place
    assert review.due_at == sent + timedelta(minutes=minutes), "counted from the submission"
    assert review.claimed_until > now(), "it stays in the same hands"
    assert review.alerts == 0


def test_the_log_holds_no_words_and_the_reason_is_for_moderators(app: Flask) -> None:
    ana, post_id = waits_in_care()
    review = choose(None, post_id, None)
    entry = db.session.scalars(db.select(StagedEntry).where(StagedEntry.act == "weigh")).one()
    assert (entry.object_id, entry.rule) == (review.id, "D to none")
    said = db.session.scalars(db.select(Message)).one()
    assert said.side == "desk"
    person = Person(app, key=ana.key)
    assert WHY not in person.browser.get(f"/mine/{post_id}").text
    assert 'id="help"' in person.browser.get(f"/mine/{post_id}").text, "help once offered stays"


def test_the_same_findings_raise_nothing_again(engine_app: Flask) -> None:
    ana, post_id = waits_in_care()
    choose(None, post_id, None)
    settle(reads)
    assert at(desk.review_of(post_id)) == ("routine", None, 4)
    ana.edits(post_id, f"{GOODBYE} So the song ends.")
    settle(reads)
    assert at(desk.review_of(post_id)) == ("routine", None, 4)


def test_a_new_finding_of_the_machine_raises(app: Flask) -> None:
    _ana, post_id = waits_in_care("I do not want to be here any more.")
    assert desk.review_of(post_id).tier == "B"
    choose(None, post_id, None)
    settle(lambda text: reads(f"{text} {GOODBYE}"))
    assert at(desk.review_of(post_id)) == ("care", "D", 0)


def test_a_newer_version_with_higher_words_raises_and_is_due_again(app: Flask, clock) -> None:
    ana, post_id = waits_in_care("I do not want to be here any more.")
    choose(None, post_id, None)
    clock.shift(timedelta(hours=1))
    ana.edits(post_id, GOODBYE)
    review = desk.review_of(post_id)
    assert at(review) == ("care", "D", 0)
    assert review.due_at <= now() + timedelta(minutes=15)


def test_what_was_weighed_holds_for_an_edit_after_it_was_published(app: Flask) -> None:
    ana, post_id = waits_in_care()
    choose(None, post_id, "A")
    desk.publish(post_id)
    ana.edits(post_id, f"{GOODBYE} So the song ends.")
    assert at(desk.review_of(post_id)) == ("routine", "A", 4)
    ana.edits(post_id, f"{GOODBYE} I want to kill myself.")
    assert desk.review_of(post_id).lane == "care"


def test_a_score_makes_no_conduct_of_what_was_left_as_distress(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    choose(None, post_id, "A")
    settle(lambda text: replace(reads(text, insult=0.99), lane="care"))
    assert at(desk.review_of(post_id)) == ("routine", "A", 4)


def test_it_is_raised_again_by_a_person_and_is_due_as_from_its_submission(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    before = desk.review_of(post_id).due_at
    me = Moderator(new_id())
    choose(me, post_id, None)
    review = choose(me, post_id, "D")
    assert at(review) == ("care", "D", 0)
    assert review.due_at == before


def test_a_person_raises_what_the_machine_did_not_see(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    assert at(choose(None, post_id, "C")) == ("care", "C", 1)


def test_who_lowered_it_from_two_people_does_not_publish_it_alone(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    desk.screen_all()
    mo, kim = Moderator(new_id()), Moderator(new_id())
    review = choose(mo, post_id, "B")
    assert desk.read(mo, review.id)
    with writing():
        first = actions.decide(mo, review.id, desk.seen(review.id), Choice("publish"), now(), 1)
    assert first is None
    assert desk.text_of(post_id).state == "waiting"
    assert desk.decide(kim, review.id, "publish", others=1) is not None
    assert desk.text_of(post_id).state == "published"


def test_somebody_else_publishes_what_was_lowered_with_one_voice(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    desk.screen_all()
    choose(None, post_id, "B")
    decision = desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "publish", others=1)
    assert decision is not None
    assert not decision.alone


def test_a_first_voice_about_an_older_version_is_no_voice_about_the_newer(app: Flask) -> None:
    ana, post_id = waits_in_care()
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    assert desk.decide(Moderator(new_id()), review_id, "publish", others=1) is None
    ana.edits(post_id, f"{GOODBYE} Nobody has read this line.")
    desk.screen_all()
    assert desk.decide(Moderator(new_id()), review_id, "publish", others=1) is None
    assert desk.text_of(post_id).state == "waiting"


def test_it_binds_to_what_was_read(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    me, review = Moderator(new_id()), desk.review_of(post_id)
    seen = desk.read(me, review.id)
    for who, what in ((me, Seen(seen.version + 1, seen.hash)), (Moderator(new_id()), seen)):
        with writing(), pytest.raises(Stale):
            interventions.weigh(who, review.id, what, "B", WHY, now())
    mine = Moderator(new_id(), pseudonym_ids=frozenset({_author_of(post_id)}))
    with writing(), pytest.raises(actions.OwnText):
        interventions.weigh(mine, review.id, seen, "B", WHY, now())
    with writing(), pytest.raises(NotAllowed):
        interventions.weigh(me, review.id, seen, "D", WHY, now())
    assert at(desk.review_of(post_id)) == ("care", "D", 0)


def _author_of(post_id: str) -> str:
    return db.session.get(desk.Post, post_id).pseudonym_id


def test_a_worry_that_was_lowered_is_among_the_reported_again(app: Flask) -> None:
    _ana, post_id = waits_in_care("A long week.")
    desk.publish(post_id)
    worried = {"reason": "worried", "note": "I think she is going to kill herself tonight."}
    Person(app).browser.post(f"/posts/{post_id}/report", data=worried)
    raised = desk.review_of(post_id, "report")
    assert raised.lane == "care"
    began = raised.due_at - timedelta(minutes=60 if raised.tier == "C" else 15)
    review = choose(None, post_id, None, "report")
    assert (review.lane, review.tier, review.due_at) == ("reported", None, began + timedelta(hours=8))


def test_what_was_weighed_goes_with_the_care_notes(app: Flask, clock) -> None:
    _ana, post_id = waits_in_care()
    desk.screen_all()
    review = choose(None, post_id, None)
    desk.decide(Moderator(new_id()), review.id, "publish", words="")
    clock.shift(timedelta(days=15))
    with writing():
        sweeps.forget_what_is_old(now())
    assert desk.review_of(post_id).weighed is None
    assert db.session.scalars(db.select(Message)).all() == []


# --- The page.


def test_the_card_offers_it_as_a_plain_form_with_a_reason(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    page = mo.browser.get(f"{path}?reveal=1").text
    assert "Choose another tier" in page
    sent = {**bound, "revealed": "yes", "tier": "B", "note": WHY}
    unread = mo.browser.post(f"{path}/weigh", data={**sent, "revealed": ""})
    assert unread.status_code == 422
    for wrong in ({"note": "no"}, {"tier": ""}, {"tier": "F"}, {"tier": "D"}):
        answer = mo.browser.post(f"{path}/weigh", data={**sent, **wrong})
        assert answer.status_code == 422, wrong
        assert (wrong.get("note") or WHY) in answer.text, "what was typed is kept"
    assert mo.browser.post(f"{path}/weigh", data=sent).status_code == 303
    page = mo.browser.get(f"{path}?reveal=1").text
    assert "A person chose this tier; before it was D." in page
    assert "somebody else is wanted to publish or decline it" in page
    assert WHY in page
    assert aftercare()["debrief"] in mo.browser.get("/moderation").text, "it was a D that was read"
    stale = mo.browser.post(f"{path}/weigh", data=sent)
    assert stale.status_code == 409
    assert WHY in stale.text
    assert desk.review_of(post_id).tier == "B"


def test_a_card_without_a_hold_offers_nothing(app: Flask) -> None:
    _ana, post_id = waits_in_care()
    mo = Person(app, "moderator")
    page = mo.browser.get(f"/moderation/reviews/{desk.review_of(post_id).id}?reveal=1").text
    assert "Choose another tier" not in page


def test_revisions_keep_their_weights_through_a_return(app: Flask, clock) -> None:
    ana, post_id = waits_in_care()
    settle(reads)
    review = choose(None, post_id, None)
    desk.decide(Moderator(new_id()), review.id, "return")
    clock.shift(400)
    ana.edits(post_id, GOODBYE)
    assert at(desk.review_of(post_id)) == ("routine", None, 4)
    assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 2
