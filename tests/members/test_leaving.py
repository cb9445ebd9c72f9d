"""Leave this site: whatever happens, the session ends and nothing of ours shows for a quarter of an hour."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from forum.members.models import MemberSession
from forum.storage.database import db
from forum.web.form_token import exempt_views
from tests.browser_client import Client
from tests.members.people import is_signed_in, join


def test_leaving_needs_no_token_ends_the_session_and_leads_away(client: Client) -> None:
    join(client)
    answer = client.post("/leave", csrf=False)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'http-equiv="refresh" content="0; url=https://www.wikipedia.org/"' in page
    assert "kindred" not in page.lower()
    assert client.get_cookie("kindred") is None and client.get_cookie("form") is None
    assert db.session.scalar(db.select(db.func.count()).select_from(MemberSession)) == 0


def test_visitors_may_leave_too(client: Client) -> None:
    assert client.post("/leave", csrf=False).status_code == 200


def test_every_page_is_neutral_until_somebody_comes_back(client: Client) -> None:
    join(client)
    client.post("/leave", csrf=False)
    for path in ("/", "/mine", "/help", "/sign-in", "/no-such-page", "/moderation"):
        answer = client.get(path)
        assert answer.status_code == 200 and "kindred" not in answer.get_data(as_text=True).lower()
    refused = client.post("/sign-in", csrf=False, data={"body": "words from another tab"})
    assert refused.status_code == 200 and b"another tab" not in refused.data
    assert client.post("/back").location == "/"
    assert "Kindred" in client.get("/").get_data(as_text=True)
    assert not is_signed_in(client)


def test_continue_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    client.post("/leave", csrf=False)
    page = client.get("/help?from=tab").text
    assert 'content="light dark"' in page and "neutral.css" in page and "/help" not in page
    sealed = re.search(r'name="to" value="([^"]+)"', page)
    assert sealed and client.post("/back", data={"to": sealed.group(1)}).location == "/help?from=tab"


@pytest.mark.parametrize("to", ["", "/help", "//elsewhere.example", "AAAA", "é", "%00"])
def test_coming_back_leads_only_where_this_site_has_sealed_the_way(client: Client, to: str) -> None:
    client.post("/leave", csrf=False)
    assert client.post("/back", data={"to": to}).location == "/"


def test_leaving_forgets_the_page_that_was_asked_for(client: Client) -> None:
    client.get("/mine")
    assert client.get_cookie("asked") is not None
    client.post("/leave", csrf=False)
    assert client.get_cookie("asked") is None


def test_a_replayed_cookie_shows_nothing(client: Client, browser: Callable[[], Client]) -> None:
    join(client)
    cookie = client.get_cookie("kindred")
    client.post("/leave", csrf=False)
    other = browser()
    other.set_cookie("kindred", cookie.value if cookie else "")
    assert not is_signed_in(other)


def test_the_cookie_is_bare_and_lasts_a_quarter_of_an_hour(
    client: Client, clock: time_machine.Traveller
) -> None:
    answer = client.post("/leave", csrf=False)
    [left] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("left=1")]
    assert "Max-Age=900" in left and "HttpOnly" in left


def test_leaving_works_while_the_database_is_away(client: Client, app: Flask) -> None:
    join(client)
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE member_session"))
    answer = client.post("/leave", csrf=False)
    assert answer.status_code == 200 and client.get_cookie("kindred") is None


def test_leaving_is_the_one_page_without_a_token(app: Flask) -> None:
    assert exempt_views() == {"forum.members.views.leaving.leave"}


def test_coming_back_needs_a_token(client: Client) -> None:
    client.post("/leave", csrf=False)
    assert client.post("/back", csrf=False).status_code == 400
