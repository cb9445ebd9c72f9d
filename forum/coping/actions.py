"""What a member does with cards: write one, say how it went. Inside one write transaction, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from forum.circles import actions
from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Thread
from forum.circles.reviews import Changed, insert
from forum.circles.rules import CARD, LIBRARY
from forum.circles.writing import Written
from forum.coping.models import Card, PublishedCard
from forum.coping.rules import RESULTS, parents_of
from forum.members import marks
from forum.members.models import Mark
from forum.members.vault import OpenVault
from forum.storage.database import db

TRIED = "tried"
LED_TO_CARDS = ("workshop", "challenge")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a card comes from: one other card or two, and the post of one's own that it grew out of."""

    built_on: str | None = None
    post_id: str | None = None
    also_on: str | None = None


def send_card(
    sender: actions.Sender,
    written: Written,
    tags: Sequence[str],
    origin: Origin,
    name: str,
    now: datetime,
) -> actions.Sent:
    """Send a new card; it passes both keys like every text.

    Raises `NotTaken`, `NameTaken`, `NameRefused`, and `Changed` when a card it is built on is gone.
    """
    parents = parents_of(origin.built_on, origin.also_on)
    if any(db.session.get(PublishedCard, parent) is None for parent in parents):
        raise Changed
    opening = actions.Opening(CARD, "advice", list(tags), takes_replies=False)
    sent = actions.open_thread(sender, _library(), opening, written, name, now)
    if not sent.again:
        post = db.session.get_one(Post, sent.post_id)
        led_from = _led_from(sender.vault, origin, post)
        built_on, also_on = (*parents, None, None)[:2]
        insert(Card, card_id=post.thread_id, built_on=built_on, also_on=also_on, led_from=led_from)
    return sent


def _library() -> Circle:
    """The circle that holds cards. It is made with the first card and is no place of its own."""
    found = db.session.get(Circle, LIBRARY)
    if found is not None:
        return found
    fresh = Circle(id=LIBRARY, name="Library", description="Strategy cards", audience="library")
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:  # somebody else's first card, at the same moment
        return db.session.get_one(Circle, LIBRARY)
    return fresh


def _led_from(vault: OpenVault, origin: Origin, card: Post) -> str | None:
    """The thread that led to a card: one's own workshop or challenge, or the one in which one's reply helped.

    Only where both were written under one name; otherwise the thread would tell that two names are one.
    """
    if origin.post_id is None:
        return None
    source = actions.own_post(vault, origin.post_id)
    thread = db.session.get_one(Thread, source.thread_id)
    is_it = thread.kind in LED_TO_CARDS and (source.is_opening or source.helped)
    return thread.id if is_it and source.pseudonym_id == card.pseudonym_id else None


def source_text(vault: OpenVault, post_id: str) -> PublishedPost | None:
    """A published post of one's own, out of which only its writer can make a card. None for any other."""
    shown = db.session.get(PublishedPost, post_id)
    if shown is None:
        return None
    try:
        actions.own_post(vault, post_id)
    except actions.NotYours:
        return None
    return shown


def opening_of(thread_id: str) -> str | None:
    """The opening post of a thread that can be read."""
    return db.session.scalar(
        select(PublishedPost.post_id)
        .join(PublishedThread, PublishedThread.thread_id == PublishedPost.thread_id)
        .where(PublishedPost.thread_id == thread_id, PublishedPost.is_opening)
    )


def say_how_it_went(vault: OpenVault, card_id: str, result: str) -> None:
    """Say that a card helped, was mixed, or is not for oneself; once per person, the last word counts.

    An empty `result` takes it back. Raises `Changed` when the card is gone.
    """
    if result not in (*RESULTS, "") or db.session.get(PublishedCard, card_id) is None:
        raise Changed
    if not result:
        marks.lift(vault, TRIED, card_id)
        vault.put_about(TRIED, card_id, None)
        return
    marks.place(vault, TRIED, card_id)
    db.session.execute(
        update(Mark)
        .where(Mark.mark == vault.mark(TRIED, card_id))
        .values(kind=f"{TRIED} {result}")
        .execution_options(synchronize_session=False)
    )
    vault.put_about(TRIED, card_id, {"result": result})


def how_it_went(vault: OpenVault, card_id: str) -> str:
    """What one said about a card, or nothing."""
    return str((vault.about(TRIED, card_id) or {}).get("result", ""))
