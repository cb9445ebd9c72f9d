"""What people do in tests of pages, by the actions that the pages use, through both keys."""

from __future__ import annotations

import secrets

from forum.bench.seed import nothing_found, publish
from forum.circles import actions
from forum.circles.models import Circle, Post, Thread
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.coping.actions import Origin, send_card
from forum.coping.rules import Parts, compose
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing

NO_ORIGIN = Origin()


def open_thread(
    vault: OpenVault,
    circle_id: str,
    name: str = "Quiet Heron",
    *,
    kind: str = "story",
    wish: str = "advice",
    title: str = "After the night shift",
    body: str = "I cried in the car park again.",
    note: str = "",
    topics: tuple[str, ...] = (),
    waits: bool = False,
) -> Post:
    """Open a thread; published unless it `waits`. Returns its opening."""
    written = make_ready(title, body, note, is_opening=True)
    with writing():
        circle = db.session.get_one(Circle, circle_id)
        opening = actions.Opening(kind, wish, list(topics))
        sent = actions.open_thread(_sender(vault), circle, opening, written, name, now())
    return _posted(sent.post_id, waits=waits)


def reply(
    vault: OpenVault,
    thread_id: str,
    name: str = "Kind Sycamore",
    *,
    body: str = "I hear you.",
    card: str = "",
    waits: bool = False,
) -> Post:
    """Reply to a thread; published unless it `waits`."""
    written = make_ready("", body, "", is_opening=False, card=card)
    with writing():
        thread = db.session.get_one(Thread, thread_id)
        sent = actions.reply(_sender(vault), thread, "support", written, name, now())
    return _posted(sent.post_id, waits=waits)


def card(
    vault: OpenVault,
    name: str = "Copper Kettle",
    *,
    title: str = "Ten minutes of nothing",
    parts: Parts | None = None,
    tags: tuple[str, ...] = ("exhaustion",),
    origin: Origin = NO_ORIGIN,
    waits: bool = False,
) -> Post:
    """Send a strategy card; published unless it `waits`. Its id is the thread's."""
    parts = parts or Parts("After a shift.", "I sit on the stair.", "It got quieter.", "Not on bad days.")
    written = make_ready(title, compose(parts), "", is_opening=True)
    with writing():
        sent = send_card(_sender(vault), written, tags, origin, name, now())
    return _posted(sent.post_id, waits=waits)


def _sender(vault: OpenVault) -> actions.Sender:
    return actions.Sender(vault, secrets.token_urlsafe(16))


def _posted(post_id: str, *, waits: bool) -> Post:
    while screen_next(nothing_found):
        pass
    if not waits:
        publish(post_id)
    return db.session.get_one(Post, post_id)
