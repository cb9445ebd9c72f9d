"""A forum on one engine that faults are tried on, and what must hold after each of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask

from config import Settings
from forum.circles.tasks import screen_next
from forum.storage.database import db, writing
from tests import engines, factories
from tests.circles.test_journey import scored
from tests.life.promises import Promises
from tests.moderation import desk
from tests.people import Person


@dataclass
class Kept:
    """The promises of the machine, asked of any forum."""

    app: Flask
    acknowledged: dict[str, str]

    two_keys_open_the_door = Promises.two_keys_open_the_door
    acknowledged_means_kept = Promises.acknowledged_means_kept
    nothing_rests_unseen = Promises.nothing_rests_unseen
    one_decision_stands = Promises.one_decision_stands
    ask = Promises.ask


@dataclass
class Site:
    """The settings of a forum with every table, its circle, and each form that was acknowledged."""

    settings: Settings
    circle: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Which engine it is on."""
        return self.settings.is_sqlite

    @property
    def plain_url(self) -> str:
        """The database as an operator would name it."""
        return self.settings.database_url.replace("postgresql+psycopg", "postgresql", 1)

    @contextmanager
    def running(self) -> Iterator[Flask]:
        """The program in this process, answering its own faults."""
        with engines.running(self.settings) as app:
            app.config["PROPAGATE_EXCEPTIONS"] = False
            if not self.circle:
                with writing():
                    self.circle = factories.circle("Porch").id
            yield app

    def form(self, body: str = "It was a long week.") -> dict[str, str]:
        """The form of a new thread as its page would send it."""
        return {
            "kind": "story",
            "wish": "advice",
            "title": "After the shift",
            "body": body,
            "pseudonym": "Quiet Heron",
            "form_key": secrets.token_urlsafe(16),
        }

    def send(self, person: Person, form: dict[str, str]):  # type: ignore[no-untyped-def]
        """Send a form; what is acknowledged is remembered."""
        answer = person.browser.post(f"/c/{self.circle}/new", data=form)
        self.acknowledge(form, answer.status_code, answer.headers.get("Location", ""))
        return answer

    def acknowledge(self, form: dict[str, str], status: int, location: str) -> None:
        """Remember a form that was answered with the page of its text."""
        if status == 303:
            post_id = location.rsplit("/", 1)[1]
            assert self.acknowledged.setdefault(form["form_key"], post_id) == post_id, (
                "the same form, another text"
            )

    def opens(self, body: str = "It was a long week.") -> str:
        """A text that waits, sent by somebody new; its id."""
        author, key = desk.Author(), secrets.token_urlsafe(16)
        author.sender = lambda: desk.life.Sender(author.vault, key)  # type: ignore[method-assign]
        post_id = author.opens(self.circle, body)
        self.acknowledged[key] = post_id
        return post_id

    def score(self) -> None:
        """Let the machine read everything."""
        while screen_next(scored):
            pass

    def check(self, app: Flask) -> None:
        """What must hold after every fault."""
        db.session.rollback()
        Kept(app, self.acknowledged).ask()
        assert app.test_client().get("/help").status_code == 200, "/help does not answer"
