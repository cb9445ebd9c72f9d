"""The desk of peer supporters: first words nobody has answered, and where a second voice is wanted."""

from __future__ import annotations

import re

from forum.circles.models import Thread
from forum.members import pseudonyms
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.people import Person
from tests.training.steps import again, supporter, thread_by


def test_the_desk_opens_to_peer_supporters_only(app):
    assert Person(app).browser.get("/training/desk").location == "/training"
    assert supporter(app).browser.get("/training/desk").status_code == 200


def ids_in(page: str, section: str) -> list[str]:
    part = page[page.index(f'id="{section}"') :].split("</section>", maxsplit=1)[0]
    return re.findall(r'href="/t/([^"]+)"', part)


def test_a_welcome_is_there_until_somebody_replied(app):
    ana = supporter(app)
    newer, older = thread_by(new_id(), age=1), thread_by(new_id(), age=5)
    known = new_id()
    thread_by(known, age=3)
    thread_by(known, age=2)
    answered = thread_by(new_id(), age=9, replies=1)
    own = thread_by(pseudonyms.ring(ana.vault)[0].id)
    page = ana.browser.get("/training/desk").text
    assert ids_in(page, "welcome-title") == [older, newer]
    assert answered in ids_in(page, "shelf-title")
    assert own not in page
    assert not {older, newer} & set(ids_in(page, "shelf-title"))


def test_a_waiting_reply_lowers_a_thread_from_the_next_hour_on_and_never_counts(clock, app):
    ana = supporter(app)
    known = new_id()
    first, second = thread_by(known, age=5), thread_by(known, age=4)
    with writing():
        thread = db.session.get_one(Thread, first)
        waiting = factories.revision(factories.post(thread))
        waiting.submitted_at = now()
    page = ana.browser.get("/training/desk").text
    assert ids_in(page, "shelf-title") == [first, second], "within the hour nothing moves"
    clock.shift(3600)
    later = again(ana).browser.get("/training/desk").text
    assert ids_in(later, "shelf-title") == [second, first]
    bare = re.compile(r'value="[^"]*"|href="[^"]*"')
    assert sorted(bare.sub("", page).split()) == sorted(bare.sub("", later).split())


def test_the_desk_shows_only_what_one_may_read(app):
    ana = supporter(app)
    with writing():
        hidden = factories.circle(audience="invited")
    closed = thread_by(new_id(), circle=hidden)
    assert closed not in ana.browser.get("/training/desk").text


def test_the_desk_takes_few_statements(app, count_statements):
    ana, counts = supporter(app), set()
    with writing():
        circle = factories.circle()
    for many in (2, 10):
        for _time in range(many):
            thread_by(new_id(), circle=circle)
        with count_statements() as ran:
            ana.browser.get("/training/desk")
        assert not ran.writes
        counts.add(len(ran))
    assert len(counts) == 1
