"""Forms without this browser's own token are refused, and what was typed comes back."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask

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
