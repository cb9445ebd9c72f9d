"""Who may open a page, and what happens to what somebody sent while signed out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask
from flask_login import AnonymousUserMixin, LoginManager

from forum.web.kept import carried, carried_to
from tests.browser_client import Client

VISITOR = AnonymousUserMixin()
MEMBER = SimpleNamespace(is_authenticated=True, is_staff=False, is_lead=False, has_second_factor=False)
STAFF = SimpleNamespace(is_authenticated=True, is_staff=True, is_lead=False, has_second_factor=True)
NEW_STAFF = SimpleNamespace(is_authenticated=True, is_staff=True, is_lead=False, has_second_factor=False)
LEAD = SimpleNamespace(is_authenticated=True, is_staff=True, is_lead=True, has_second_factor=True)


@pytest.fixture
def reader(pages: Flask) -> dict[str, object]:
    """Who is reading; change `reader["is"]`."""
    who: dict[str, object] = {"is": VISITOR}
    manager = pages.extensions.get("kindred.test_login") or LoginManager()
    manager.init_app(pages)
    manager.request_loader(lambda _request: who["is"] if who["is"] is not VISITOR else None)
    return who


@pytest.mark.parametrize(
    ("who", "room", "status"),
    [
        (VISITOR, "members", 303),
        (MEMBER, "members", 200),
        (STAFF, "members", 200),
        (VISITOR, "staff", 303),
        (MEMBER, "staff", 404),
        (NEW_STAFF, "staff", 303),
        (STAFF, "staff", 200),
        (VISITOR, "leads", 303),
        (MEMBER, "leads", 404),
        (STAFF, "leads", 404),
        (LEAD, "leads", 200),
        (LEAD, "staff", 200),
    ],
)
def test_rooms_open_to_whom_they_should(
    pages: Flask, client: Client, reader: dict[str, object], who: object, room: str, status: int
) -> None:
    reader["is"] = who
    assert client.get(f"/{room}-room").status_code == status


def test_a_visitor_is_led_to_sign_in(client: Client, reader: dict[str, object]) -> None:
    assert client.get("/members-room").headers["Location"] == "/sign-in"


def test_a_moderator_without_second_factor_is_led_to_set_it(
    client: Client, reader: dict[str, object]
) -> None:
    reader["is"] = NEW_STAFF
    assert client.get("/staff-room").headers["Location"] == "/account/second-factor"


def test_a_page_for_others_looks_like_one_that_does_not_exist(
    client: Client, reader: dict[str, object]
) -> None:
    reader["is"] = MEMBER
    assert client.get("/leads-room").data == client.get("/nowhere").data


def test_what_was_sent_after_the_session_ended_travels_through_signing_in(
    pages: Flask, client: Client, reader: dict[str, object]
) -> None:
    typed = {"body": 'I "meant" to say\nthis', "form_key": "once", "passphrase": "not this"}
    answer = client.post("/members-room?page=2", data=typed)
    assert answer.status_code == 401
    assert 'action="/sign-in"' in answer.text
    assert 'name="kept_for" value="/members-room?page=2"' in answer.text
    assert 'name="kept.form_key" value="once"' in answer.text
    assert "not this" not in answer.text
    back = {"kept_for": "/members-room", "kept.body": "I said", "kept.form_key": "once", "passphrase": "x"}
    with pages.test_request_context("/sign-in", method="POST", data=back):
        assert carried_to() == "/members-room"
        assert carried() == [("body", "I said"), ("form_key", "once")]


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x"])
def test_a_kept_form_goes_nowhere_else(pages: Flask, path: str) -> None:
    with pages.test_request_context("/sign-in", method="POST", data={"kept_for": path}):
        assert carried_to() is None
