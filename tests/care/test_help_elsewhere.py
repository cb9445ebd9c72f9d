"""Help where words of a crisis are typed elsewhere: a search, a draft, a preview, an edit, the navigation."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from forum.care.panel import ASKED, ASKED_SOFTLY, aftercare, asked_for
from forum.members.models import MemberSession
from forum.storage.database import db
from tests import doing
from tests.browser_client import Client
from tests.members import people
from tests.moderation import desk
from tests.people import Person

CRISIS = "I want to die. I do not know how to go on."
SEARCH = "want to kill myself"


@pytest.fixture
def circle_id(app: Flask) -> str:
    return desk.a_circle()


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see that nothing was kept."""
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return {
        table.name: sorted(map(tuple, db.session.execute(db.select(table))), key=repr) for table in tables
    }


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_search_for_a_way_out_shows_help_above_and_keeps_nothing(
    app: Flask, client: Client, ana: Person, circle_id: str, signed_in: bool
) -> None:
    browser = ana.browser if signed_in else client
    before = everything()
    page = browser.post("/search", data={"query": SEARCH}).text
    assert page.index('id="help"') < page.index("<h2>Found</h2>")
    assert "emergency number" in page
    assert "cannot send anyone" in page
    assert "person will read" not in page
    assert everything() == before


@pytest.mark.parametrize(
    "query",
    [
        "suicide",
        "self-harm",
        "self harm",
        "overdose",
        "can't go on",
        "can’t go on",
        "nobody would miss me",
        "disappear",
        "Hopeless",
        "my sister is dying",
        "I’m worthless",
    ],
)
def test_a_bare_word_brings_the_softer_help(client: Client, query: str) -> None:
    assert asked_for(query) == ASKED_SOFTLY
    page = client.post("/search", data={"query": query}).text
    assert 'id="help"' in page
    assert "emergency number" not in page


@pytest.mark.parametrize("query", ["night shift", "skills for killing time", "diet", "deadline", ""])
def test_an_ordinary_search_shows_none(client: Client, query: str) -> None:
    assert asked_for(query) is None
    assert 'id="help"' not in client.post("/search", data={"query": query}).text


@pytest.mark.parametrize("query", ["ich kann nicht mehr", "night shift", ""])
def test_an_empty_result_has_a_line_of_help(client: Client, query: str) -> None:
    page = client.post("/search", data={"query": query}).text
    found = page[page.index("Nothing was found") :]
    assert "If things are hard right now" in found.split("<footer")[0]


def test_a_search_that_speaks_of_oneself_is_a_crisis() -> None:
    assert asked_for(SEARCH) == ASKED


def opening(**more: str) -> dict[str, str]:
    return {
        "title": "Tonight",
        "body": CRISIS,
        "kind": "story",
        "wish": "listen",
        "pseudonym": "Quiet Heron",
        "form_key": secrets.token_urlsafe(16),
        **more,
    }


def test_a_draft_with_a_crisis_is_kept_and_shows_help_to_nobody_else(ana: Person, circle_id: str) -> None:
    answer = ana.browser.post(f"/c/{circle_id}/new", data=opening(draft_wanted="yes"), follow_redirects=True)
    assert "Your draft is kept" in answer.text
    assert "This is not sent yet" in answer.text
    assert 'id="help"' not in ana.browser.get("/mine").text
    assert desk.review_of("") is None


def test_an_ordinary_draft_shows_none(ana: Person, circle_id: str) -> None:
    draft = opening(body="A long week.", draft_wanted="yes")
    answer = ana.browser.post(f"/c/{circle_id}/new", data=draft, follow_redirects=True)
    assert 'id="help"' not in answer.text


def test_every_preview_shows_help(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    calm = doing.open_thread(ana.vault, circle_id, waits=True)
    typed = opening(preview="yes", mode="support")
    card = {
        "when": "On some nights.",
        "what": CRISIS,
        "how": "It passed.",
        "not_for": "Not alone.",
        "tags": "exhaustion",
    }
    for path in (f"/c/{circle_id}/new", f"/t/{post.thread_id}", f"/mine/{calm.id}/edit", "/library/new"):
        page = ana.browser.post(path, data={**typed, **card}).text
        assert "This is not sent yet" in page, path


def test_the_way_to_help_knows_the_chosen_country_without_asking(ana: Person, count_statements) -> None:
    assert 'href="/help"' in ana.browser.get("/rules").text
    with count_statements() as before:
        ana.browser.get("/")
    ana.browser.post("/account/settings", data={"country": "gb"})
    with count_statements() as after:
        page = ana.browser.get("/").text
    assert page.count('href="/help?country=gb"') == 2
    assert len(after) == len(before)
    ana.browser.post("/account/settings", data={"country": ""})
    assert 'href="/help"' in ana.browser.get("/").text


def test_the_country_lies_sealed_with_the_session(ana: Person) -> None:
    ana.browser.post("/account/settings", data={"country": "nl"})
    rows = db.session.scalars(db.select(MemberSession.sealed)).all()
    assert len({len(row) for row in rows}) == 1
    assert not any(b"nl" in row and b"country" in row for row in rows)


def test_a_chosen_country_is_there_after_the_next_sign_in(client: Client) -> None:
    people.join(client)
    client.post("/account/settings", data={"country": "ie"})
    client.post("/sign-out")
    assert 'href="/help"' in client.get("/").text
    people.sign_in(client)
    assert 'href="/help?country=ie"' in client.get("/").text


WORD = aftercare()["repliers"]


def test_who_answers_a_heavy_text_reads_a_word_for_themselves(
    app: Flask, ana: Person, circle_id: str
) -> None:
    heavy = doing.open_thread(ana.vault, circle_id, body=CRISIS)
    calm = doing.open_thread(ana.vault, circle_id, body="The bus was late.")
    ben = Person(app)
    assert WORD in ben.browser.get(f"/mine/{doing.reply(ben.vault, heavy.thread_id, waits=True).id}").text
    assert WORD not in ben.browser.get(f"/mine/{doing.reply(ben.vault, calm.thread_id, waits=True).id}").text
    assert WORD not in ana.browser.get(f"/mine/{heavy.id}").text, "not beside the heavy text itself"


def test_the_thread_itself_tells_no_more_than_its_content_note(
    app: Flask, client: Client, ana: Person, circle_id: str
) -> None:
    heavy = doing.open_thread(ana.vault, circle_id, body=CRISIS)
    noted = doing.open_thread(ana.vault, circle_id, note="suicidal-thoughts")
    ben = Person(app)
    assert WORD not in ben.browser.get(f"/t/{heavy.thread_id}").text, "a tier is nobody's to read"
    assert WORD in ben.browser.get(f"/t/{noted.thread_id}").text
    assert WORD not in client.get(f"/t/{noted.thread_id}").text, "visitors cannot answer"
