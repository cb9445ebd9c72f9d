"""What members do on the way to the badge, for the tests of this room."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from forum.circles.models import Circle, Post, PublishedPost, PublishedThread
from forum.circles.tasks import screen_next
from forum.members import pseudonyms
from forum.screening.findings import Care, Screened
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from forum.training import reading
from forum.training.modules import module, modules
from tests import factories
from tests.people import Person

BODY = "Nine years of night shifts, and what carried me was a bench behind the kitchen."
BADGE = '<span class="tag tag-brand">Peer supporter</span>'


def scored(_text: str) -> Screened:
    return Screened({"toxicity": 0.02}, "routine", (), Care(), "nobody", 1, "test")


def right_of(module_id: str) -> list[int]:
    return [[answer.right for answer in one.answers].index(True) for one in module(module_id).scenarios]


def train(person: Person, leave_out: str = "") -> None:
    every = modules()
    with writing():
        vault = person.vault
        for one in every:
            if one.id != leave_out:
                reading.choose(vault, one, right_of(one.id), day_of(now()))


def named(person: Person, name: str) -> str:
    with writing():
        return pseudonyms.choose(person.vault, "", name).pseudonym_id


def tell(person: Person, name: str = "Quiet Heron", body: str = BODY, key: str = ""):
    typed = {"body": body, "pseudonym": name, "form_key": key or new_id()}
    return person.browser.post("/training/story", data=typed)


def decide(moderator: Person, act: str, **fields: str):
    screen_next(scored)
    path = moderator.browser.post("/moderation/next").location
    page = moderator.browser.get(path).text
    bound = dict(re.findall(r'<input type="hidden" name="(version|revision_hash)" value="([^"]*)"', page))
    answer = moderator.browser.post(f"{path}/{act}", data={**bound, **fields})
    assert answer.status_code == 303, answer.text
    return page


def supporter(app: Flask, name: str = "Quiet Heron") -> Person:
    person = Person(app)
    named(person, name)
    train(person)
    assert tell(person, name).status_code == 303
    decide(Person(app, "moderator"), "publish")
    return person


def again(person: Person) -> Person:
    """The same person in a session that starts now."""
    return Person(person.browser.application, key=person.key)


def thread_by(pseudonym_id: str, age: int = 0, circle: Circle | None = None, replies: int = 0) -> str:
    with writing():
        shown = factories.published_thread(circle or factories.circle(), replies=replies)
        opening = db.session.scalars(
            db.select(PublishedPost).where(PublishedPost.thread_id == shown.id, PublishedPost.is_opening)
        ).one()
        opening.pseudonym_id = db.session.get_one(Post, opening.post_id).pseudonym_id = pseudonym_id
        head = db.session.get_one(PublishedThread, shown.id)
        head.day, head.answers = factories.DAY - timedelta(days=age), replies
    return shown.id
