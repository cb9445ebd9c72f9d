"""`python -m forum.bench.thief`: people write, a thief takes the database and the keys, and guesses.

Three forums. Busy: everybody's texts are interleaved. Quiet: one text at a time, hours apart. Sittings: a
person writes two texts in a row, often under two names, and nobody else is there; then the order of
decisions tells what no encryption can hide, so that figure is stated and not bounded. People use two tabs,
edit, get texts back, keep drafts, and write under one name in each circle. All of it runs through the real
actions.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_migrate import downgrade, upgrade
from sqlalchemy import event

from config import read_settings
from forum import create_app
from forum.bench.seed import fresh_name, nothing_found
from forum.circles import actions, drafts
from forum.circles.models import Circle, Post, Review, Revision, Thread
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.members import actions as membership
from forum.members import erasure, keys, linkage, pseudonyms
from forum.members.vault import OpenVault
from forum.moderation import log
from forum.moderation.actions import Seen, decide
from forum.moderation.claims import claim
from forum.moderation.offering import Moderator
from forum.moderation.rules import Choice
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id

CIRCLES = 4
WAITING = 12
KINDS = ("busy", "quiet", "sittings")
WORDS = (
    "kettle",
    "stair",
    "garden",
    "window",
    "bread",
    "river",
    "paper",
    "lamp",
    "spoon",
    "coat",
    "bus",
    "apple",
)
"""Words in which the care rules read nothing, however they fall."""
chance = secrets.SystemRandom()


@dataclass
class Author:
    """Somebody who writes, with two tabs and a name in each circle."""

    member: membership.Known
    names: dict[str, str] = field(default_factory=dict)
    posts: list[str] = field(default_factory=list)

    def tab(self) -> OpenVault:
        """The vault as one of the tabs opens it."""
        return OpenVault(self.member.member_key)


class Forum:
    """A forum in which synthetic people write."""

    def __init__(self, people: int) -> None:
        """Let people join, in an order of their own."""
        self.at = now() - timedelta(days=20)
        self.chained = day_of(self.at)
        self.moderator = Moderator(new_id())
        with writing():
            self.circles = [Circle(id=new_id(), name=fresh_name(), description="") for _ in range(CIRCLES)]
            db.session.add_all(self.circles)
        self.people = [self._join() for _ in range(people)]
        self.threads = {circle.id: self._first_thread(circle) for circle in self.circles}

    def play(self, texts: int, kind: str) -> None:
        """Let each person write so many texts, and moderators decide."""
        quiet, sitting = kind != "busy", 2 if kind == "sittings" else 1
        turns = self.people * (texts // sitting)
        chance.shuffle(turns)
        for author in turns:
            with writing():
                membership.open_session(author.member, self.at)
            for _text in range(sitting):
                self._write(author)
                self.at += timedelta(minutes=4) if quiet else timedelta(seconds=20)
            self._decide_until(0 if quiet else WAITING)
            self.at += timedelta(hours=2) if quiet else timedelta()

    def truth(self) -> dict[str, str]:
        """Which member is behind each name, as only the vaults can tell."""
        return {
            own.id: author.member.member_id for author in self.people for own in pseudonyms.ring(author.tab())
        }

    def _join(self) -> Author:
        key = keys.new_key()
        lock = keys.lock(key, secrets.token_urlsafe(20))
        with writing():
            known = membership.join(secrets.token_urlsafe(12), key, lock, keys.new_recovery_code())
        return Author(known)

    def _first_thread(self, circle: Circle) -> str:
        sender = actions.Sender(OpenVault(secrets.token_bytes(32)), secrets.token_urlsafe(16))
        written = make_ready("Welcome", "This is where it starts.", "", is_opening=True)
        with writing():
            opening = actions.Opening("story", "advice", [])
            sent = actions.open_thread(sender, circle, opening, written, fresh_name(), self.at)
        self._decide_until(0, returned=0)
        return db.session.get_one(Post, sent.post_id).thread_id

    def _write(self, author: Author) -> None:
        circle = chance.choice(self.circles)
        name = author.names.setdefault(circle.id, fresh_name())
        tab, other = author.tab(), author.tab()
        body = " ".join(chance.choice(WORDS) for _ in range(10 + secrets.randbelow(200)))
        if chance.random() < 0.3:
            with writing():
                drafts.keep(other, circle.id, {"body": body}, "", self.at)
        written = make_ready("", body, "", is_opening=False)
        with writing():
            sender = actions.Sender(tab, secrets.token_urlsafe(16))
            thread = db.session.get_one(Thread, self.threads[circle.id])
            sent = actions.reply(sender, thread, "support", written, name, self.at)
        with writing():
            pseudonyms.remember(other, circle.id, name)
        if chance.random() < 0.1:
            self._edit(author, sent.post_id, "An edit: " + body)

    def _edit(self, author: Author, post_id: str, body: str) -> None:
        written = make_ready("", body, "", is_opening=False)
        with writing():
            actions.revise(actions.Sender(author.tab(), secrets.token_urlsafe(16)), post_id, written, self.at)

    def _decide_until(self, left: int, returned: float = 0.05) -> None:
        if day_of(self.at) != self.chained:
            self.chained = day_of(self.at)
            with writing():
                log.chain(self.at)
        while screen_next(nothing_found):
            pass
        while True:
            waiting = db.session.execute(
                db.select(Review.id, Review.version, Revision.hash)
                .join(Revision, Revision.id == Review.revision_id)
                .where(Review.open, Revision.state == "waiting")
                .order_by(Review.rank, Review.due_at, Review.id)
            ).all()
            if len(waiting) <= left:
                return
            review_id, version, text_hash = waiting[0]
            outcome = "return" if chance.random() < returned else "publish"
            with writing():
                claim(self.moderator, review_id, self.at)
                choice = Choice(outcome, rule="words", words="Please look at it once more.")
                decide(self.moderator, review_id, Seen(version, text_hash), choice, self.at)


def measure(people: int, texts: int, kind: str) -> list[linkage.Outcome]:
    """What a thief of the database and the keys guesses after so many people wrote so many texts each."""
    forum = Forum(people)
    forum.play(texts, kind)
    db.session.rollback()
    erasure.rewrite_in_random_order()
    return linkage.attack(linkage.stolen(), forum.truth())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the outcome of each attack on the busy and on the quiet forum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--database", default="", help="URL of an empty PostgreSQL database; else SQLite")
    parser.add_argument("--kind", choices=KINDS, help="play one of the forums only")
    chosen = parser.parse_args(arguments)
    print(f"{chosen.people} people, {chosen.texts} texts each; right first guesses, blind ones, points above")
    for kind in [chosen.kind] if chosen.kind else KINDS:
        with tempfile.TemporaryDirectory(prefix="kindred-thief-") as folder:
            for one in _in_folder(folder, chosen.database, chosen.people, chosen.texts, kind):
                figures = f"{one.right:7.2%} {one.blind:7.2%} {one.over:+6.2f}"
                print(f"{kind:<9} {one.guessed:<15} by {one.trace:<20} {figures}", flush=True)


def _let_go(connection: Any, _record: Any) -> None:
    """Wait for no disk: what is measured is what lies there in the end."""
    connection.execute("PRAGMA synchronous = OFF")


def _in_folder(folder: str, database: str, people: int, texts: int, kind: str) -> list[linkage.Outcome]:
    cheap = {"DATA_DIR": folder, "NUDGE": "0", "ARGON2_MEMORY_KIB": "64", "ARGON2_PASSES": "1"}
    app = create_app(read_settings(cheap | ({"DATABASE_URL": database} if database else {})))
    with app.app_context():
        if database:
            downgrade(revision="base")
        else:
            event.listen(db.engine, "connect", _let_go)
        upgrade()
        return measure(people, texts, kind)


if __name__ == "__main__":
    main()
