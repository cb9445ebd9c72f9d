"""Search over what can be read, and nothing else: no oracle over anything hidden, waiting or closed."""

from __future__ import annotations

import re
import secrets

import pytest
from sqlalchemy import select

from forum.circles import indexing, invitations
from forum.circles.models import Revision, Thread
from forum.circles.publishing import show, take_down
from forum.content import content_notes
from forum.members.vault import OpenVault
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.people import Person


@pytest.fixture
def circles(app) -> dict[str, str]:
    with writing():
        return {
            audience: factories.circle(audience=audience).id
            for audience in ("everyone", "members", "invited")
        }


def someone() -> OpenVault:
    return OpenVault(secrets.token_bytes(32))


def ask(browser, query: str, **more) -> str:
    answer = browser.post("/search", data={"query": query, **more})
    assert answer.status_code == 200
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


def revision_of(post_id: str) -> Revision:
    return db.session.scalars(select(Revision).where(Revision.post_id == post_id)).one()


def test_search_finds_threads_replies_and_cards_with_an_excerpt(app, client, circles):
    opening = doing.open_thread(someone(), circles["everyone"], body="The heron stood there.")
    answer = doing.reply(someone(), opening.thread_id, body="A heron is a good sign.")
    doing.card(someone(), title="Look for a heron")
    page = ask(client, "herons")
    assert "The heron stood there." in page
    assert f'/t/{opening.thread_id}?after=0#p-{answer.id}"' in page
    assert "Look for a heron" in page
    assert "heron" not in client.get("/search").text
    assert client.get("/search?query=heron").text.count("stood there") == 0, "a question is sent by POST"


@pytest.mark.parametrize("state", ["waiting", "hidden", "removed"])
def test_what_cannot_be_read_answers_like_what_never_was(app, client, circles, state):
    opening = doing.open_thread(someone(), circles["everyone"], body="Plain words.")
    answer = doing.reply(someone(), opening.thread_id, body="quetzal", waits=state == "waiting")
    if state != "waiting":
        with writing():
            act = ("moderator", "hide") if state == "hidden" else ("author", "remove")
            take_down(revision_of(answer.id), *act, day_of(now()))
    assert ask(client, "quetzal").replace("quetzal", "X") == ask(client, "absent").replace("absent", "X")


def test_with_its_opening_a_whole_thread_can_no_longer_be_found(app, client, circles):
    opening = doing.open_thread(someone(), circles["everyone"], body="quetzal one")
    doing.reply(someone(), opening.thread_id, body="quetzal two")
    with writing():
        take_down(revision_of(opening.id), "moderator", "hide", day_of(now()))
    assert index.find("quetzal", list(circles.values())) == []
    with writing():
        show(revision_of(opening.id), "moderator", "publish", day_of(now()))
    assert len(index.find("quetzal", list(circles.values()))) == 2


def test_a_circle_is_searched_only_for_who_may_read_it(app, client, circles):
    for audience, circle_id in circles.items():
        doing.open_thread(someone(), circle_id, f"Name {audience}", title=f"For {audience}", body="quetzal")
    ana, ben = Person(app), Person(app)
    with writing():
        code = invitations.new_code(circles["invited"], day_of(now()))
        invitations.enter(ben.vault, code, day_of(now()))
    found = {
        who: set(re.findall(r">For (\w+)<", ask(browser, "quetzal")))
        for who, browser in (("visitor", client), ("member", ana.browser), ("invited", ben.browser))
    }
    assert found == {
        "visitor": {"everyone"},
        "member": {"members", "everyone"},
        "invited": {"invited", "members", "everyone"},
    }


def test_a_noted_text_shows_its_note_and_no_excerpt(app, client, circles):
    doing.open_thread(someone(), circles["everyone"], body="quetzal words", note=content_notes()[0].id)
    page = ask(client, "quetzal")
    assert "After the night shift" in page
    assert "quetzal words" not in page


def test_pages_of_results_go_by_post(app, client, circles):
    opening = doing.open_thread(someone(), circles["everyone"])
    with writing():
        for number in range(30):
            factories.published_post(
                db.session.get_one(Thread, opening.thread_id), body=f"quetzal {number}", position=number + 1
            )
        indexing.fill_anew(db.session())
    first = ask(client, "quetzal")
    assert first.count("/t/") == 20
    assert 'name="page" value="2"' in first
    second = ask(client, "quetzal", page="2")
    assert second.count("/t/") == 10
    assert ask(client, "quetzal", page="99999999999999").count("/t/") == 20
    assert ask(client, "quetzal", page="x").count("/t/") == 20


def test_filled_anew_the_index_answers_as_before(app, circles):
    opening = doing.open_thread(someone(), circles["everyone"], body="quetzal one")
    doing.reply(someone(), opening.thread_id, body="quetzal two")
    doing.card(someone(), title="quetzal card")
    places = [*circles.values(), "the-library-of-cards--"]
    before = {hit.id for hit in index.find("quetzal", places)}
    with writing():
        assert indexing.fill_anew(db.session()) == 3
    assert {hit.id for hit in index.find("quetzal", places)} == before


def test_search_needs_few_statements(app, client, circles, count_statements):
    opening = doing.open_thread(someone(), circles["everyone"], body="quetzal one")
    doing.reply(someone(), opening.thread_id, body="quetzal two")
    doing.card(someone(), title="quetzal card")
    ana = Person(app)
    for browser, most in ((client, 6), (ana.browser, 8)):
        with count_statements() as ran:
            ask(browser, "quetzal")
        assert not ran.writes
        assert len(ran) <= most, list(ran)


def test_what_only_moderators_read_is_not_in_the_index(app):
    with writing():
        circle_id = factories.circle(audience="moderators").id
    doing.open_thread(someone(), circle_id, body="quetzal story")
    assert index.find("quetzal", [circle_id]) == []
    with writing():
        assert indexing.fill_anew(db.session()) == 0
