"""Forms without this browser's own token are refused, and what was typed comes back."""

from __future__ import annotations

import base64
import re

import pytest
import time_machine
from flask import Flask, flash

from config import Settings
from tests import engines
from tests.browser_client import Client

TYPED = "I was going to say something long.\n<script>alert(1)</script>"


def test_a_missing_token_is_refused_with_the_text_kept(pages: Flask, client: Client) -> None:
    answer = client.post("/echo", data={"body": TYPED, "passphrase": "one two three"}, csrf=False)
    assert answer.status_code == 400
    assert "I was going to say something long." in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "one two three" not in answer.text


def test_a_token_of_another_browser_is_refused(pages: Flask, client: Client, browser) -> None:  # type: ignore[no-untyped-def]
    stolen = browser().form_token()
    client.form_token()
    answer = client.post("/echo", data={"body": TYPED, "csrf_token": stolen})
    assert answer.status_code == 400


def test_the_page_offers_to_send_again_what_came_from_here(pages: Flask, client: Client) -> None:
    data = {"body": TYPED, "form_key": "abc"}
    from_here = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/echo", data=data, csrf=False, headers=from_here)
    assert answer.text.count('action="/echo"') == 1
    assert 'name="form_key" value="abc"' in answer.text
    assert 'action="/echo"' not in client.post("/echo", data=data, csrf=False).text


def test_a_token_does_not_grow_old_while_somebody_writes(
    pages: Flask, client: Client, clock: time_machine.Traveller
) -> None:
    token = client.form_token()
    clock.shift(11 * 3600)
    assert client.post("/echo", data={"body": "x", "csrf_token": token}).status_code == 200


def test_only_leave_may_be_posted_without_a_token(app: Flask) -> None:
    assert {view.rpartition(".")[2] for view in app.extensions["csrf"]._exempt_views} <= {"leave"}


@pytest.mark.parametrize(
    ("onion", "start"), [(False, "__Host-form="), (True, "form=")], ids=["encrypted", "onion"]
)
def test_the_cookie_is_bound_to_the_host(production: Settings, onion: bool, start: str) -> None:
    with engines.running(production.with_changes(onion_door=onion)) as app:
        answer = Client(app, app.response_class).post(
            "/language",
            data={"note": "some words"},
            headers={"Sec-Fetch-Site": "same-origin"},
            base_url="https://kindred.example",
            csrf=False,
        )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(start)
    assert ("Secure" in cookie) is not onion
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def _form_cookie(client: Client) -> str:
    return client.get_cookie("form").value


def test_nothing_can_be_read_in_the_cookie(app: Flask, browser) -> None:  # type: ignore[no-untyped-def]
    """Neither its size nor its letters say whether a line waits in it, or which."""
    sizes = set()
    for line in ("", "Your draft is kept for 14 days. Only you can open it.", "Gone."):
        held = {"csrf_token": "0123456789abcdef" * 3}
        held |= {"_flashes": [("message", line)]} if line else {}
        value = app.session_interface.get_signing_serializer(app).dumps(held)
        plain = base64.urlsafe_b64decode(value)
        assert not set(re.findall(rb"[a-z0-9_]{6,}", plain)) & {b"draft", b"csrf_token", b"0123456789abcdef"}
        assert b"Gone" not in plain and b"14 days" not in plain
        assert app.session_interface.get_signing_serializer(app).loads(value)["csrf_token"]
        sizes.add(len(value))
    assert len(sizes) == 1
    visitor = browser()
    visitor.form_token()
    value = _form_cookie(visitor)
    assert b"csrf" not in base64.urlsafe_b64decode(value)
    for changed in (
        "",
        "x",
        value[:-4] + "AAAA",
        value.replace("-", "_"),
        "eyJjc3JmX3Rva2VuIjoiYSJ9.aaaa.bbbb",
    ):
        visitor.set_cookie("form", changed if changed != value else "x")
        answer = visitor.post("/language", data={"csrf_token": "x", "note": "two words"})
        assert answer.status_code == 400


def test_a_line_for_the_next_page_is_said_once(pages: Flask, client: Client) -> None:
    pages.add_url_rule("/says", "says", lambda: (flash("It is withdrawn."), "ok")[1])
    client.get("/says")
    assert b"withdrawn" not in base64.urlsafe_b64decode(_form_cookie(client))
    assert "It is withdrawn." in client.get("/sign-in").text
    assert "It is withdrawn." not in client.get("/sign-in").text
