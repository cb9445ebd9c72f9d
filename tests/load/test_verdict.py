"""The end of a day under load would notice what must not happen; a very short look at its parts."""

from __future__ import annotations

import random

import pytest
from flask import Flask

from forum.circles.models import Revision
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from tests import factories
from tests.browser_client import Client
from tests.faults.site import Site
from tests.load import town, verdict
from tests.load.__main__ import report
from tests.load.book import Answer, Book
from tests.load.people import form_of


@pytest.fixture
def lived(app: Flask) -> tuple[Site, Book]:
    """A site on which one text was received, with the book of its day."""
    site, book = Site(current_settings()), Book()
    with writing():
        site.circle = factories.circle("Porch").id
    post_id = site.opens("It was a long week. zq000001zq")
    (key,) = site.acknowledged
    book.receive(key, "It was a long week. zq000001zq", post_id)
    db.session.rollback()
    return site, book


def _wrong(lived: tuple[Site, Book]) -> list[str]:
    site, book = lived
    verdict.check(site.settings, book)
    return book.wrong


def test_a_quiet_day_is_fine(lived: tuple[Site, Book]) -> None:
    assert _wrong(lived) == []


def test_a_lost_text_is_seen(lived: tuple[Site, Book]) -> None:
    lived[1].receive("another form", "Other words.", "A" * 22)
    assert "a received text is there 0 times" in _wrong(lived)


def test_changed_words_are_seen(lived: tuple[Site, Book]) -> None:
    (key,) = lived[1].bodies
    lived[1].bodies[key] = "Other words."
    assert "a received text has other words" in _wrong(lived)


def test_a_text_without_a_review_is_seen(lived: tuple[Site, Book]) -> None:
    with writing():
        db.session.execute(db.update(Revision).values(state="proposed"))
    assert any("a promise is broken" in one for one in _wrong(lived))


def test_two_texts_of_one_form_are_seen(lived: tuple[Site, Book]) -> None:
    (key,) = lived[1].bodies
    lived[1].receive(key, "", "B" * 22)
    assert lived[1].wrong == ["one form was received as two texts"]


def test_a_text_that_was_read_too_early_is_seen(lived: tuple[Site, Book]) -> None:
    lived[1].see({"zq000001zq"}, 5.0)
    lived[1].will_publish(["zq000001zq"], 6.0)
    assert _wrong(lived) == ["a text was read before it was published"]


def test_a_request_that_was_not_held_in_calm_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    book = Book(faults=[("lock", 100.0, 107.0)])
    book.answers += [Answer("thread", 200, 1.0, 0.1), Answer("open", 503, 101.0, 5.0)]
    report(book, 10.0, [])
    assert book.wrong == []
    book.answers.append(Answer("open", 503, 50.0, 0.1))
    report(book, 10.0, [])
    assert len(book.wrong) == 1 and "nothing lost" not in capsys.readouterr().out.splitlines()[-1]


def test_people_have_joined_before_the_day_begins(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town, "MEMBERS", 3)
    monkeypatch.setattr(town, "MODERATORS", 1)
    members, moderators = town.Town(current_settings(), (1,)).populate(Book(), random.Random(1))
    assert len({one.cookie for one in (*members, *moderators)}) == 4
    for one, page in ((members[0], "/mine"), (moderators[0], "/moderation")):
        browser = Client(app, app.response_class, use_cookies=True)
        browser.set_cookie("kindred", one.cookie)
        assert browser.get(page).status_code == 200, page


def test_a_form_is_found_by_where_it_leads() -> None:
    page = '<form action="/a"><input type="hidden" name="x" value="1&amp;2"></form><form action="/b"></form>'
    assert form_of(page, "/a") == {"x": "1&2"}
    assert form_of(page, "/b") == form_of(page, "/c") == {}
