"""Whatever goes wrong: the right status, a calm page, the text kept, nothing told that should not be."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from forum.storage.database import db
from tests.browser_client import Client
from tests.people import Person

TYPED = {"title": "Tired", "body": "A long night,\nagain.", "passphrase": "my own words", "form_key": "k"}


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 422, 429, 500, 503, 418, 451])
def test_each_status_has_a_calm_page_with_the_text_kept(pages: Flask, client: Client, code: int) -> None:
    answer = client.post(f"/refuse/{code}", data=TYPED)
    assert answer.status_code == code
    assert "<h1>" in answer.text
    assert 'href="/help"' in answer.text
    assert "A long night,\nagain." in answer.text
    assert ">\nTired</textarea>" in answer.text
    assert "my own words" not in answer.text
    assert "Traceback" not in answer.text


def test_a_conflict_says_what_changed_and_where_to_look(pages: Flask, client: Client) -> None:
    answer = client.post("/conflict", data=TYPED)
    assert answer.status_code == 409
    assert "Somebody else has answered." in answer.text
    assert 'href="/there"' in answer.text


def test_the_wrong_method_names_the_right_ones(pages: Flask, client: Client) -> None:
    answer = client.delete("/echo")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_the_database_away_is_503_with_the_text_shown_back(pages: Flask, client: Client) -> None:
    answer = client.post("/no-database", data=TYPED)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "A long night,\nagain." in answer.text
    assert "disk I/O" not in answer.text


@pytest.mark.parametrize("what", ["rollback", "transaction"])
def test_what_only_follows_an_earlier_failure_is_503(pages: Flask, client: Client, what: str) -> None:
    answer = client.get(f"/failed-before/{what}")
    assert answer.status_code == 503
    assert "back in a moment" in answer.text


def test_a_database_file_that_is_gone_is_503(pages: Flask, client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    @pages.route("/reads")
    def reads() -> str:
        db.session.execute(db.text("SELECT * FROM circle"))
        return "read"

    assert client.get("/reads").status_code == 200
    db.engine.dispose()
    settings.database_url.removeprefix("sqlite:///")
    for file in settings.data_dir.glob("forum.sqlite3*"):
        file.unlink()
    assert client.get("/reads").status_code == 503
    assert client.get("/rules").status_code == 200


def test_a_fault_in_a_statement_is_ours_and_not_the_databases(pages: Flask, client: Client) -> None:
    @pages.route("/faulty")
    def faulty() -> str:
        raise DBAPIError("SELECT", {}, Exception("duplicate key"))

    pages.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get("/faulty").status_code == 500


def test_an_unexpected_error_is_500_and_says_nothing_of_it(pages: Flask, client: Client) -> None:
    pages.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.post("/breaks", data=TYPED)
    assert answer.status_code == 500
    assert "secret words in an exception" not in answer.text
    assert "A long night,\nagain." in answer.text


def test_an_unexpected_error_reaches_the_test(pages: Flask, client: Client) -> None:
    with pytest.raises(ZeroDivisionError):
        client.get("/breaks")


def test_the_error_page_does_not_ask_who_is_reading(pages: Flask, count_statements) -> None:  # type: ignore[no-untyped-def]
    browser = Person(pages).browser
    with count_statements() as ran:
        assert browser.get("/nowhere").status_code == 404
    assert ran == []


def test_when_the_error_page_itself_fails_there_is_still_an_answer(pages: Flask, client: Client) -> None:
    def fails() -> dict[str, str]:
        raise RuntimeError("a context that needs something that is away")

    pages.context_processor(fails)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "/help" in answer.text


def test_no_passphrase_comes_back_readable_with_an_error(app: Flask) -> None:
    """Neither the present one nor the offered words are shown; those travel on unseen."""
    browser = Person(app).browser
    words = {"present": "my present words here", "passphrase": "my new words here"}
    offered = {"offered": "harbor pencil violet sandal oregano tugboat", "note": "two words"}
    sent_from_here = {"Sec-Fetch-Site": "same-origin"}
    answer = browser.post("/account/passphrase", data=words | offered, csrf=False, headers=sent_from_here)
    assert answer.status_code == 400 and "two words" in answer.text
    assert "my present words" not in answer.text and "my new words" not in answer.text
    assert answer.text.count("harbor pencil") == 1
    assert 'type="hidden" name="offered"' in answer.text
