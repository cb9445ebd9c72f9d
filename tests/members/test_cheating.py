"""What one person may do once or five times, they may not do twice or six times from a second tab."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from forum.circles import actions
from forum.circles.models import Review, Revision
from forum.members import marks, pseudonyms, sanctions
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.members.test_vault import in_tabs
from tests.moderation import desk
from tests.people import Person

KEY = b"one and the same person, always!"


def test_many_tabs_leave_one_mark(engine_app: Flask) -> None:
    def act(_tab: int) -> None:
        with writing():
            marks.place(OpenVault(KEY), "thanks", "p" * 22)

    assert in_tabs(engine_app, 6, act) == []
    assert marks.count("thanks", ["p" * 22, "q" * 22]) == {"p" * 22: 1}
    with writing():
        assert marks.lift(OpenVault(KEY), "thanks", "p" * 22)
        assert not marks.lift(OpenVault(KEY), "thanks", "p" * 22)
    assert marks.count("thanks", ["p" * 22]) == {}
    assert OpenVault(KEY).entries(marks.KIND) == []


def test_marks_of_others_stay(engine_app: Flask) -> None:
    other = OpenVault(secrets.token_bytes(32))
    with writing():
        marks.place(other, "thanks", "p" * 22)
        marks.place(OpenVault(KEY), "thanks", "p" * 22)
    with writing():
        marks.lift(OpenVault(KEY), "thanks", "p" * 22)
    assert marks.is_left(other, "thanks", ["p" * 22, "q" * 22]) == {"p" * 22}
    assert marks.is_left(OpenVault(KEY), "thanks", ["p" * 22]) == set()


def test_ten_tabs_with_ten_names_send_five_texts(engine_app: Flask) -> None:
    with writing():
        circle_id = factories.circle().id
    refused: list[str] = []

    def act(tab: int) -> None:
        try:
            doing.open_thread(OpenVault(KEY), circle_id, f"Name number {tab}", waits=True)
        except actions.NotTaken as why:
            refused.append(why.args[0])

    assert in_tabs(engine_app, 10, act) == []
    assert refused == ["too many waiting"] * 5
    assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 5


def test_a_suspension_of_one_name_stops_every_name_from_every_session(app: Flask) -> None:
    with writing():
        circle_id = factories.circle().id
    person = Person(app)
    post = doing.open_thread(person.vault, circle_id)
    second = Person(app, key=person.key)
    with writing():
        sanctions.give(post.pseudonym_id, "suspension", day_of(now()))
    form = {
        "kind": "story",
        "wish": "advice",
        "title": "Another",
        "body": "An ordinary day.",
        "pseudonym": "Brand New",
        "form_key": "k" * 22,
    }
    for browser in (person.browser, second.browser):
        assert browser.post(f"/c/{circle_id}/new", data=form).status_code == 409
        for path in ("/", "/account", "/mine", f"/mine/{post.id}", "/account/data", "/help"):
            assert browser.get(path).status_code == 200
    other = Person(app)
    assert other.browser.post(f"/c/{circle_id}/new", data=form).status_code == 303


def test_a_sanction_ends_with_its_day_and_by_an_appeal(app: Flask) -> None:
    today = day_of(now())
    with writing():
        sanctions.give("n" * 22, "strike", today, "d" * 22)
        sanctions.give("n" * 22, "strike", today - timedelta(days=1))
        sanctions.give("m" * 22, "suspension", today + timedelta(days=7))
    assert sanctions.count_strikes(["n" * 22, "m" * 22]) == 1
    assert [one.kind for one in sanctions.active(["n" * 22, "m" * 22], today)] == ["strike", "suspension"]
    assert not sanctions.is_suspended(["n" * 22]) and sanctions.is_suspended(["n" * 22, "m" * 22])
    with writing():
        assert sanctions.lift("d" * 22) == 1
    assert sanctions.count_strikes(["n" * 22]) == 0


def test_the_band_counts_all_names_and_says_no_more(app: Flask) -> None:
    with writing():
        circle_id = factories.circle().id
    vault = OpenVault(KEY)
    first = doing.open_thread(vault, circle_id, "Name one", waits=True)
    with writing():
        sanctions.give(first.pseudonym_id, "strike", day_of(now()))
    second = doing.open_thread(vault, circle_id, "Name two", waits=True)
    bands = {review.post_id: review.band for review in db.session.scalars(db.select(Review))}
    assert bands[first.id] == {"first_text": True, "strikes": "none", "paused": False}
    assert bands[second.id] == {"first_text": False, "strikes": "some", "paused": False}


def test_of_two_people_who_take_one_name_at_once_one_gets_it(engine_app: Flask) -> None:
    won, lost, barrier = [], [], threading.Barrier(2)

    def act(tab: int) -> None:
        vault = OpenVault(bytes([tab]) * 32)
        try:
            with writing():
                barrier.wait(5) if db.engine.dialect.name == "postgresql" else None
                won.append(pseudonyms.choose(vault, "c" * 22, "Quiet Heron").name)
        except (pseudonyms.NameTaken, IntegrityError):
            lost.append(pseudonyms.ring(vault))

    assert in_tabs(engine_app, 2, act) == []
    assert (won, lost) == (["Quiet Heron"], [[]])


@pytest.mark.parametrize("tabs", [4])
def test_tabs_of_one_person_never_wait_for_each_other_for_ever(engine_app: Flask, tabs: int) -> None:
    acts: list[Callable[[OpenVault], object]] = [
        lambda vault: vault.put_about("settings", "country", {"code": "de"}),
        lambda vault: vault.add("goal", {"a": 1}),
    ]

    def act(tab: int) -> None:
        for turn in range(4):
            with writing():
                vault = OpenVault(KEY)
                vault.lock_turn()
                for one in acts if (tab + turn) % 2 else reversed(acts):
                    one(vault)

    assert in_tabs(engine_app, tabs, act) == []
    assert len(OpenVault(KEY).entries("goal")) == 16


def test_a_moderator_cannot_decide_their_own_text_from_a_second_session(app: Flask) -> None:
    """The text is sent in one session and gone after in another of the same person."""
    circle_id = desk.a_circle()
    first = Person(app, "moderator")
    second = Person(app, "moderator", key=first.key)
    own = doing.open_thread(second.vault, circle_id, waits=True)
    review_id, text_hash = desk.review_of(own.id).id, desk.text_of(own.id).hash.hex()
    desk.screen_all()
    bound = {"version": desk.review_of(own.id).version, "revision_hash": text_hash}
    for browser in (first.browser, second.browser):
        assert review_id not in browser.get("/moderation/queue").text
        assert browser.get(f"/moderation/reviews/{review_id}").status_code == 404
        for act in ("claim", "publish", "hold", "decline"):
            sent = {**bound, "note": "It is fine as it stands.", "reason": "decline-hostile", "revealed": "1"}
            assert browser.post(f"/moderation/reviews/{review_id}/{act}", data=sent).status_code == 404
    assert desk.text_of(own.id).state == "waiting"
    other = Person(app, "moderator").browser
    assert other.get(f"/moderation/reviews/{review_id}").status_code == 200
