"""The wall shows published celebrations and nothing else; kind words open to their owner alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from forum.circles.models import PublishedThread
from forum.growth import kind_words, queries, texts
from forum.members import pseudonyms
from forum.notices.actions import tell
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.people import Person


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def celebration(circle, title: str, age: int = 0) -> str:
    thread = factories.published_thread(circle, title)
    shown = db.session.get_one(PublishedThread, thread.id)
    shown.kind, shown.day = "celebration", factories.DAY - timedelta(days=age)
    return thread.id


def named(person: Person, name: str) -> str:
    with writing():
        return pseudonyms.choose(person.vault, "", name).pseudonym_id


def thank(pseudonym_id: str, words: str = "", post_id: str = "", kind: str = "thanks") -> str:
    with writing():
        return tell(pseudonym_id, kind, day_of(now()), words=words, post_id=post_id).id


def test_the_wall_shows_celebrations_of_circles_one_may_read(ana, client):
    with writing():
        everyone, invited = factories.circle(), factories.circle(audience="invited")
        members = factories.circle(audience="members")
        celebration(everyone, "A nap")
        celebration(members, "A no")
        celebration(invited, "Behind a door")
        factories.published_thread(everyone, "A long story")
        waiting = factories.thread(everyone, kind="celebration")
        factories.revision(factories.post(waiting, is_opening=True), "Waits for a person")
    page = ana.browser.get("/celebrations").text
    assert ["A nap" in page, "A no" in page] == [True, True]
    assert not any(title in page for title in ("Behind a door", "A long story", "Waits for a person"))
    assert client.get("/celebrations").status_code == 303


def test_an_empty_wall_says_something_kind(ana):
    assert texts.words("celebration")["empty"] in ana.browser.get("/celebrations").text


def test_the_wall_is_in_order_of_days_whatever_readers_do(ana):
    with writing():
        circle = factories.circle()
        ids = [celebration(circle, f"Small thing {age:02}", age) for age in range(queries.A_PAGE + 5)]
        db.session.get_one(PublishedThread, ids[-1]).latest = 10**6
        db.session.get_one(PublishedThread, ids[-1]).replies = 99
    seen, path = [], "/celebrations"
    while path:
        page = ana.browser.get(path).text
        seen += re.findall(r"Small thing (\d\d)", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older and older.group(1)
    assert seen == [f"{age:02}" for age in range(queries.A_PAGE + 5)]


def test_the_wall_is_read_by_its_index_and_costs_no_more_when_it_is_long(ana, count_statements):
    counts = []
    for many in (1, queries.A_PAGE + 5):
        with writing():
            circle = factories.circle()
            for age in range(many):
                celebration(circle, f"Small thing {age:02}", age)
        with count_statements() as ran:
            assert ana.browser.get("/celebrations").status_code == 200
        assert not ran.writes
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 6
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wall_statement()}").all()
    told = " ".join(row[-1] for row in plan)
    assert "ix_published_thread_wall" in told
    assert "TEMP B-TREE" not in told


def wall_statement() -> str:
    """The statement of the wall with its values in it."""
    statement = queries.wall(["A" * 22, "B" * 22], (day_of(now()), "C" * 22))
    return str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("before", ["x", "1.", f"0.{'a' * 22}", f"{'9' * 9}.{'a' * 22}", "-1.x"])
def test_a_broken_address_of_the_wall_shows_its_beginning(ana, before):
    assert ana.browser.get(f"/celebrations?before={before}").status_code == 200


def test_kind_words_open_to_their_owner_alone(app, ana):
    ben = Person(app)
    heron, other = named(ana, "Quiet Heron"), named(ben, "Kind Sycamore")
    thank(heron, "Your soup line stayed with me.", (post_id := new_id()))
    thank(heron, kind="helped")
    thank(other, "For somebody else.")
    with writing():
        tell(heron, "returned", day_of(now()), words="Not a thanks.")
    page = ana.browser.get("/kind-words").text
    assert "Your soup line stayed with me." in page
    assert f'href="/mine/{post_id}"' in page
    assert "Somebody said that your reply helped." in page
    assert "For somebody else." not in page
    assert "Not a thanks." not in page
    assert "Your soup line" not in ben.browser.get("/kind-words").text


def test_a_kept_thanks_stays_when_its_notice_fades_and_can_be_let_go(app, ana):
    heron = named(ana, "Quiet Heron")
    notice = thank(heron, "Your soup line stayed with me.")
    assert Person(app).browser.post(f"/kind-words/{notice}/keep").status_code == 404
    for _twice in range(2):
        assert ana.browser.post(f"/kind-words/{notice}/keep").status_code == 303
    with writing():
        db.session.execute(db.text("DELETE FROM notice"))
    page = ana.browser.get("/kind-words").text
    assert page.count("Your soup line stayed with me.") == 1
    assert ana.browser.post("/kind-words/1/let-go").status_code == 303
    assert texts.words("kind_words")["empty"] in ana.browser.get("/kind-words").text
    assert ana.browser.post("/kind-words/1/let-go").status_code == 404


def test_kind_words_take_few_statements(ana, count_statements):
    heron, counts = named(ana, "Quiet Heron"), set()
    for many in (2, 20):
        for place in range(many):
            thank(heron, f"thanks {place}")
        with count_statements() as ran:
            ana.browser.get("/kind-words")
        counts.add(len(ran))
    assert len(counts) == 1
    assert len(kind_words.received(ana.vault, now())) == 22
