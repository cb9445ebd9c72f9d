"""What surrounds threads and cards works alike on SQLite and on PostgreSQL."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select

from forum.circles import invitations, queries, reactions, shelf, tending, upkeep
from forum.circles.models import Circle, PublishedThread, Thread
from forum.coping import queries as library
from forum.coping.actions import Origin, say_how_it_went
from forum.growth import queries as wall
from forum.members.vault import OpenVault
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories


def someone() -> OpenVault:
    return OpenVault(secrets.token_bytes(32))


def test_a_thread_with_everything_around_it(engine_app, clock):
    ana, ben = someone(), someone()
    with writing():
        circle = factories.circle()
        circle_id, circle.keep_days = circle.id, 40
    opening = doing.open_thread(ana, circle_id, kind="challenge", topics=("sad",))
    assert [row.title for row in shelf.welcome([circle_id], ())] == ["After the night shift"]
    waiting = doing.reply(ben, opening.thread_id, waits=True)
    clock.shift(timedelta(hours=2))
    assert len(shelf.shelf_of_supporters([circle_id], [waiting.pseudonym_id], now())) == 1
    doing.publish(waiting.id)
    version = db.session.get_one(Thread, opening.thread_id).version
    with writing():
        tending.name_what_helped(ana, waiting.id, day_of(now()), helped=True)
        reactions.react(ana, waiting.id, "thank you", day_of(now()))
        tending.close_replies(ana, opening.thread_id, closed=True)
    assert db.session.get_one(Thread, opening.thread_id).version == version + 2
    assert reactions.left_on(waiting.id) == ["thank you"]
    assert [row.answers for row in shelf.shelf([circle_id], ())] == [1]
    assert queries.threads_of([circle_id], topic="sad", needs_reply=True)
    assert next(iter(queries.posts_of(opening.thread_id, queries.NEWEST))).post_id == opening.id
    assert wall.celebrations([circle_id], (day_of(now()), "C" * 22)) == []
    assert not queries.threads_of([circle_id], topic="proud")
    assert shelf.answered_share(day_of(now())) is None
    clock.shift(timedelta(days=42))
    upkeep.end_old_posts()
    upkeep.tidy_search()
    assert db.session.scalars(select(PublishedThread)).all() == []
    assert index.find("shift", [circle_id]) == []


def test_cards_and_codes(engine_app):
    ana = someone()
    first = doing.card(ana).thread_id
    second = doing.card(ana, title="Five minutes", origin=Origin(first)).thread_id
    with writing():
        say_how_it_went(ana, first, "mixed")
        say_how_it_went(ana, first, "helped")
    assert library.tried([first, second]) == {first: {"helped": 1}}
    assert [row.title for row in library.cards(tag="exhaustion")] == [
        "Five minutes",
        "Ten minutes of nothing",
    ]
    both = doing.card(ana, title="Both at once", origin=Origin(first, None, second)).thread_id
    assert {row.thread_id for row in library.family(second, (first,))} == {first, both}
    with writing():
        circle = factories.circle(audience="invited")
        code = invitations.new_code(circle.id, day_of(now()))
        invitations.new_code(circle.id, day_of(now()))
        assert invitations.enter(ana, code, day_of(now())) == circle.id
    upkeep.forget_old_codes()
    assert db.session.get_one(Circle, circle.id)
