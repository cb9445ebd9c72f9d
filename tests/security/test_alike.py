"""What somebody may not see answers like what never existed, whatever it is and wherever it stands.

Role, address, object, state: every address whose rule names an object is asked by every role for every object
of that kind that the role may not see. A new address is asked for by itself; one with a new kind of argument
fails until it says here which objects that names.
"""

from __future__ import annotations

import statistics
import time

import pytest
from flask import Flask

from forum.circles.models import Decision, Post, PublishedPost, Review, Shift
from forum.circles.views import mine
from forum.members.models import Staff
from forum.moderation.actions import Moderator
from forum.notices.models import Notice
from forum.storage.database import db, writing
from forum.storage.types import new_id
from forum.web import limits
from tests.guards.people_of_every_role import browsers
from tests.guards.walk import ROLES, Door, doors
from tests.moderation.desk import Author, decide, review_of, screen_all
from tests.people import Person
from tests.security.states import Made, alike, bare, make

NOT_AN_OBJECT = {"module_id", "name", "door"}
"""Modules of the training, names of what leads may set, the two doors: pages of ours, alike for everybody."""

NUMBERS = ("place", "entry", "goal", "number")
"""Places in the lists of one's own vault."""

OPEN_TO = {
    "/account/staff/": "lead",
    "/moderation/alone/": "staff",
    "/moderation/circles/": "lead",
    "/moderation/decisions/": "staff",
    "/moderation/reviews/": "staff",
}
"""Where a role may act on objects of others, that being its work. Their own matters are asked for below."""

FORM = {
    "act": "publish",
    "body": "Mine now.",
    "check_ins": "yes",
    "circle": "x",
    "contact": "none",
    "days": "7",
    "form_key": "k",
    "hash": "00",
    "kind": "story",
    "mode": "support",
    "name": "Mine",
    "note": "Let me in.",
    "pseudonym": "Wren",
    "reason": "worried",
    "revision_hash": "00" * 32,
    "staff_name": "Kestrel",
    "title": "Mine",
    "version": "1",
    "what": "follow",
    "word": "with-you",
}
"""A form that each of them would read; nothing of it may tell a closed object from none."""


@pytest.fixture
def made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Texts that wait, are held, returned, declined, hidden, removed, withdrawn; circles of each audience."""
    monkeypatch.setattr(limits.Limit, "check", lambda *_: None)
    return make(app)


def _objects(made: Made) -> dict[str, dict[str, str]]:
    """What the arguments of rules name: by argument, objects that nobody who asks may see."""
    db.session.rollback()
    hidden_posts = dict(made.posts)
    for audience in ("invited", "moderators"):
        wanted = db.select(PublishedPost.post_id).where(
            PublishedPost.thread_id == made.threads[f"in {audience}"]
        )
        hidden_posts[audience] = db.session.scalars(wanted).first()
    return {
        "post_id": hidden_posts,
        "thread_id": made.threads,
        "card_id": made.threads,
        "circle_id": made.circles,
        "review_id": _every(Review.id),
        "decision_id": _every(Decision.id),
        "pseudonym_id": _every(Post.pseudonym_id),
        "notice_id": _every(Notice.id),
        "staff_id": _every(Staff.id),
        "shift_id": _every(Shift.id),
        "code": {"a code for members": made.invite},
        "place": {"second of another": "1"},  # the first is one's own session
        **{name: {"of another": "1", "first of another": "0"} for name in ("entry", "goal", "number")},
        **{name: {"of another": made.step} for name in ("step", "obstacle")},
    }


def _every(column) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {one: one for one in db.session.scalars(db.select(column))}


def _may_act(role: str, rule: str) -> bool:
    return any(
        rule.startswith(start) and ROLES.index(role) >= ROLES.index(who) for start, who in OPEN_TO.items()
    )


def _closed_to(role: str, objects: dict[str, str]) -> dict[str, str]:
    """Members read what is for members, and threads in a circle of theirs."""
    return {
        what: one
        for what, one in objects.items()
        if role == "visitor" or what not in ("in members", "members")
    }


def doors_to_objects(app: Flask) -> list[Door]:
    """Every address whose rule names an object, each act of a review for itself."""
    return [door for door in doors(app) if door.arguments - NOT_AN_OBJECT]


def test_every_address_that_names_an_object_is_in_the_matrix(app: Flask, made: Made) -> None:
    """A new kind of argument is entered in `_objects`, or in `NOT_AN_OBJECT` with a reason."""
    known = {name for name, objects in _objects(made).items() if objects} | NOT_AN_OBJECT
    unknown = {door.line for door in doors(app) if door.arguments - known - {"act"}}
    assert unknown == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_one_may_not_see_is_like_nothing(app: Flask, made: Made, role: str) -> None:
    objects, browser = _objects(made), browsers(app)[role]
    asked, told = 0, []
    for door in doors_to_objects(app):
        if _may_act(role, door.rule):
            continue
        for name in door.arguments - NOT_AN_OBJECT - {"act"}:
            closed = _closed_to(role, objects[name])
            assert closed, door.line
            for path in door.paths(name):
                ask = lambda one, path=path, door=door: browser.open(
                    path.format(one), method=door.method, data=FORM if door.method != "GET" else None
                )
                told += [(path, one) for one in alike(ask, closed, "4321" if name in NUMBERS else "")]
                asked += 1
    assert told == []
    assert asked > 40


def test_one_s_own_matters_are_like_nothing_at_the_desk(app: Flask, made: Made) -> None:
    mo = Person(app, "moderator")
    author = Author()
    author.key = mo.key
    own = author.opens(made.circle, "I moderate, and I am tired.", "Tired too")
    screen_all()
    review_id = review_of(own).id
    for door in doors(app):
        if not door.rule.startswith("/moderation/reviews/"):
            continue
        for path in door.paths("review_id"):
            ask = lambda one, path=path, door=door: mo.browser.open(
                path.format(one), method=door.method, data=FORM if door.method != "GET" else None
            )
            assert alike(ask, {"own": review_id}) == [], (door.method, path)
    decision_id = decide(Moderator(new_id()), review_id, "publish", words="").id
    for path in ("/moderation/decisions/{}/undo", "/moderation/alone/{}"):
        ask = lambda one, path=path: mo.browser.post(path.format(one), data=FORM)
        assert alike(ask, {"own": decision_id}) == [], path


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


@pytest.mark.parametrize("path", ["/mine/{}", "/t/{}"])
def test_what_cannot_be_seen_takes_no_longer_than_nothing(app: Flask, made: Made, path: str) -> None:
    """Interleaved, and in seconds of this process, so that a busy machine does not matter."""
    ben = Person(app).browser
    objects = made.posts if "mine" in path else made.threads
    for state in ("waiting", "hidden", "removed"):
        spent: dict[str, list[float]] = {"there": [], "nothing": []}
        for _turn in range(40):
            for what, one in (("there", objects[state]), ("nothing", new_id())):
                started = time.process_time()
                assert ben.get(path.format(one)).status_code == 404
                spent[what].append(time.process_time() - started)
        apart = statistics.median(spent["there"]) - statistics.median(spent["nothing"])
        assert abs(apart) < 0.005, (state, apart)
