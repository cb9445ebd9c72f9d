"""What a moderator reads of a strategy card: its parts, what it was built on, what it grew out of."""

from __future__ import annotations

import re
import secrets

import pytest
from flask import Flask

from forum.circles import tending
from forum.circles.models import PublishedPost, Revision
from forum.circles.publishing import take_down
from forum.coping.actions import Origin
from forum.coping.rules import Parts
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.people import Person


@pytest.fixture
def vault(app: Flask) -> OpenVault:
    return OpenVault(secrets.token_bytes(32))


def test_a_moderator_reads_a_card_under_its_headings(app, client):
    ana, mo = Person(app), Person(app, "moderator")
    post = doing.card(ana.vault, waits=True)
    review = mo.browser.post("/moderation/next").location
    page = mo.browser.get(review).text
    assert "Strategy card for the library" in page
    assert "## What I do" in page
    assert "Ten minutes of nothing" in page
    assert client.get(f"/library/{post.thread_id}").status_code == 404


def card_at_the_desk(person: Person) -> str:
    """What a moderator reads of the next review, without what its markup says."""
    page = person.browser.get(person.browser.post("/moderation/next").location).text
    return re.sub(r"<[^>]+>", " ", page)


def test_a_moderator_sees_what_a_card_was_built_on(app, vault):
    first = doing.card(vault, title="Ten minutes of nothing")
    second = doing.card(
        vault, title="Walking home", parts=Parts("After work.", "I walk the long way.", "Good.", "-")
    )
    origin = Origin(built_on=first.thread_id, also_on=second.thread_id)
    doing.card(
        OpenVault(secrets.token_bytes(32)), "Linen Otter", title="Both at once", origin=origin, waits=True
    )
    mo = Person(app, "moderator")
    review = mo.browser.post("/moderation/next").location
    page = mo.browser.get(review).text
    for one in (first, second):
        assert f'href="/library/{one.thread_id}"' in page
    assert "Built on Ten minutes of nothing, by Copper Kettle" in page and "I walk the long way." in page
    with writing():
        shown = db.session.get_one(PublishedPost, second.id)
        take_down(db.session.get_one(Revision, shown.revision_id), "author", "remove", day_of(now()))
    page = mo.browser.get(review).text
    assert "Built on a card that can no longer be read." in page and "I walk the long way." not in page


@pytest.mark.parametrize(
    ("audience", "warned", "linked"),
    [("everyone", False, True), ("members", True, True), ("invited", True, False)],
)
def test_a_moderator_sees_the_reply_a_card_grew_out_of_and_what_was_agreed(
    app, vault, audience, warned, linked
):
    with writing():
        circle = factories.circle(audience=audience)
    opening = doing.open_thread(vault, circle.id, kind="challenge", title="The long nights")
    helper = OpenVault(secrets.token_bytes(32))
    answer = doing.reply(helper, opening.thread_id, body="I turn the phone face down.")
    with writing():
        tending.name_what_helped(vault, answer.id, day_of(now()), helped=True)
    doing.card(helper, "Kind Sycamore", origin=Origin(post_id=answer.id), waits=True)
    page = card_at_the_desk(Person(app, "moderator"))
    assert "It grew out of a text by the same name in The long nights" in page
    assert "I turn the phone face down." in page and "Only its writer could make a card of it." in page
    assert "named it as what helped" in page
    assert ("which not everybody may read" in page) is warned
    assert ("Open that thread" in page) is linked


def test_a_card_under_another_name_tells_the_desk_no_source(app, vault):
    with writing():
        circle = factories.circle()
    opening = doing.open_thread(vault, circle.id, kind="challenge", title="The long nights")
    doing.card(vault, "Another Name", origin=Origin(post_id=opening.id), waits=True)
    page = card_at_the_desk(Person(app, "moderator"))
    assert "Where this card comes from" not in page and "The long nights" not in page
