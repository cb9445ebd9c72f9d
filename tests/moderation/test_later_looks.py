"""What one person decided alone is looked at again; who stands behind an entry is asked for, and noted."""

from __future__ import annotations

import re
import string
from datetime import timedelta

import pytest
from flask import Flask

from forum.circles import talking
from forum.circles.models import Decision, Post, Review
from forum.circles.rules import SECOND_WAIT
from forum.moderation import later, log
from forum.moderation.actions import Moderator
from forum.moderation.models import StagedEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE
from tests.people import Person


def decided_alone(staff_id: str) -> str:
    """A goodbye that one person declined since nobody else was there; the decision's id."""
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    decision = desk.decide(Moderator(staff_id), desk.review_of(post_id).id, "decline")
    assert decision is not None
    assert decision.alone
    return decision.id


def test_what_was_decided_alone_stays_on_the_desk_of_others_until_one_has_looked(app: Flask) -> None:
    mo, kim, lou = (Person(app, "moderator") for _ in range(3))
    decision_id = decided_alone(mo.staff_id)
    assert "made alone" in kim.browser.get("/moderation").text
    assert "made alone" not in mo.browser.get("/moderation").text, "not by who decided"
    path = f"/moderation/alone/{decision_id}"
    assert path in kim.browser.get("/moderation/alone").text
    assert mo.browser.post(path).status_code == 404
    assert kim.browser.post("/moderation/alone/nothing").status_code == 404
    assert "made alone" in kim.browser.get("/moderation").text
    assert kim.browser.post(path).status_code == 303
    assert "made alone" not in lou.browser.get("/moderation").text
    assert log.verify(current_settings().anchor_file) is None


def test_a_look_still_counts_when_its_day_has_joined_the_chain(app: Flask, clock) -> None:
    mo, kim = Person(app, "moderator"), Moderator("k" * 22)
    decision_id = decided_alone(mo.staff_id)
    with writing():
        later.look(kim, decision_id, now())
    clock.shift(2 * 86_400)
    with writing():
        assert log.chain(now()) >= 1
    assert later.count_alone(kim, [], day_of(now())) == 0


def test_a_decision_of_two_needs_no_later_look(app: Flask, clock) -> None:
    one, two = Moderator("a" * 22), Moderator("b" * 22)
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    assert desk.decide(one, review_id, "decline", others=1) is None
    clock.shift(SECOND_WAIT - timedelta(minutes=1))
    assert not desk.decide(two, review_id, "decline", others=1).alone
    assert later.count_alone(Moderator("c" * 22), [], day_of(now())) == 0


def test_only_a_lead_may_ask_who_and_asking_is_written_down(app: Flask) -> None:
    mo, lead = Person(app, "moderator"), Person(app, "lead")
    decided_alone(mo.staff_id)
    assert mo.staff_id[:8] not in lead.browser.get("/moderation/log").text
    entry = re.search(r'name="entry" value="([^"]+)"', lead.browser.get("/moderation/log").text).group(1)
    assert mo.browser.post("/moderation/log/who", data={"entry": entry}).status_code == 404
    assert 'name="entry"' not in mo.browser.get("/moderation/log").text
    answer = lead.browser.post("/moderation/log/who", data={"entry": entry})
    assert f"It was {mo.staff_id[:8]}." in answer.text
    assert lead.browser.post("/moderation/log/who", data={"entry": "99999"}).status_code == 404
    acts = [row.act for row in db.session.scalars(db.select(StagedEntry))]
    assert acts.count(later.ASKED_WHO) == 1
    assert log.verify(current_settings().anchor_file) is None


@pytest.fixture
def every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every decision gets a second look."""
    monkeypatch.setattr(later, "SAMPLED_IDS", tuple("-_" + string.ascii_letters + string.digits))


def decided(by: str, outcome: str = "publish", body: str = "A long week.", circle: str = "") -> str:
    """A decision that one person made about an ordinary text; its id."""
    post_id = desk.Author().opens(circle or desk.a_circle(), body)
    desk.screen_all()
    return desk.decide(Moderator(by), desk.review_of(post_id).id, outcome).id


LOOK = "/moderation/second-look"


@pytest.mark.parametrize(("said", "answer"), [("return", "decide alike"), ("publish", "this was returned")])
def test_a_second_look_is_asked_without_what_was_decided(app: Flask, every_one: None, said, answer) -> None:
    mo, kim, lou = (Person(app, "moderator") for _ in range(3))
    decision_id = decided(mo.staff_id, "return", "Somebody sat with me.")
    assert "Nothing is left" in mo.browser.get(LOOK).text, "not by who decided"
    page = kim.browser.get(LOOK).text
    assert "Somebody sat with me." in page
    assert "Returned" not in page and desk.WORDS not in page
    assert kim.browser.post(f"{LOOK}/{decision_id}", data={"outcome": "undo"}).status_code == 409
    told = kim.browser.post(f"{LOOK}/{decision_id}", data={"outcome": said}, follow_redirects=True).text
    assert answer in told
    assert "Nothing is left" in lou.browser.get(LOOK).text, "one look is enough"
    assert lou.browser.post(f"{LOOK}/{decision_id}", data={"outcome": said}).status_code == 409
    assert kim.browser.post(f"{LOOK}/nothing", data={"outcome": said}).status_code == 404
    assert db.session.get_one(Decision, decision_id, populate_existing=True).in_force, (
        "nothing is changed by it"
    )
    looks = later.second_looks(day_of(now()))
    assert (looks.looks, looks.alike) == (1, int(said == "return"))


def test_a_second_look_can_be_passed_over(app: Flask, every_one: None) -> None:
    one, other = sorted(decided("o" * 22, body=body) for body in ("The first.", "The second."))
    kim = Person(app, "moderator")
    assert f'action="{LOOK}/{one}"' in kim.browser.get(LOOK).text
    assert f'action="{LOOK}/{other}"' in kim.browser.get(f"{LOOK}?after={one}").text
    assert "Nothing is left" in kim.browser.get(f"{LOOK}?after={other}").text


def test_heavy_texts_own_threads_and_private_words_get_no_second_look(app: Flask, every_one: None) -> None:
    me, other = Moderator("m" * 22), "o" * 22
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle())
    desk.screen_all()
    desk.decide(Moderator(other), desk.review_of(post_id).id, "publish", words="")
    thread = db.session.get_one(Post, post_id).thread_id
    decided_alone(other)
    written = desk.make_ready("To you", "Hello.", "", is_opening=True)
    with writing():
        talking.start(ana.sender(), written, ana.name, now())
    desk.screen_all()
    open_one = db.session.scalars(db.select(Review.id).where(Review.open)).one()
    desk.decide(Moderator(other), open_one, "publish")
    found = later.next_second_look(me, [], day_of(now()))
    assert found.Review.post_id == post_id
    assert later.next_second_look(me, [], day_of(now()), found.Decision.id) is None
    assert later.next_second_look(me, [thread], day_of(now())) is None
    assert later.next_second_look(me, [], day_of(now()) + timedelta(days=later.SAMPLE_DAYS)) is None


def test_a_softened_text_is_revealed_before_it_is_looked_at_again(app: Flask, every_one: None) -> None:
    decision_id = decided("o" * 22, body="You are all fools.")
    with writing():
        db.session.get_one(Decision, decision_id).lane = "conduct"
        db.session.scalars(db.select(Review)).one().lane = "conduct"
    kim = Person(app, "moderator")
    page = kim.browser.get(LOOK).text
    assert "fools" not in page and f"{LOOK}/{decision_id}" not in page
    link = re.search(r'href="([^"]+reveal=1)"', page)[1]
    assert "fools" in kim.browser.get(link).text and "Publish</button>" in kim.browser.get(link).text


def test_one_decision_in_sixteen_is_looked_at_by_its_id(app: Flask) -> None:
    decision_id = decided("o" * 22)
    me, today = Moderator("m" * 22), day_of(now())
    found = {}
    for letter in "abcdezA0-_":
        with writing():
            db.session.execute(db.update(Decision).values(id=letter + decision_id[1:]))
        found[letter] = later.next_second_look(me, [], today) is not None
    assert {letter for letter, is_shown in found.items() if is_shown} == set(later.SAMPLED_IDS)
