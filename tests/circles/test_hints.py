"""Hints about a reply can be turned off for good; advice that nobody asked for is marked for moderators."""

from __future__ import annotations

import secrets

import pytest

from forum.circles.actions import Sender, revise
from forum.circles.models import Review
from forum.circles.writing import UNASKED, make_ready
from forum.members.models import VaultRow
from forum.storage.clock import now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.people import Person

COACHED = "You could name the feeling"
FIELDS = {"mode": "support", "body": "Ok.", "pseudonym": "Kind Sycamore", "form_key": "k" * 22}


@pytest.fixture
def thread_id(app) -> str:
    with writing():
        circle_id = factories.circle("Newcomers", audience="everyone").id
    return doing.open_thread(Person(app).vault, circle_id, wish="listen").thread_id


def test_hints_about_replies_can_be_turned_off_and_on(app, thread_id):
    ana = Person(app)

    def looked_at(how: str, person: Person = ana) -> str:
        return person.browser.post(f"/t/{thread_id}", data={**FIELDS, "preview": how}).text

    assert COACHED in looked_at("yes")
    before = db.session.query(VaultRow).count()
    assert COACHED not in looked_at("coach-off")
    assert db.session.query(VaultRow).count() > before, "the choice lies in the vault"
    page = looked_at("yes")
    assert COACHED not in page
    assert "You turned the hints about replies off." in page
    assert COACHED in looked_at("yes", Person(app)), "and is one person’s"
    assert COACHED in looked_at("coach-on")
    assert COACHED in looked_at("yes")


def flags_of(post_id: str) -> list[str]:
    return db.session.query(Review).filter_by(post_id=post_id, open=True).one().flags


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("You should just quit.", True),
        ("I hear you. That sounds heavy.", False),
        ("> You should just quit.\n\nThat was hard to read, I am sorry.", False),
    ],
)
def test_advice_that_nobody_asked_for_is_marked(app, thread_id, body, marked):
    answer = doing.reply(Person(app).vault, thread_id, body=body, waits=True)
    assert (UNASKED in flags_of(answer.id)) is marked
    review = db.session.query(Review).filter_by(post_id=answer.id).one()
    assert (review.lane, review.tier) == ("routine", None), "the mark moves nothing"


def test_the_mark_goes_and_comes_with_a_newer_version(app, thread_id):
    ana = Person(app)
    answer = doing.reply(ana.vault, thread_id, body="You should just quit.", waits=True)
    for body, marked in (("I hear you.", False), ("You should quit after all.", True)):
        written = make_ready("", body, "", is_opening=False)
        with writing():
            revise(Sender(ana.vault, secrets.token_urlsafe(8)), answer.id, written, now())
        assert (UNASKED in flags_of(answer.id)) is marked


def test_advice_where_it_is_welcome_is_not_marked(app):
    with writing():
        circle_id = factories.circle("Newcomers", audience="everyone").id
    opening = doing.open_thread(Person(app).vault, circle_id, wish="advice", body="You should all quit.")
    answer = doing.reply(Person(app).vault, opening.thread_id, body="You should quit.", waits=True)
    assert UNASKED not in flags_of(answer.id)


def test_a_moderator_sees_the_mark(app, thread_id):
    answer = doing.reply(Person(app).vault, thread_id, body="You should just quit.", waits=True)
    lead = Person(app, "lead")
    review = db.session.query(Review).filter_by(post_id=answer.id, open=True).one()
    assert "advice-unasked" in lead.browser.get(f"/moderation/reviews/{review.id}").text


def test_a_preview_shows_the_title_and_the_content_note(app):
    with writing():
        circle_id = factories.circle("Newcomers", audience="everyone").id
    typed = {"kind": "story", "wish": "listen", "title": "After <b>nights</b>", "body": "So tired."}
    typed |= {"pseudonym": "Quiet Heron", "form_key": "k" * 22, "content_note": "self-harm", "preview": "yes"}
    page = Person(app).browser.post(f"/c/{circle_id}/new", data=typed).text
    shown = page[page.index('id="preview-title"') :].partition("<form")[0]
    assert "<strong>After &lt;b&gt;nights&lt;/b&gt;</strong>" in shown
    assert "Self-harm" in shown
    assert "So tired." in shown
