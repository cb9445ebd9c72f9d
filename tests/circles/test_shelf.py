"""Nobody is left alone: the shelf, first texts, the list of what needs a reply, the public share."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from forum.circles import shelf
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from tests import doing, factories
from tests.people import Person


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle().id


def someone() -> OpenVault:
    return OpenVault(secrets.token_bytes(32))


def titles(circle_id: str, own_ids: tuple[str, ...] = ()) -> list[str]:
    return [row.title for row in shelf.shelf([circle_id], own_ids)]


def for_supporters(circle_id: str) -> list[str]:
    return [row.title for row in shelf.shelf_of_supporters([circle_id], (), now())]


def welcomes(circle_id: str) -> list[str]:
    return [row.title for row in shelf.welcome([circle_id], ())]


def test_a_thread_leaves_the_shelf_after_two_answers_by_others(app, client, circle_id):
    opener = someone()
    post = doing.open_thread(opener, circle_id, title="Lonely")
    for _ in range(2):
        doing.reply(opener, post.thread_id, "Quiet Heron")
        assert titles(circle_id) == ["Lonely"], "answering oneself is no answer"
    doing.reply(someone(), post.thread_id, "Kind Sycamore")
    assert titles(circle_id) == ["Lonely"]
    assert "Lonely" in client.get("/needs-a-reply").text
    doing.reply(someone(), post.thread_id, "Linen Otter")
    assert titles(circle_id) == []
    assert "Everybody has been answered" in client.get("/needs-a-reply").text


def test_the_unanswered_come_first_then_the_oldest(app, circle_id, clock):
    for title in ("first", "second", "third"):
        post = doing.open_thread(someone(), circle_id, title.title() + " Name", title=title)
        if title == "first":
            doing.reply(someone(), post.thread_id, "Kind Sycamore")
        clock.shift(timedelta(days=1))
    assert titles(circle_id) == ["second", "third", "first"]


def test_waiting_replies_move_only_the_shelf_of_peer_supporters_by_the_hour(app, circle_id, clock):
    first = doing.open_thread(someone(), circle_id, "Name First", title="first")
    doing.open_thread(someone(), circle_id, "Name Second", title="second")
    doing.reply(someone(), first.thread_id, "Kind Sycamore", waits=True)
    assert for_supporters(circle_id) == ["first", "second"], "not before the hour is full"
    clock.shift(timedelta(hours=1))
    assert for_supporters(circle_id) == ["second", "first"]
    assert titles(circle_id) == ["first", "second"]


def test_a_first_text_is_welcomed_until_somebody_else_replies(app, circle_id, clock):
    known, new = someone(), someone()
    doing.open_thread(known, circle_id, "Known Name", title="one")
    doing.open_thread(known, circle_id, "Known Name", title="two")
    clock.shift(timedelta(days=1))
    post = doing.open_thread(new, circle_id, "New Name", title="hello")
    assert titles(circle_id) == ["one", "two", "hello"]
    assert welcomes(circle_id) == ["hello"]
    doing.reply(new, post.thread_id, "New Name")
    assert welcomes(circle_id) == [], "no longer the first text"
    fresh = doing.open_thread(someone(), circle_id, "Fresh Name", title="hello again")
    post = fresh
    doing.reply(someone(), post.thread_id, "Kind Sycamore", waits=True)
    assert welcomes(circle_id) == ["hello again"], "only a reply that can be read ends it"
    doing.reply(someone(), post.thread_id, "Linen Otter")
    assert welcomes(circle_id) == []


def test_ones_own_threads_are_not_on_ones_shelf(app, circle_id):
    post = doing.open_thread(someone(), circle_id, title="mine")
    assert titles(circle_id) == ["mine"]
    assert titles(circle_id, (post.pseudonym_id,)) == []


def test_members_see_the_shelf_and_visitors_only_the_list(app, client, circle_id, monkeypatch):
    doing.open_thread(someone(), circle_id, title="Lonely")
    assert "Could use a reply" in (page := Person(app).browser.get("/").text)
    assert "First text under this name" in page
    assert "Lonely" not in client.get("/").text
    assert "First text" not in client.get("/needs-a-reply").text


def test_the_share_of_threads_answered_in_time(app, client, circle_id, clock):
    for number in range(shelf.FEWEST):
        opener = someone()
        post = doing.open_thread(opener, circle_id, f"Opener {chr(97 + number) * 3}")
        doing.reply(opener, post.thread_id, f"Opener {chr(97 + number) * 3}")
        doing.reply(someone(), post.thread_id, f"One {chr(97 + number) * 3}")
        if number < 7:
            doing.reply(someone(), post.thread_id, f"Two {chr(97 + number) * 3}")
    assert shelf.answered_share(day_of(now())) is None, "today’s threads still have time"
    assert "too few to say" in client.get("/transparency").text.partition("answered-title")[2]
    clock.shift(timedelta(days=2))
    doing.reply(someone(), post.thread_id, "Late Name")
    share = shelf.answered_share(day_of(now()))
    assert (share.threads, share.in_time, share.percent) == (10, 7, 70)
    assert "of the next day" in client.get("/").text
    told = "Of 10 threads of the last 30 days, 70 in a hundred had two replies"
    assert told in client.get("/transparency").text
    clock.shift(timedelta(days=40))
    assert shelf.answered_share(day_of(now())) is None
