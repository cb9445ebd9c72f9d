"""Every answer carries the headers, whatever happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from forum import create_app
from forum.web.headers import ALWAYS
from tests import engines
from tests.browser_client import Client

EVERY_KIND = [
    ("GET", "/rules", 200),
    ("GET", "/healthz", 200),
    ("GET", "/nowhere", 404),
    ("DELETE", "/echo", 405),
    ("GET", "/refuse/403", 403),
    ("GET", "/no-database", 503),
    ("POST", "/echo", 200),
    ("GET", "/static/site.css", 200),
    ("GET", "/static/nothing.css", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND)
def test_answers_carry_the_headers(pages: Flask, client: Client, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_an_unexpected_error_carries_the_headers(pages: Flask, client: Client) -> None:
    pages.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/breaks")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "secret words" not in answer.text


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline() -> None:
    policy = ALWAYS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert set(re.findall(r"'[a-z-]+'", policy)) == {"'none'", "'self'"}
    assert "frame-ancestors 'none'" in policy


def test_what_was_made_for_a_person_is_not_stored(client: Client) -> None:
    for path in ("/rules", "/healthz", "/nowhere", "/static/nothing.css"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_static_file_rests_under_its_version(client: Client) -> None:
    style = re.search(r'href="(/static/site\.css\?v=[0-9a-f]{12})"', client.get("/rules").text)
    assert style
    assert "immutable" in client.get(style[1]).headers["Cache-Control"]
    assert client.get("/static/site.css").headers["Cache-Control"] == "no-cache"


def test_production_demands_encryption(tmp_path: Path, production: Settings) -> None:
    with engines.running(production) as app:
        answer = Client(app, app.response_class).get("/rules", base_url="https://kindred.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_an_onion_door_does_not_ask_for_a_certificate(production: Settings) -> None:
    with engines.running(production.with_changes(onion_door=True)) as app:
        answer = Client(app, app.response_class).get("/rules", base_url="http://kindred.example")
    assert "Strict-Transport-Security" not in answer.headers


def test_the_development_server_does_not(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/rules").headers


def test_creating_the_program_twice_shares_nothing(settings: Settings) -> None:
    one, other = create_app(settings), create_app(settings)
    assert one.extensions["kindred.pages"] is not other.extensions["kindred.pages"]
    assert one.extensions["kindred.limits"] is not other.extensions["kindred.limits"]
