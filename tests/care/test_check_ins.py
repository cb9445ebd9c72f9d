"""Check-in notes: off by default, for the name that wrote, stopped by one press, then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.care import actions, rules
from forum.care.models import PlannedCheckIn
from forum.care.panel import aftercare
from forum.circles.actions import NotYours
from forum.members import registry
from forum.moderation import sweeps
from forum.notices.models import Notice
from forum.screening.care import read_care
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.inventory import TABLES
from forum.storage.types import new_id
from tests import doing, factories
from tests.moderation import desk
from tests.people import Person

CRISIS = "I want to die. I do not know how to go on."


@pytest.fixture
def circle_id(app: Flask) -> str:
    return desk.a_circle()


@pytest.fixture
def ana(app: Flask, clock) -> Person:
    return Person(app)


@pytest.fixture
def post_id(ana: Person, circle_id: str) -> str:
    return doing.open_thread(ana.vault, circle_id, body=CRISIS, waits=True).id


def plans() -> list[PlannedCheckIn]:
    db.session.rollback()
    return list(db.session.scalars(db.select(PlannedCheckIn).order_by(PlannedCheckIn.on)))


def leave() -> int:
    with writing():
        return actions.leave_check_ins(now())


def told() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Notice).where(Notice.kind == "care")))


def allow(ana: Person, post_id: str) -> None:
    answer = ana.browser.post(f"/mine/{post_id}/check-ins", data={"check_ins": "yes"})
    assert answer.status_code == 303


def test_nothing_is_planned_unless_the_box_is_ticked(ana: Person, post_id: str) -> None:
    page = ana.browser.get(f"/mine/{post_id}").text
    box = page[page.index('id="check_ins"') : page.index("</label>", page.index('id="check_ins"'))]
    assert "checked" not in box
    ana.browser.post(f"/mine/{post_id}/check-ins", data={})
    assert plans() == []


def test_two_notes_come_and_nothing_stays(app: Flask, ana: Person, post_id: str, clock) -> None:
    allow(ana, post_id)
    allow(ana, post_id)
    written = day_of(now())
    assert [(one.step, one.on) for one in plans()] == [
        ("day", written + timedelta(days=1)),
        ("week", written + timedelta(days=7)),
    ]
    assert leave() == 0
    clock.shift(timedelta(hours=26))
    assert leave() == 1
    assert leave() == 0
    first = Person(app, key=ana.key).browser.get("/notices").text
    assert aftercare()["check_day"] in first
    clock.shift(timedelta(days=6))
    assert leave() == 1
    assert plans() == []
    later = Person(app, key=ana.key)
    assert aftercare()["check_week"] in later.browser.get("/notices").text


def test_the_notes_are_sealed_and_hold_no_word_of_a_crisis(
    app: Flask, ana: Person, post_id: str, clock
) -> None:
    allow(ana, post_id)
    clock.shift(timedelta(hours=26))
    leave()
    (notice,) = told()
    assert b"heavy" not in notice.sealed and b"day" not in notice.sealed
    page = Person(app, key=ana.key).browser.get("/notices").text
    seen = page[page.index("<main") : page.index("</main>")]
    assert "want to die" not in seen
    assert read_care(" ".join(aftercare()[step] for step in ("check_day", "check_week"))).tier is None


def test_only_whole_days_are_kept_and_no_member(app: Flask) -> None:
    kinds = {column.name: str(column.type) for column in PlannedCheckIn.__table__.columns}
    assert set(kinds) == {"id", "post_id", "step", "on"} == set(TABLES["planned_check_in"].columns)
    assert TABLES["planned_check_in"].columns["on"] == "day"


def test_one_press_stops_them_here_and_among_the_notices(
    app: Flask, ana: Person, post_id: str, clock
) -> None:
    allow(ana, post_id)
    assert "Stop the check-ins" in ana.browser.get(f"/mine/{post_id}").text
    clock.shift(timedelta(hours=26))
    leave()
    again = Person(app, key=ana.key)
    assert f'action="/mine/{post_id}/check-ins"' in again.browser.get("/notices").text
    assert again.browser.post(f"/mine/{post_id}/check-ins", data={"check_ins": "no"}).status_code == 303
    assert plans() == []
    clock.shift(timedelta(days=7))
    assert leave() == 0


def test_they_can_be_stopped_after_the_decision_too(ana: Person, post_id: str) -> None:
    allow(ana, post_id)
    doing.publish(post_id)
    page = ana.browser.get(f"/mine/{post_id}").text
    assert "Stop the check-ins" in page
    assert 'id="help"' not in page


def test_nobody_else_can_ask_for_them_or_stop_them(app: Flask, ana: Person, post_id: str) -> None:
    allow(ana, post_id)
    other = Person(app)
    for wanted in ("yes", "no"):
        answer = other.browser.post(f"/mine/{post_id}/check-ins", data={"check_ins": wanted})
        assert answer.status_code == 404
    assert other.browser.post("/mine/no-such-post/check-ins", data={}).status_code == 404
    assert len(plans()) == 2
    with pytest.raises(NotYours), writing():
        actions.stop_check_ins(other.vault, post_id)


def test_an_ordinary_text_is_offered_none(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, waits=True)
    assert "check_ins" not in ana.browser.get(f"/mine/{post.id}").text


def test_a_note_that_missed_its_moment_is_dropped_unsent(
    app: Flask, ana: Person, post_id: str, clock
) -> None:
    allow(ana, post_id)
    clock.shift(timedelta(days=5))
    assert leave() == 1
    assert told() == []
    assert [one.step for one in plans()] == ["week"]


def test_the_notes_are_erased_after_14_days_and_other_notices_are_not(
    app: Flask, ana: Person, post_id: str, clock
) -> None:
    allow(ana, post_id)
    clock.shift(timedelta(hours=26))
    leave()
    doing.publish(post_id)
    clock.shift(timedelta(days=14))
    with writing():
        sweeps.forget_what_is_old(now())
    assert len(told()) == 1
    clock.shift(timedelta(days=1))
    with writing():
        sweeps.forget_what_is_old(now())
    assert told() == []
    assert db.session.scalar(db.select(Notice.id).where(Notice.kind == "published"))


def test_they_go_with_their_author_and_stand_in_the_export(ana: Person, post_id: str) -> None:
    allow(ana, post_id)
    kind = registry.texts["check-in"]
    assert [one["kind"] for one in registry.exporters["check-in notes"](ana.vault)] == ["day", "week"]
    assert registry.counts["planned_check_in"](ana.vault) == 2
    assert sorted(kind.listed(ana.vault)) == sorted(kind.every())
    with writing():
        kind.remove(kind.every()[0], now())
    assert len(plans()) == 1
    with writing():
        kind.end_waiting(ana.vault, kind.waiting(ana.vault)[0], now())
    assert plans() == []


def test_an_offer_taken_late_still_brings_a_note() -> None:
    today = day_of(now())
    late = rules.planned(today - timedelta(days=9), today)
    assert late == {"week": today + timedelta(days=1)}
    assert rules.planned(today - timedelta(days=3), today) == {"week": today + timedelta(days=4)}


def test_notes_leave_on_both_engines(engine_app: Flask, clock) -> None:
    with writing():
        thread = factories.thread(factories.circle())
        posts = [factories.post(thread, f"{number:022d}") for number in range(3)]
        for post in posts:
            factories.revision(post)
            for step, on in rules.planned(day_of(now()), day_of(now())).items():
                db.session.add(PlannedCheckIn(id=new_id(), post_id=post.id, step=step, on=on))
        names = {post.pseudonym_id for post in posts}
    clock.shift(timedelta(hours=26))
    assert leave() == 3
    assert {notice.pseudonym_id for notice in told()} == names
    assert len(plans()) == 3
