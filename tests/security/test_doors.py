"""The doors against floods: they slow down, say for how long, are not fooled, and remember nobody."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from forum.circles.models import Circle
from forum.members import actions as joining
from forum.members import keys
from forum.storage.database import db, writing
from forum.web import limits
from forum.web.errors import TooMany
from forum.web.limits import network_prefix
from tests import factories
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, sign_in
from tests.people import Person
from tests.security.canaries import ADDRESS, Canary, find

FORGED = (
    "X-Forwarded-For",
    "X-Real-Ip",
    "Forwarded",
    "X-Forwarded-Host",
    "True-Client-Ip",
    "Cf-Connecting-Ip",
)


@pytest.fixture
def circle_id(app: Flask) -> Iterator[str]:
    with writing():
        circle = factories.circle().id
    yield circle


DOORS = {
    "/join": 20,
    "/sign-in": 60,
    "/recover": 20,
    "/search": 30,
    "/invited": 10,
    "/account/export": 4,
    "/account/confirm": 10,
    "/goals": 30,
    "/check-in": 30,
}


@pytest.mark.parametrize(("path", "allowed"), DOORS.items())
def test_each_door_closes_after_its_number_and_says_for_how_long(
    app: Flask, path: str, allowed: int, clock: time_machine.Traveller
) -> None:
    is_visitors = path in ("/join", "/sign-in", "/recover")
    browser = Client(app, app.response_class) if is_visitors else Person(app).browser
    typed = {"note": "words that must not be lost", "passphrase": "x", "code": "x", "query": "x"}
    if path == "/recover":
        typed |= {"recovery_code": "x", "passphrase": PASSPHRASE}
    names = [{"sign_in_name": f"name {turn}"} if is_visitors else {} for turn in range(allowed)]
    statuses = [browser.post(path, data=typed | name).status_code for name in names]
    assert 429 not in statuses, path
    answer = browser.post(path, data=typed | {"sign_in_name": "one more"})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 24 * 3600 + 1
    assert "words that must not be lost" in answer.text or path == "/sign-in"
    clock.shift(int(answer.headers["Retry-After"]) + 1)
    if not is_visitors:
        return  # their session has ended by then
    assert browser.post(path, data=typed).status_code != 429


def test_texts_are_slowed_with_the_words_kept_and_care_never(app: Flask, circle_id: str) -> None:
    ana = Person(app)
    form = {
        "kind": "story",
        "wish": "listen",
        "title": "After",
        "body": "A long week.",
        "pseudonym": "Quiet Heron",
    }
    answers = [ana.browser.post(f"/c/{circle_id}/new", data={**form, "form_key": f"k{n}"}) for n in range(12)]
    slowed = answers[-1]
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert "A long week." in slowed.text
    care = {**form, "body": "Tonight I will end my life. Goodbye.", "form_key": "care"}
    assert ana.browser.post(f"/c/{circle_id}/new", data=care).status_code == 303


@pytest.mark.parametrize("header", FORGED)
def test_a_forged_header_opens_no_door(app: Flask, header: str) -> None:
    browser = Client(app, app.response_class)
    for turn in range(60):
        forged = {header: f"198.51.{turn}.9"}
        answer = browser.post(
            "/sign-in", data={"sign_in_name": f"n{turn}", "passphrase": "x"}, headers=forged
        )
        assert answer.status_code == 422, turn
    last = browser.post(
        "/sign-in", data={"sign_in_name": "n", "passphrase": "x"}, headers={header: "198.51.99.9"}
    )
    assert last.status_code == 429


def test_a_forged_host_is_in_no_answer(app: Flask, circle_id: str) -> None:
    browser = Client(app, app.response_class)
    for header in ("Host", "X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Url", "X-Rewrite-Url"):
        for path in ("/", "/sign-in", f"/c/{circle_id}", "/mine", "/nothing-here"):
            answer = browser.get(path, headers={header: "evil.example"})
            assert "evil.example" not in answer.text, (header, path)
            assert "evil.example" not in answer.headers.get("Location", ""), (header, path)


def test_somebody_guessing_slows_the_name_and_locks_nobody_out(
    app: Flask, clock: time_machine.Traveller
) -> None:
    """The right passphrase waits a quarter of an hour at most, and the recovery code does not wait at all."""
    key, code = keys.new_key(), keys.new_recovery_code()
    lock = keys.lock(key, PASSPHRASE)
    with writing():
        joining.join("night shift", key, lock, code)
    for turn in range(25):
        address = {"REMOTE_ADDR": f"198.51.{turn}.1"}
        guess = {"sign_in_name": "night shift", "passphrase": "a wrong guess of mine"}
        Client(app, app.response_class).post("/sign-in", data=guess, environ_base=address)
    victim = Client(app, app.response_class, use_cookies=True)
    victim.environ_base["REMOTE_ADDR"] = "203.0.113.5"
    assert sign_in(victim).status_code == 429
    back = {"recovery_code": code, "passphrase": "lantern orbit velvet cactus plume seventy"}
    assert victim.post("/recover", data=back).status_code == 303
    clock.shift(15 * 60 + 1)
    assert sign_in(victim, passphrase=back["passphrase"]).status_code == 303


def test_signing_in_is_not_counted_and_a_shared_network_stays_open(
    app: Flask, clock: time_machine.Traveller
) -> None:
    """A ward behind one address signs in all day, whatever somebody there guesses at one name."""
    key, code = keys.new_key(), keys.new_recovery_code()
    lock = keys.lock(key, PASSPHRASE)
    with writing():
        joining.join("night shift", key, lock, code)
    ward = {"REMOTE_ADDR": ADDRESS.word}

    def try_it(name: str, passphrase: str) -> int:
        browser = Client(app, app.response_class)
        typed = {"sign_in_name": name, "passphrase": passphrase}
        return browser.post("/sign-in", data=typed, environ_base=ward).status_code

    assert {try_it("night shift", PASSPHRASE) for _turn in range(70)} == {303}
    assert {try_it("other name", "x") for _turn in range(20)} == {422}
    assert try_it("other name", "x") == 429
    assert try_it("night shift", PASSPHRASE) == 303


@pytest.mark.parametrize("other", ["  OTHER   name ", "\uff4fther name", "Other\u3000Name"])
def test_a_name_written_otherwise_is_the_same_name(app: Flask, other: str) -> None:
    for turn in range(20):
        away = {"REMOTE_ADDR": f"198.51.{turn}.1"}
        typed = _typed("other name" if turn % 2 else other, "x")
        Client(app, app.response_class).post("/sign-in", data=typed, environ_base=away)
    for name in ("other name", other):
        assert Client(app, app.response_class).post("/sign-in", data=_typed(name, "x")).status_code == 429


def test_who_is_slowed_is_told_kindly_and_keeps_what_was_typed(app: Flask) -> None:
    """The page says what it is about, how long, that nothing is locked, and where help is; alike for all."""
    browser = Client(app, app.response_class, use_cookies=True)
    carried = {"kept_for": "/c/x/new", "kept.body": "A long week, and I wrote it down."}
    for _turn in range(20):
        browser.post("/sign-in", data=_typed("other name", "x"))
    slowed = browser.post("/sign-in", data=_typed("other name", "x") | carried)
    assert slowed.status_code == 429
    for words in (
        "nothing is locked",
        "minutes are enough",
        'href="/help"',
        'formaction="/recover/words"',
        "A long week, and",
    ):
        assert words in slowed.text, words
    assert 'name="kept.body"' in slowed.text


def _typed(name: str, passphrase: str) -> dict[str, str]:
    return {"sign_in_name": name, "passphrase": passphrase}


def test_yesterdays_memory_cannot_confirm_an_address(app: Flask, clock: time_machine.Traveller) -> None:
    """Whoever takes all of today's memory holds no key under which yesterday's addresses were counted."""
    store = app.extensions["kindred.limits"].storage
    day_keys = app.extensions["kindred.limit_keys"]
    browser = Client(app, app.response_class)
    browser.environ_base["REMOTE_ADDR"] = ADDRESS.word
    browser.post("/search", data={"query": "x"})
    yesterday = day_keys.today()
    counted = set(store.storage)
    prefix = network_prefix(ADDRESS.word)
    assert prefix is not None
    mark = limits.keyed_hash(yesterday, "prefix", prefix).hex()[:32]
    assert any(mark in name for name in counted), "today it could be confirmed"
    clock.shift(24 * 3600)
    Client(app, app.response_class).post("/search", data={"query": "x"})
    held = pickle.dumps((dict(vars(day_keys), _lock=None), dict(store.storage), dict(store.expirations)))
    assert yesterday not in held
    assert find([ADDRESS, Canary("network", prefix)], {"memory": held}) == []


def test_nothing_of_limits_lies_on_disk(app: Flask, settings) -> None:  # type: ignore[no-untyped-def]
    browser = Client(app, app.response_class)
    browser.environ_base["REMOTE_ADDR"] = ADDRESS.word
    for _turn in range(3):
        browser.post("/search", data={"query": "x"})
    key = app.extensions["kindred.limit_keys"].today()
    mark = limits.keyed_hash(key, "prefix", str(network_prefix(ADDRESS.word))).hex()[:32]
    for file in settings.data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert key not in content
            assert key.hex().encode() not in content
            assert mark.encode() not in content


def _opening(key: str, body: str = "A long week.") -> dict[str, str]:
    form = {"kind": "story", "wish": "listen", "title": "After", "pseudonym": "Quiet Heron"}
    return {**form, "body": body, "form_key": key}


def _card(key: str, what: str) -> dict[str, str]:
    form = {
        "title": "Ten minutes",
        "when": "After.",
        "how": "Fine.",
        "not_for": "A bad day.",
        "pseudonym": "Quiet Heron",
    }
    return {**form, "what": what, "form_key": key}


def _use_up(person: Person, circle_id: str, allowed: int = 10) -> str:
    """Send and withdraw as many texts as may be sent in a minute; where the last one is."""
    place = ""
    for turn in range(allowed):
        answer = person.browser.post(f"/c/{circle_id}/new", data=_opening(f"used {turn}"))
        assert answer.status_code == 303, turn
        place = answer.location
        assert person.browser.post(f"{place}/withdraw").status_code == 303
    return place


def test_a_form_that_was_taken_is_answered_the_same_however_full_the_limit_is(
    app: Flask, circle_id: str, clock: time_machine.Traveller
) -> None:
    """A second click never eats the limit, and is never told to wait for what was taken already."""
    ana = Person(app)
    for _click in range(8):
        first = ana.browser.post(f"/c/{circle_id}/new", data=_opening("one form"))
        assert first.status_code == 303
    assert ana.browser.post(f"{first.location}/withdraw").status_code == 303
    last = _use_up(ana, circle_id, 9)
    assert ana.browser.post(f"/c/{circle_id}/new", data=_opening("new form")).status_code == 429
    assert ana.browser.post(f"/c/{circle_id}/new", data=_opening("used 8")).location == last
    assert ana.browser.post(f"/c/{circle_id}/new", data=_opening("one form")).location == first.location


def test_a_day_of_goals_and_check_ins_stops_no_text(
    app: Flask, circle_id: str, clock: time_machine.Traveller
) -> None:
    ana = Person(app)
    for turn in range(30):
        ana.browser.post("/goals", data={"name": "", "form_key": f"{turn}"})
        ana.browser.post("/check-in", data={"form_key": f"{turn}"})
    assert ana.browser.post("/check-in", data={}).status_code == 429
    assert ana.browser.post(f"/c/{circle_id}/new", data=_opening("a text")).status_code == 303


def test_each_form_for_a_text_is_slowed_with_its_words_kept_and_care_comes_first(
    app: Flask, circle_id: str, clock: time_machine.Traveller
) -> None:
    """Thread, reply, card, newer version and private word: care rules run before the limit everywhere."""
    ana = Person(app)
    with writing():
        thread_id = factories.published_thread(db.session.get_one(Circle, circle_id)).id
    kept = ana.browser.post(f"/c/{circle_id}/new", data=_opening("kept")).location
    _use_up(ana, circle_id, 9)
    care = "Tonight I will end my life. Goodbye."
    reply = {"mode": "support", "pseudonym": "Quiet Heron"}
    forms = {
        f"/c/{circle_id}/new": _opening,
        f"/t/{thread_id}": lambda key, body="": {**reply, "body": body, "form_key": key},
        "/library/new": _card,
        f"{kept}/edit": lambda key, body="": {"title": "After", "body": body, "form_key": key},
        f"{kept}/write": lambda key, body="": {"note": body, "form_key": key},
    }
    for path, form in forms.items():
        if path.endswith("/write"):
            for turn in range(10):
                ana.browser.post(path, data=form(f"w{turn}", "A word."))
        slowed = ana.browser.post(path, data=form(f"{path} a", "Just a long week, again."))
        assert slowed.status_code == 429, path
        assert int(slowed.headers["Retry-After"]) > 0
        assert "Just a long week, again." in slowed.text, path
        assert ana.browser.post(path, data=form(f"{path} b", care)).status_code == 303, path


def test_a_limit_that_counts_clicks_is_seen(
    app: Flask, circle_id: str, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.Limit, "refuse_unless", lambda self, _is_taken: self.check())
    with pytest.raises(AssertionError):
        test_a_form_that_was_taken_is_answered_the_same_however_full_the_limit_is(app, circle_id, clock)


def test_the_first_of_two_clicks_is_seen_between_question_and_refusal() -> None:
    """Not taken when asked first, taken a moment later while the limit became full: no refusal."""
    answers = iter([False, True])

    class Full(limits.Limit):
        def _look(self) -> None:
            raise TooMany(5)

    Full("full", ()).refuse_unless(lambda: next(answers))
    with pytest.raises(TooMany):
        Full("full", ()).refuse_unless(lambda: False)
