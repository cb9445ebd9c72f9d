"""A forum with every kind of object in every state, and whether two answers are the same but for tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from forum.circles import actions as life
from forum.circles import publishing
from forum.circles.models import Circle, PublishedPost, Review, Revision, Shift
from forum.members import doors
from forum.moderation.actions import Moderator
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.moderation.desk import Author, decide, publish, review_of, screen_all
from tests.people import Person

OWN_TOKEN = re.compile(r'name="(csrf_token|form_key)" value="[^"]*"')


@dataclass
class Made:
    """A forum in which every kind of object is in every state, written by one author."""

    circle: str
    author: Author
    posts: dict[str, str] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    circles: dict[str, str] = field(default_factory=dict)
    invite: str = ""
    step: str = ""


def make(app: Flask) -> Made:
    """Texts that wait, are held, returned, declined, hidden, removed, withdrawn; circles of each audience."""
    with writing():
        circle = factories.circle("Porch").id
    forum = Made(circle, Author())
    mo = Moderator(new_id())
    for state in ("waiting", "held", "returned", "declined", "hidden", "removed", "withdrawn"):
        author = Author()
        post_id = author.opens(circle, f"Only for {state} eyes.", f"About {state}")
        if state in ("hidden", "removed"):
            publish(post_id)
            with writing():
                shown = db.session.get_one(PublishedPost, post_id)
                assert shown.is_opening
        _bring(mo, author, post_id, state)
        forum.posts[state] = post_id
        db.session.rollback()
        forum.threads[state] = db.session.scalar(
            db.select(Review.thread_id).where(Review.post_id == post_id).limit(1)
        )
    with writing():
        for audience in ("members", "invited", "moderators"):
            forum.circles[audience] = factories.circle(audience=audience).id
        for audience, circle_id in forum.circles.items():
            row = db.session.get_one(Circle, circle_id)
            forum.threads[f"in {audience}"] = factories.published_thread(row).id
        forum.invite = doors.new_invite("member", now())
    _keep_for_oneself(app, forum)
    return forum


def _keep_for_oneself(app: Flask, forum: Made) -> None:
    """Somebody with a goal, a step, an obstacle, a check-in and a kept thanks; a moderator with a shift."""
    ana = Person(app).browser
    goal = {"name": "Sleep", "step": "No phone", "before": "3", "form_key": new_id()}
    place = ana.post("/goals", data=goal).location
    hindrance = {"hindrance": "The phone", "answer": "A drawer", "form_key": new_id()}
    assert ana.post(f"{place}/obstacles", data=hindrance).status_code == 303
    found = re.search(r"/steps/([^/]+)/done", ana.get(place).text)
    assert found
    forum.step = found.group(1)
    assert ana.post("/check-in", data={"emotional": "5", "form_key": new_id()}).status_code == 303
    mo = Person(app, "moderator")
    with writing():
        db.session.add(Shift(id=new_id(), staff_id=mo.staff_id, starts_at=now(), ends_at=now()))


def _bring(mo: Moderator, author: Author, post_id: str, state: str) -> None:
    screen_all()
    outcomes = {"held": "hold", "returned": "return", "declined": "decline"}
    if state in outcomes:
        decide(mo, review_of(post_id).id, outcomes[state])
    elif state == "withdrawn":
        with writing():
            life.withdraw(author.vault, post_id, now())
    elif state in ("hidden", "removed"):
        with writing():
            life.remove(author.vault, post_id, now()) if state == "removed" else _hide(post_id)


def _hide(post_id: str) -> None:
    revision = db.session.scalars(
        db.select(Revision).where(Revision.post_id == post_id, Revision.state == "published")
    ).one()
    publishing.take_down(revision, "moderator", "hide", day_of(now()))


def bare(answer, object_id: str) -> tuple[int, str, list[tuple[str, str]]]:  # type: ignore[no-untyped-def]
    """An answer without what is random in each: tokens, and the id that was asked for."""
    body = OWN_TOKEN.sub("", answer.get_data(as_text=True))
    asked_for = rf"(?<=/){object_id}(?![\w-])" if object_id.isdecimal() else re.escape(object_id)
    body = re.sub(asked_for, "ID", body)
    kept = [
        (name, value)
        for name, value in answer.headers
        if name not in ("Set-Cookie", "Content-Length", "Date")
    ]
    return answer.status_code, body, sorted(kept)


def alike(ask: Callable[[str], object], objects: dict[str, str], ghost: str = "") -> list[str]:
    """The objects whose answer differs from that of an id that nobody has, or of `ghost`."""
    ghost = ghost or new_id()
    nothing = bare(ask(ghost), ghost)
    assert nothing[0] in (200, 303, 401, 404), nothing
    return [what for what, object_id in objects.items() if bare(ask(object_id), object_id) != nothing]
