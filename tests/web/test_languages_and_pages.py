"""The language of an answer, and the pages that stand still."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.storage.database import db
from forum.web.pages import STILL, has_page
from tests.browser_client import Client


@pytest.mark.parametrize("path", [*STILL, "/robots.txt"])
def test_still_pages_need_no_database(client: Client, path: str, count_statements) -> None:  # type: ignore[no-untyped-def]
    with count_statements() as ran:
        answer = client.get(path)
    assert answer.status_code == 200
    assert ran == []
    assert "Set-Cookie" not in answer.headers


def test_robots_stay_outside(client: Client) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_links_lead_only_to_pages_that_are_there(app: Flask) -> None:
    assert has_page("web.rules")
    assert not has_page("web.nothing")


def test_the_page_says_its_language(client: Client) -> None:
    assert '<html lang="en">' in client.get("/rules", headers={"Accept-Language": "tlh, en;q=0.5"}).text


def test_a_chosen_language_goes_before_the_browsers(app: Flask, client: Client) -> None:
    app.extensions["kindred.languages"] = ["de", "en"]
    assert '<html lang="de">' in client.get("/rules", headers={"Accept-Language": "de"}).text
    assert client.post("/language", data={"language": "en"}).status_code == 303
    assert '<html lang="en">' in client.get("/rules", headers={"Accept-Language": "de"}).text


def test_a_language_that_is_not_there_is_refused(client: Client) -> None:
    assert client.post("/language", data={"language": "xx"}).status_code == 422
    assert client.post("/language").status_code == 422


def test_health_is_said_in_words(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["database"] == "reachable"
    assert answer.json["screening worker"] == "not seen yet"
    assert answer.json["forum"] == "needs a look"
    assert "schema" not in answer.json


def test_health_without_a_database_is_503(app: Flask, client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    db.engine.dispose()
    settings.data_dir.joinpath("forum.sqlite3").unlink()
    settings.data_dir.joinpath("forum.sqlite3").mkdir()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["forum"] == "down"
