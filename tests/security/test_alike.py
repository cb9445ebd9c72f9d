"""What somebody may not see answers like what never existed, whatever it is and wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask

from forum.circles import actions as life
from forum.circles import publishing
from forum.circles.models import Circle, PublishedPost, Review, Revision
from forum.circles.views import mine
from forum.members.models import Staff
from forum.moderation.actions import Moderator
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories
from tests.browser_client import Client
from tests.moderation.desk import Author, decide, publish, review_of, screen_all
from tests.people import Person

OWN_TOKEN = re.compile(r'name="(csrf_token|form_key)" value="[^"]*"')
POST_ACTS = ("accept", "appeal", "contact", "edit", "refuse", "remove", "withdraw", "write")
ROLES = ("visitor", "member", "other author", "moderator")
Act = Callable[["Made"], None]


@dataclass
class Made:
    """A forum in which every kind of object is in every state, written by one author."""

    circle: str
    author: Author
    posts: dict[str, str] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    circles: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def made(app: Flask) -> Made:
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
    return forum


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


def _browsers(app: Flask) -> dict[str, Client]:
    return {
        "visitor": Client(app, app.response_class, use_cookies=True),
        "member": Person(app).browser,
        "other author": Person(app).browser,
        "moderator": Person(app, "moderator").browser,
    }


def _bare(answer, object_id: str) -> tuple[int, str, list[tuple[str, str]]]:  # type: ignore[no-untyped-def]
    """An answer without what is random in each: tokens, and the id that was asked for."""
    body = OWN_TOKEN.sub("", answer.get_data(as_text=True)).replace(object_id, "ID")
    kept = [
        (name, value)
        for name, value in answer.headers
        if name not in ("Set-Cookie", "Content-Length", "Date")
    ]
    return answer.status_code, body, sorted(kept)


def _alike(ask: Callable[[str], object], objects: dict[str, str]) -> list[str]:
    """The objects whose answer differs from that of an id that nobody has."""
    ghost = new_id()
    nothing = _bare(ask(ghost), ghost)
    assert nothing[0] in (303, 401, 404), nothing
    return [what for what, object_id in objects.items() if _bare(ask(object_id), object_id) != nothing]


def test_texts_of_others_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in _browsers(app).items():
        assert _alike(lambda post: browser.get(f"/mine/{post}"), made.posts) == [], role
        assert _alike(lambda post: browser.get(f"/mine/{post}/edit"), made.posts) == [], role
        assert _alike(lambda post: browser.get(f"/library/edit/{post}"), made.posts) == [], role
        for act in POST_ACTS:
            form = {
                "body": "Mine now.",
                "note": "Let me in.",
                "hash": "00",
                "contact": "none",
                "form_key": "k",
            }
            ask = lambda post: browser.post(f"/mine/{post}/{act}", data=form)
            assert _alike(ask, made.posts) == [], (role, act)


def test_threads_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in _browsers(app).items():
        closed = dict(made.threads)
        if role != "visitor":
            closed.pop("in members")
        for path in ("/t/{}", "/library/{}"):
            assert _alike(lambda thread: browser.get(path.format(thread)), closed) == [], (role, path)
        for path in ("/t/{}", "/t/{}/keep", "/t/{}/close", "/library/{}/save", "/library/{}/tried"):
            form = {
                "body": "Hello",
                "mode": "support",
                "pseudonym": "Wren",
                "form_key": "k",
                "what": "follow",
            }
            ask = lambda thread: browser.post(path.format(thread), data=form)
            assert _alike(ask, closed) == [], (role, path)


def test_posts_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    db.session.rollback()
    posts = dict(made.posts)
    for audience in ("invited", "moderators"):
        wanted = db.select(PublishedPost.post_id).where(
            PublishedPost.thread_id == made.threads[f"in {audience}"]
        )
        posts[audience] = db.session.scalars(wanted).first()
    for role, browser in _browsers(app).items():
        for act in ("react", "helped", "mute"):
            ask = lambda post: browser.post(f"/posts/{post}/{act}", data={"word": "with you"})
            assert _alike(ask, posts) == [], (role, act)


def test_circles_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in _browsers(app).items():
        closed = dict(made.circles)
        if role != "visitor":
            closed.pop("members")
        for path in ("/c/{}", "/c/{}/new", "/c/{}/feed"):
            assert _alike(lambda circle: browser.get(path.format(circle)), closed) == [], (role, path)
        ask = lambda circle: browser.post(f"/c/{circle}/new", data={"body": "x", "form_key": "k"})
        assert _alike(ask, closed) == [], role


def test_reviews_are_like_nothing_for_whoever_is_no_moderator(app: Flask, made: Made) -> None:
    db.session.rollback()
    reviews = {row.lane + row.id: row.id for row in db.session.execute(db.select(Review.id, Review.lane))}
    for role, browser in _browsers(app).items():
        if role == "moderator":
            continue
        assert _alike(lambda review: browser.get(f"/moderation/reviews/{review}"), reviews) == [], role
        for act in ("publish", "claim", "keep", "release", "decline", "try_again"):
            ask = lambda review: browser.post(f"/moderation/reviews/{review}/{act}")
            assert _alike(ask, reviews) == [], (role, act)
        ask = lambda decision: browser.post(f"/moderation/decisions/{decision}/undo")
        wanted = db.text("SELECT id FROM decision")
        assert _alike(ask, {one: one for one in db.session.scalars(wanted)}) == [], role


def test_one_s_own_matters_are_like_nothing_at_the_desk(app: Flask, made: Made) -> None:
    mo = Person(app, "moderator")
    author = Author()
    author.key = mo.key
    own = author.opens(made.circle, "I moderate, and I am tired.", "Tired too")
    screen_all()
    review_id = review_of(own).id
    for path in ("", "/claim", "/keep", "/publish", "/try_again", "/decline"):

        def ask(review: str):  # type: ignore[no-untyped-def]
            form = {"version": "1", "revision_hash": "00" * 32, "reason": "decline-hostile", "note": "x" * 30}
            place = f"/moderation/reviews/{review}{path}"
            return mo.browser.post(place, data=form) if path else mo.browser.get(place)

        assert _alike(ask, {"own": review_id}) == [], path


def test_a_role_that_was_taken_ends_with_the_next_request(app: Flask) -> None:
    for role, page in (("moderator", "/moderation"), ("lead", "/moderation/circles")):
        person = Person(app, role)
        assert person.browser.get(page).status_code == 200
        with writing():
            db.session.execute(db.delete(Staff).where(Staff.member_id == person.member_id))
        gone, nothing = person.browser.get(page), person.browser.get("/nothing-here")
        assert gone.status_code == 404
        assert _bare(gone, page) == _bare(nothing, "/nothing-here")
        assert person.browser.post("/moderation/next").status_code == 404
    lead = Person(app, "lead")
    with writing():
        db.session.execute(db.update(Staff).where(Staff.member_id == lead.member_id).values(role="moderator"))
    assert lead.browser.get("/moderation/circles").status_code == 404
    assert lead.browser.get("/moderation").status_code == 200


def test_staff_pages_are_like_nothing_for_members(app: Flask) -> None:
    browser = Person(app).browser
    nothing = _bare(browser.get("/nothing-here"), "/nothing-here")
    for page in (
        "/moderation",
        "/moderation/log",
        "/moderation/circles",
        "/moderation/reviews/x",
    ):
        assert _bare(browser.get(page), page) == nothing, page


def test_a_planted_difference_is_seen(app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says "not yours" where it should say "nothing" turns the matrix red."""
    monkeypatch.setattr(
        mine, "_own_ids", lambda: set(db.session.scalars(db.text("SELECT pseudonym_id FROM post")))
    )
    browser = Person(app).browser
    assert _alike(lambda post: browser.get(f"/mine/{post}"), made.posts) != []
