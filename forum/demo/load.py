"""Load the demonstration into an empty forum, through the real actions, worker and decisions."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from forum import coping
from forum.circles import actions, reactions, tending
from forum.circles.models import (
    Circle,
    Post,
    PublishedPost,
    PublishedThread,
    Review,
    Revision,
    Thread,
    WaitCount,
)
from forum.circles.rules import LIBRARY, REACTIONS
from forum.circles.tasks import Screener, screen_next
from forum.circles.writing import make_ready
from forum.coping.actions import Origin, say_how_it_went, send_card
from forum.coping.models import PublishedCard
from forum.coping.rules import PARTS, RESULTS, Parts, compose
from forum.members import pseudonyms
from forum.members.vault import OpenVault
from forum.moderation.actions import Seen, decide
from forum.moderation.claims import claim
from forum.moderation.models import HandCount
from forum.moderation.offering import Moderator
from forum.moderation.rules import Choice
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id

FILE = Path(__file__).parent / "forum.toml"
CARDS = (Path(coping.__file__).with_name("cards.toml"), FILE.with_name("cards.toml"))
WHO_TRIED = 6
TAGS = ("topics", "feelings", "experiences")


@dataclass
class Cast:
    """The invented people: one vault for each name, and two moderators so that two people can look."""

    vaults: dict[str, OpenVault] = field(default_factory=dict)
    first: str = field(default_factory=new_id)
    second: str = field(default_factory=new_id)

    def vault(self, name: str) -> OpenVault:
        """The vault of a name; it stays sealed for ever afterwards, like that of anyone who never returns."""
        return self.vaults.setdefault(name, OpenVault(secrets.token_bytes(32)))


def is_empty() -> bool:
    """Whether the forum holds no circle yet."""
    return db.session.scalar(select(Circle.id).limit(1)) is None


def load(screen: Screener, say: Callable[[str], None]) -> None:
    """Fill an empty forum. Anything that is there already is left alone."""
    if not is_empty():
        say("There is a forum here already; the demonstration was not loaded.")
        return
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    circles = _circles(data["circle"])
    cast = Cast()
    threads = data["thread"]
    for number, entry in enumerate(threads, start=1):
        _thread(entry, circles[entry["circle"]], cast, screen)
        if number % 8 == 0 or number == len(threads):
            say(f"  demonstration: {number} of {len(threads)} threads")
    cards = [card for file in CARDS for card in tomllib.loads(file.read_text(encoding="utf-8"))["card"]]
    for entry in cards:
        _card(entry, cast, screen)
    say(f"  demonstration: {len(cards)} cards")
    _thank(cast)
    with writing():
        for counted in (WaitCount, HandCount):
            db.session.execute(delete(counted))  # these decisions waited for nobody and must not be measured


def _circles(entries: list[dict[str, Any]]) -> dict[str, str]:
    ids: dict[str, str] = {}
    with writing():
        for place, entry in enumerate(entries):
            ids[entry["key"]] = new_id()
            db.session.add(
                Circle(
                    id=ids[entry["key"]],
                    name=entry["name"],
                    description=entry["description"].strip(),
                    rules=entry.get("rules", "").strip(),
                    audience=entry["audience"],
                    topics=entry.get("topics", []),
                    keep_days=entry.get("keep_days"),
                    place=place,
                )
            )
    return ids


def _card(entry: dict[str, Any], cast: Cast, screen: Screener) -> None:
    parts = Parts(*(entry[part].strip() for part in PARTS))
    written = make_ready(entry["title"], compose(parts), "", is_opening=True)
    with writing():
        sender = actions.Sender(cast.vault(entry["by"]), secrets.token_urlsafe(16))
        sent = send_card(sender, written, entry["tags"], _origin(entry), entry["by"], now())
    screen_next(screen)
    _publish(sent.post_id, cast)


def _origin(entry: dict[str, Any]) -> Origin:
    """What a card is built on, or the opening of the thread that led to it, found by their titles."""
    titled = {name: entry.get(name, "") for name in ("built_on", "also_on", "led_from")}
    built_on, also_on = (
        db.session.scalar(select(PublishedThread.thread_id).where(PublishedThread.title == titled[name]))
        for name in ("built_on", "also_on")
    )
    led_from = db.session.scalar(
        select(PublishedPost.post_id).where(
            PublishedPost.title == titled["led_from"], PublishedPost.is_opening
        )
    )
    return Origin(built_on, led_from if titled["led_from"] else None, also_on)


def _thank(cast: Cast) -> None:
    """Let people say how the first cards went, and leave words on the first posts of others."""
    people = list(cast.vaults.values())[:WHO_TRIED]
    cards = db.session.scalars(select(PublishedCard.card_id).limit(8)).all()
    posts = db.session.scalars(select(PublishedPost.post_id).where(PublishedPost.circle_id != LIBRARY)).all()
    for at, vault in enumerate(people):
        own = {name.id for name in pseudonyms.ring(vault)}
        with writing():
            for place, card_id in enumerate(cards):
                say_how_it_went(vault, card_id, RESULTS[(at * place) % 4 % len(RESULTS)])
            for place, post_id in enumerate(posts):
                post = db.session.get_one(Post, post_id)
                if (at + place) % 3 == 0 and post.pseudonym_id not in own:
                    reactions.react(vault, post_id, REACTIONS[place % len(REACTIONS)], day_of(now()))


def _thread(entry: dict[str, Any], circle_id: str, cast: Cast, screen: Screener) -> None:
    vault = cast.vault(entry["pseudonym"])
    written = make_ready(entry["title"], entry["body"].strip(), entry.get("note", ""), is_opening=True)
    opening = actions.Opening(
        entry["kind"], entry["wish"], [tag for kind in TAGS for tag in entry.get(kind, [])]
    )
    with writing():
        circle = db.session.get_one(Circle, circle_id)
        sender = actions.Sender(vault, secrets.token_urlsafe(16))
        sent = actions.open_thread(sender, circle, opening, written, entry["pseudonym"], now())
    screen_next(screen)
    if entry.get("wait"):
        return
    _publish(sent.post_id, cast)
    post = db.session.get_one(Post, sent.post_id)
    for reply in entry.get("reply", []):
        reply_id = _reply(reply, post.thread_id, cast, screen)
        if reply.get("helped") and reply["pseudonym"] != entry["pseudonym"]:
            with writing():
                tending.name_what_helped(vault, reply_id, day_of(now()), helped=True)


def _reply(entry: dict[str, Any], thread_id: str, cast: Cast, screen: Screener) -> str:
    written = make_ready("", entry["body"].strip(), entry.get("note", ""), is_opening=False)
    with writing():
        thread = db.session.get_one(Thread, thread_id)
        sender = actions.Sender(cast.vault(entry["pseudonym"]), secrets.token_urlsafe(16))
        sent = actions.reply(sender, thread, entry.get("mode", "support"), written, entry["pseudonym"], now())
    screen_next(screen)
    if not entry.get("wait"):
        _publish(sent.post_id, cast)
    return sent.post_id


def _publish(post_id: str, cast: Cast) -> None:
    """Decide as a person would; a text of tier D or E takes both moderators."""
    for staff_id in (cast.first, cast.second):
        with writing():
            review = db.session.scalars(select(Review).where(Review.post_id == post_id, Review.open)).first()
            if review is None:
                return
            claim(Moderator(staff_id), review.id, now())
            revision = db.session.get_one(Revision, review.revision_id)
            seen = Seen(review.version, revision.hash)
            decide(Moderator(staff_id), review.id, seen, Choice("publish"), now(), others_on_duty=1)
