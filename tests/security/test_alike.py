"""What somebody may not see answers like what never existed, whatever it is and wherever it stands."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.circles.models import PublishedPost, Review
from forum.circles.views import mine
from forum.members.models import Staff
from forum.storage.database import db, writing
from forum.web import limits
from tests.moderation.desk import Author, review_of, screen_all
from tests.people import Person
from tests.security.states import Made, alike, bare, browsers, make

POST_ACTS = (
    "accept",
    "appeal",
    "check-ins",
    "contact",
    "country",
    "edit",
    "refuse",
    "remove",
    "withdraw",
    "write",
)


@pytest.fixture
def made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Texts that wait, are held, returned, declined, hidden, removed, withdrawn; circles of each audience."""
    monkeypatch.setattr(limits.Limit, "check", lambda _self: None)
    return make(app)


def test_texts_of_others_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in browsers(app).items():
        assert alike(lambda post: browser.get(f"/mine/{post}"), made.posts) == [], role
        assert alike(lambda post: browser.get(f"/mine/{post}/edit"), made.posts) == [], role
        assert alike(lambda post: browser.get(f"/library/edit/{post}"), made.posts) == [], role
        for act in POST_ACTS:
            form = {
                "body": "Mine now.",
                "note": "Let me in.",
                "hash": "00",
                "contact": "none",
                "form_key": "k",
            }
            ask = lambda post: browser.post(f"/mine/{post}/{act}", data=form)
            assert alike(ask, made.posts) == [], (role, act)


def test_threads_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in browsers(app).items():
        closed = dict(made.threads)
        if role != "visitor":
            closed.pop("in members")
        for path in ("/t/{}", "/library/{}"):
            assert alike(lambda thread: browser.get(path.format(thread)), closed) == [], (role, path)
        for path in ("/t/{}", "/t/{}/keep", "/t/{}/close", "/library/{}/save", "/library/{}/tried"):
            form = {
                "body": "Hello",
                "mode": "support",
                "pseudonym": "Wren",
                "form_key": "k",
                "what": "follow",
            }
            ask = lambda thread: browser.post(path.format(thread), data=form)
            assert alike(ask, closed) == [], (role, path)


def test_posts_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    db.session.rollback()
    posts = dict(made.posts)
    for audience in ("invited", "moderators"):
        wanted = db.select(PublishedPost.post_id).where(
            PublishedPost.thread_id == made.threads[f"in {audience}"]
        )
        posts[audience] = db.session.scalars(wanted).first()
    for role, browser in browsers(app).items():
        for act in ("react", "helped", "mute", "report", "hide"):
            form = {"word": "with you", "reason": "worried", "note": "I worry about them."}
            ask = lambda post: browser.post(f"/posts/{post}/{act}", data=form)
            assert alike(ask, posts) == [], (role, act)
        assert alike(lambda post: browser.get(f"/posts/{post}/report"), posts) == [], role


def test_circles_that_cannot_be_read_are_like_nothing(app: Flask, made: Made) -> None:
    for role, browser in browsers(app).items():
        closed = dict(made.circles)
        if role != "visitor":
            closed.pop("members")
        for path in ("/c/{}", "/c/{}/new", "/c/{}/feed"):
            assert alike(lambda circle: browser.get(path.format(circle)), closed) == [], (role, path)
        for act in ("new", "leave"):
            ask = lambda circle: browser.post(f"/c/{circle}/{act}", data={"body": "x", "form_key": "k"})
            assert alike(ask, closed) == [], (role, act)
        for act in ("code", "days"):
            ask = lambda circle: browser.post(f"/moderation/circles/{circle}/{act}", data={"days": "7"})
            assert alike(ask, closed) == [], (role, act)


def test_reviews_are_like_nothing_for_whoever_is_no_moderator(app: Flask, made: Made) -> None:
    db.session.rollback()
    reviews = {row.lane + row.id: row.id for row in db.session.execute(db.select(Review.id, Review.lane))}
    for role, browser in browsers(app).items():
        if role == "moderator":
            continue
        assert alike(lambda review: browser.get(f"/moderation/reviews/{review}"), reviews) == [], role
        assert alike(lambda review: browser.get(f"/moderation/reviews/{review}/sanction"), reviews) == []
        for act in ("publish", "claim", "keep", "release", "decline", "try_again", "note", "skip"):
            ask = lambda review: browser.post(f"/moderation/reviews/{review}/{act}")
            assert alike(ask, reviews) == [], (role, act)
        ask = lambda decision: browser.post(f"/moderation/decisions/{decision}/undo")
        wanted = db.text("SELECT id FROM decision")
        assert alike(ask, {one: one for one in db.session.scalars(wanted)}) == [], role


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

        assert alike(ask, {"own": review_id}) == [], path


def test_a_role_that_was_taken_ends_with_the_next_request(app: Flask) -> None:
    for role, page in (("moderator", "/moderation"), ("lead", "/moderation/circles")):
        person = Person(app, role)
        assert person.browser.get(page).status_code == 200
        with writing():
            db.session.execute(db.delete(Staff).where(Staff.member_id == person.member_id))
        gone, nothing = person.browser.get(page), person.browser.get("/nothing-here")
        assert gone.status_code == 404
        assert bare(gone, page) == bare(nothing, "/nothing-here")
        assert person.browser.post("/moderation/next").status_code == 404
    lead = Person(app, "lead")
    with writing():
        db.session.execute(db.update(Staff).where(Staff.member_id == lead.member_id).values(role="moderator"))
    assert lead.browser.get("/moderation/circles").status_code == 404
    assert lead.browser.get("/moderation").status_code == 200


def test_staff_pages_are_like_nothing_for_members(app: Flask) -> None:
    browser = Person(app).browser
    nothing = bare(browser.get("/nothing-here"), "/nothing-here")
    for page in (
        "/moderation",
        "/moderation/log",
        "/moderation/circles",
        "/moderation/reviews/x",
    ):
        assert bare(browser.get(page), page) == nothing, page


def test_a_planted_difference_is_seen(app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says "not yours" where it should say "nothing" turns the matrix red."""
    monkeypatch.setattr(
        mine, "_own_ids", lambda: set(db.session.scalars(db.text("SELECT pseudonym_id FROM post")))
    )
    browser = Person(app).browser
    assert alike(lambda post: browser.get(f"/mine/{post}"), made.posts) != []
