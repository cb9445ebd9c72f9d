"""Who may use which address: the table in `routes.txt`, which people review, and what really happens."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.web.headers import ALWAYS
from tests.browser_client import Client
from tests.guards.people_of_every_role import browsers
from tests.guards.walk import ROLES, TABLE, doors

NEEDS_NO_TOKEN = {"/leave"}


def test_the_table_lists_every_address_and_nothing_else(app: Flask) -> None:
    listed = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    there = [door.line for door in doors(app)]
    assert [line for line in there if line not in listed] == [], "not in the table (tests/guards/routes.txt)"
    assert [line for line in listed if line not in there] == [], "in the table, but gone"


def test_every_address_says_who_may_use_it(app: Flask) -> None:
    assert [door.line for door in doors(app) if door.access not in ROLES] == []


def test_a_form_without_its_token_is_refused_everywhere(app: Flask) -> None:
    people = browsers(app)
    for door in doors(app):
        if door.method == "GET" or door.rule in NEEDS_NO_TOKEN:
            continue
        for role, browser in people.items():
            answer = browser.open(door.path, method=door.method, data={"body": "typed words"}, csrf=False)
            assert answer.status_code == 400, (role, door.line)
            assert "typed words" in answer.text, (role, door.line)


def _is_refused(answer_status: int, location: str, method: str) -> bool:
    if method == "GET":
        return answer_status == 404 or (answer_status == 303 and location == "/sign-in")
    return answer_status in {401, 404}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_gets_further_than_the_table_says(app: Flask, role: str) -> None:
    browser = browsers(app)[role]
    for door in doors(app):
        if ROLES.index(door.access) <= ROLES.index(role):
            continue
        answer = browser.open(door.path, method=door.method)
        assert _is_refused(answer.status_code, answer.headers.get("Location", ""), door.method), door.line


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_calmly_with_its_headers(app: Flask, role: str) -> None:
    """Whatever is asked with ids that nobody has: no 500, and every header on every answer."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for door in doors(app):
        browser: Client = browsers(app)[role]
        for sent in ({}, {"title": "\ud800", "body": "x" * 9000, "kind": "nothing", "key": "\x00"}):
            data = {name: text.encode("utf-8", "surrogatepass") for name, text in sent.items()}
            answer = browser.open(door.path, method=door.method, data=data if door.method != "GET" else None)
            assert answer.status_code < 500, (door.line, sent)
            assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, door.line
            if door.rule != "/leave":
                assert answer.headers["Cache-Control"] == "no-store", door.line
