"""Help where a form is refused and words of a crisis are handed back."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from forum.storage.types import new_id
from tests import doing
from tests.browser_client import Client
from tests.moderation import desk
from tests.people import Person

CRISIS = "I want to die. I do not know how to go on."
CALM = "The bus was late and I was cross."
HELP, PROBLEM = 'id="help"', "Almost there"


@pytest.fixture
def circle_id(app: Flask) -> str:
    return desk.a_circle()


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def opening(**more: str) -> dict[str, str]:
    first = {"title": "", "body": CRISIS, "kind": "story", "wish": "listen", "pseudonym": "Quiet Heron"}
    return {**first, "form_key": secrets.token_urlsafe(16), **more}


def test_a_missing_title_never_stops_a_crisis(ana: Person, circle_id: str) -> None:
    sent = ana.browser.post(f"/c/{circle_id}/new", data=opening(), follow_redirects=True).text
    assert "No title" in sent
    assert HELP in sent
    refused = ana.browser.post(f"/c/{circle_id}/new", data=opening(body=CALM))
    assert refused.status_code == 422
    assert HELP not in refused.text


def test_an_edit_and_a_card_are_taken_without_a_title(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, waits=True)
    assert ana.browser.post(f"/mine/{post.id}/edit", data=opening()).status_code == 303
    card = {
        "when": "At night.",
        "what": CRISIS,
        "how": "It passed.",
        "not_for": "Alone.",
        "tags": "exhaustion",
    }
    assert ana.browser.post("/library/new", data={**opening(), **card}).status_code == 303


def test_a_draft_keeps_its_title_empty(ana: Person, circle_id: str) -> None:
    kept = ana.browser.post(f"/c/{circle_id}/new", data=opening(draft_wanted="yes"), follow_redirects=True)
    assert "No title" not in kept.text


def test_every_refused_form_shows_help_first(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    calm = doing.open_thread(ana.vault, circle_id, body=CALM, waits=True)
    ana.browser.post("/goals", data={"name": "Sleep", "form_key": new_id()})
    refused = {
        f"/c/{circle_id}/new": opening(title="x" * 121),
        f"/t/{post.thread_id}": opening(pseudonym="", mode="support"),
        f"/mine/{calm.id}/edit": opening(title="x" * 121),
        "/library/new": opening(what=CRISIS),
        "/account/conversation": {**opening(pseudonym=""), "note": CRISIS},
        f"/mine/{calm.id}/write": {"note": CRISIS + "x" * 4000, "form_key": "once"},
        "/goals": {"name": "", "step": CRISIS, "form_key": new_id()},
        "/goals/1/obstacles": {"hindrance": CRISIS, "answer": "", "form_key": new_id()},
        "/check-in": {"note": CRISIS, "hours": "200", "form_key": new_id()},
        "/check-in/early-signs": {"sign-1": CRISIS, "who": "x" * 2000},
    }
    for path, form in refused.items():
        answer = ana.browser.post(path, data=form)
        assert answer.status_code == 422, path
        assert answer.text.count(HELP) == 1, path
        assert answer.text.index(HELP) < answer.text.index(PROBLEM), path
        assert answer.text.count("data-focus") == 1, path
        calm_words = {name: text.replace(CRISIS, CALM) for name, text in form.items()}
        assert HELP not in ana.browser.post(path, data=calm_words).text, path


def test_pages_of_a_refusal_show_help_above_the_kept_words(
    app: Flask, client: Client, ana: Person, circle_id: str
) -> None:
    signed_out = client.post(f"/c/{circle_id}/new", data=opening())
    assert signed_out.status_code == 401
    post = doing.open_thread(ana.vault, circle_id)
    stale = ana.browser.post(f"/mine/{post.id}/write", data={"note": CRISIS, "form_key": "once"})
    assert stale.status_code == 409
    for answer in (signed_out, stale):
        assert answer.text.index(HELP) < answer.text.index("<h1>")
    assert HELP not in client.post(f"/c/{circle_id}/new", data=opening(body=CALM)).text


def test_a_limit_that_is_reached_shows_help(ana: Person) -> None:
    for _time in range(30):
        ana.browser.post("/goals", data={"name": "Sleep", "form_key": new_id()})
    late = ana.browser.post("/goals", data={"name": CRISIS, "form_key": new_id()})
    assert late.status_code == 429
    assert late.text.index(HELP) < late.text.index("<h1>")


def test_a_press_on_a_thread_hands_a_cry_back_with_help(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(Person(ana.browser.application).vault, circle_id)
    reply = {"mode": "support", "pseudonym": "Quiet Heron", "form_key": "once"}
    for path, pressed in (
        (f"/posts/{post.id}/react", {"word": "with you"}),
        (f"/t/{post.thread_id}/keep?what=follow", {"on": "yes"}),
    ):
        handed_back = ana.browser.post(path, data={**reply, **pressed, "body": CRISIS})
        assert handed_back.status_code == 200
        assert CRISIS in handed_back.text
        assert handed_back.text.count(HELP) == 1
        assert HELP not in ana.browser.post(path, data={**reply, **pressed, "body": CALM}).text
    looked = ana.browser.post(f"/t/{post.thread_id}", data={**reply, "preview": "yes", "body": CRISIS})
    assert looked.text.count(HELP) == 1
