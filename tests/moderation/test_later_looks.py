"""What one person decided alone is looked at again; who stands behind an entry is asked for, and noted."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

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
