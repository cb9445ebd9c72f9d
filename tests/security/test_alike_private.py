"""The same for what lies in somebody's vault or under their names; and no address is forgotten."""

from __future__ import annotations

import statistics
import time

import pytest
from flask import Flask

from forum.circles.models import Decision, Post
from forum.notices.models import Notice
from forum.storage.database import db
from forum.storage.types import new_id
from forum.web import limits
from tests.browser_client import Client
from tests.circles.test_journey import hidden_fields
from tests.people import Person
from tests.security.states import Made, alike, make

COVERED = {
    "account/names",
    "account/notes",
    "account/sessions",
    "account/staff",
    "c",
    "check-in",
    "goals",
    "join/staff",
    "kind-words",
    "library",
    "library/edit",
    "mine",
    "moderation/alone",
    "moderation/circles",
    "moderation/decisions",
    "moderation/policy",
    "moderation/reviews",
    "moderation/shifts",
    "posts",
    "t",
    "training",
}
"""Where an address names an object. Policy and training are pages of ours, alike for everybody."""


@pytest.fixture
def made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Every kind of object in every state, with the limits off."""
    monkeypatch.setattr(limits.Limit, "check", lambda _self: None)
    return make(app)


def test_no_address_of_an_object_is_forgotten(app: Flask) -> None:
    """A new kind of object is entered above, and asked for here or in `test_alike.py`."""
    rules = [str(rule) for rule in app.url_map.iter_rules() if "<" in str(rule) and rule.endpoint != "static"]
    assert {rule.strip("/").partition("/<")[0] for rule in rules} == COVERED


def _everyone_s(column) -> dict[str, str]:  # type: ignore[no-untyped-def]
    db.session.rollback()
    return {one: one for one in db.session.scalars(db.select(column))}


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/account/names/{}/retire", Post.pseudonym_id),
        ("/account/notes/{}/appeal", Decision.id),
        ("/kind-words/{}/keep", Notice.id),
    ],
)
def test_what_belongs_to_another_member_is_like_nothing(app: Flask, made: Made, path: str, column) -> None:  # type: ignore[no-untyped-def]
    objects = _everyone_s(column)
    assert objects
    for ben in (Person(app).browser, Person(app, "moderator").browser):
        assert alike(lambda one, ben=ben: ben.post(path.format(one), data={"note": "Mine."}), objects) == []


def test_what_lies_in_another_vault_is_like_nothing(app: Flask, made: Made) -> None:
    ana, ben = Person(app).browser, Person(app).browser
    goal = {"name": "Sleep", "step": "No phone", "before": "3", "form_key": new_id()}
    place = ana.post("/goals", data=goal).location
    assert ana.get(place).status_code == 200
    form = hidden_fields(ana.get("/check-in").text)
    assert ana.post("/check-in", data={**form, "emotional": "5"}).status_code == 303
    for path in ("/goals/{}/let-go", "/goals/{}/rest", "/goals/{}/steps", "/goals/{}/obstacles"):
        _numbers_are_alike(ben, path, place.rsplit("/", 1)[1])
    for path in ("/check-in/{}/forget", "/kind-words/{}/let-go"):
        _numbers_are_alike(ben, path, "1")
    assert ben.get(place).status_code == ben.get("/goals/4321").status_code == 404


def _numbers_are_alike(browser: Client, path: str, number: str) -> None:
    """A number that another vault holds answers like one that none does."""
    answers = []
    for one in (number, "4321"):
        answer = browser.post(path.format(one), data={"name": "Mine", "form_key": new_id()})
        answers.append((answer.status_code, answer.headers.get("Location")))
    assert answers[0] == answers[1], path


@pytest.mark.parametrize("path", ["/mine/{}", "/t/{}"])
def test_what_cannot_be_seen_takes_no_longer_than_nothing(app: Flask, made: Made, path: str) -> None:
    """Interleaved, and in seconds of this process, so that a busy machine does not matter."""
    ben = Person(app).browser
    objects = made.posts if "mine" in path else made.threads
    for state in ("waiting", "hidden", "removed"):
        spent: dict[str, list[float]] = {"there": [], "nothing": []}
        for _turn in range(40):
            for what, one in (("there", objects[state]), ("nothing", new_id())):
                started = time.process_time()
                assert ben.get(path.format(one)).status_code == 404
                spent[what].append(time.process_time() - started)
        apart = statistics.median(spent["there"]) - statistics.median(spent["nothing"])
        assert abs(apart) < 0.005, (state, apart)
