"""The demonstration forum goes the same way as everybody’s texts, and shows all that people do."""

from __future__ import annotations

import tomllib

from sqlalchemy import func, select

from forum.bench.seed import nothing_found
from forum.circles.models import Circle, PublishedPost, PublishedThread, Revision, Thread
from forum.circles.rules import CARD, THREAD_KINDS
from forum.coping import queries
from forum.coping.models import PublishedCard
from forum.demo.load import FILE, load
from forum.members.models import Mark
from forum.search import index
from forum.storage.database import db


def test_it_loads_once_and_shows_cards_reactions_and_what_helped(app, client):
    said: list[str] = []
    threads = tomllib.loads(FILE.read_text(encoding="utf-8"))["thread"]
    helpful = sum(
        bool(reply.get("helped")) and reply["pseudonym"] != thread["pseudonym"]
        for thread in threads
        for reply in thread.get("reply", [])
    )
    assert helpful
    load(nothing_found, said.append)
    assert said[-1] == "  demonstration: 33 cards"
    cards = db.session.scalars(select(PublishedCard.card_id)).all()
    assert len(cards) == 33
    assert db.session.scalar(select(func.count()).where(PublishedCard.built_on.is_not(None))) == 2
    assert db.session.scalar(select(func.count()).where(PublishedCard.also_on.is_not(None))) == 1
    assert db.session.scalar(select(func.count()).where(Thread.card_id.is_not(None))) == 1
    assert db.session.scalar(select(func.count()).where(PublishedPost.helped)) == helpful
    assert any(sum(counts.values()) >= 5 for counts in queries.tried(cards).values())
    assert db.session.scalar(select(func.count(Mark.mark))) > 50
    waiting = db.session.scalar(select(func.count()).where(Revision.state == "waiting"))
    assert waiting > 0, "something is left for a moderator to try"
    assert (
        "Ten minutes of nothing" in client.get("/library").text + client.get("/library?tag=exhaustion").text
    )
    assert "Hello from the third week at home" in client.get("/needs-a-reply").text
    kinds = set(db.session.scalars(select(PublishedThread.kind)))
    assert kinds == {*THREAD_KINDS, CARD}
    assert db.session.scalar(select(func.count()).where(PublishedThread.content_note != "")) > 0
    assert db.session.scalars(select(Circle.keep_days).where(Circle.audience == "invited")).all() == [90]
    circles = db.session.scalars(select(PublishedThread.circle_id).distinct()).all()
    assert index.find("stair", circles)
    load(nothing_found, said.append)
    assert "already" in said[-1]
