"""What tests of the desk need again and again: texts that wait, and what a moderator has read of them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert

from forum.circles import actions as life
from forum.circles.models import (
    Circle,
    Decision,
    Post,
    PublishedPost,
    PublishedThread,
    Review,
    Revision,
    Thread,
)
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.members.vault import OpenVault
from forum.moderation import actions, claims
from forum.moderation.actions import Moderator, Seen
from forum.moderation.rules import Choice
from forum.screening.findings import Care, Screened
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import factories

WORDS = "Please take out the name of the clinic."


def calm(_text: str) -> Screened:
    """A machine that finds nothing."""
    return Screened({"toxicity": 0.01}, "routine", (), Care(), "nobody", 1, "test")


def a_circle() -> str:
    """A fresh circle; its id."""
    with writing():
        return factories.circle().id


class Author:
    """Somebody who writes, with a vault of their own."""

    def __init__(self) -> None:
        """With a fresh member key."""
        self.key = secrets.token_bytes(32)
        self.name = "Name " + "".join(secrets.choice("abcdefghijklmnop") for _ in range(12))

    @property
    def vault(self) -> OpenVault:
        """The vault as a fresh request would open it."""
        return OpenVault(self.key)

    def sender(self) -> life.Sender:
        """With a fresh form."""
        return life.Sender(self.vault, secrets.token_urlsafe(16))

    def opens(self, circle_id: str, body: str = "A long week.", title: str = "After the shift") -> str:
        """Open a thread; the post's id."""
        written = make_ready(title, body, "", is_opening=True)
        with writing():
            circle = db.session.get_one(Circle, circle_id)
            opening = life.Opening("story", "advice", [])
            return life.open_thread(self.sender(), circle, opening, written, self.name, now()).post_id

    def replies(self, to_post: str, body: str = "I hear you.") -> str:
        """Reply in the thread of a post; the reply's id."""
        written = make_ready("", body, "", is_opening=False)
        with writing():
            thread = db.session.get_one(Thread, db.session.get_one(Post, to_post).thread_id)
            return life.reply(self.sender(), thread, "support", written, self.name, now()).post_id

    def edits(self, post_id: str, body: str, title: str = "After the shift") -> None:
        """Send a newer version."""
        written = make_ready(title, body, "", is_opening=True)
        with writing():
            life.revise(self.sender(), post_id, written, now())


def crowd(post_id: str, replies: int, body: str = "I hear you.") -> list[str]:
    """Let a thread have so many replies, written straight into the tables. Their ids, in order."""
    opening = db.session.get_one(PublishedPost, post_id)
    ids = [new_id() for _ in range(replies)]
    texts = {post: new_id() for post in ids}
    same = {"thread_id": opening.thread_id, "is_opening": False, "pseudonym_id": new_id(), "mode": "support"}
    shown = {
        "circle_id": opening.circle_id,
        "pseudonym": "Crowd",
        "renderer": opening.renderer,
        "day": opening.day,
    }
    words = {"html": f"<p>{body}</p>", "plain": body}
    bare = {"sealed": None, "hash": bytes(32), "renderer": 1, "state": "published"}
    with writing() as session:
        session.execute(insert(Post), [{"id": post, **same} for post in ids])
        session.execute(
            insert(Revision), [{"id": text, "post_id": post, **bare} for post, text in texts.items()]
        )
        session.execute(
            insert(PublishedPost),
            [
                {"post_id": post, "revision_id": texts[post], "position": place, **same, **shown, **words}
                for place, post in enumerate(ids, 1)
            ],
        )
        session.get_one(PublishedThread, opening.thread_id).replies = replies
    return ids


def screen_all() -> None:
    """Score everything that waits."""
    while screen_next(calm):
        pass


def review_of(post_id: str, kind: str = "submission") -> Review:
    """The newest state of the open review of a post, else of a closed one."""
    db.session.rollback()
    wanted = db.select(Review).where(Review.post_id == post_id, Review.kind == kind)
    found = db.session.scalars(wanted.order_by(Review.open.desc()).execution_options(populate_existing=True))
    return found.first()


def text_of(post_id: str) -> Revision:
    """The member's own text of a post that matters now."""
    db.session.rollback()
    found = db.session.scalars(
        db.select(Revision)
        .where(Revision.post_id == post_id, Revision.written_by == "member", Revision.state != "superseded")
        .execution_options(populate_existing=True)
    )
    return found.one()


def read(moderator: Moderator, review_id: str, at: datetime | None = None) -> Seen:
    """Claim a review and read it."""
    with writing():
        assert claims.claim(moderator, review_id, at or now())
    return seen(review_id)


def seen(review_id: str) -> Seen:
    """What a page of this review would carry now."""
    db.session.rollback()
    review = db.session.get_one(Review, review_id, populate_existing=True)
    revision = db.session.get_one(Revision, review.revision_id, populate_existing=True)
    return Seen(review.version, revision.hash)


def decide(
    moderator: Moderator,
    review_id: str,
    outcome: str,
    before: Seen | None = None,
    others: int = 0,
    **more: str,
):
    """Decide about a review that is read now, unless what was read before is given.

    With nobody else on duty a decision that wants two people is finished alone, in its second step.
    """
    before = before or read(moderator, review_id)
    choice = Choice(outcome, more.pop("rule", "R3"), more.pop("words", WORDS), **more)
    with writing():
        decision = actions.decide(moderator, review_id, before, choice, now(), others)
    is_first = decision is None and review_by(review_id).first_by == moderator.staff_id
    return finish_alone(moderator, review_id, choice) if is_first and not others else decision


def review_by(review_id: str) -> Review:
    """A review as it is in the database now."""
    db.session.rollback()
    return db.session.get_one(Review, review_id, populate_existing=True)


def finish_alone(moderator: Moderator, review_id: str, choice: Choice, others: int = 0) -> Decision | None:
    """The explicit second step of who gave the first of two voices."""
    with writing():
        alone = replace(choice, alone=True)
        return actions.decide(moderator, review_id, seen(review_id), alone, now(), others)


def publish(post_id: str) -> None:
    """Let a text through both doors."""
    screen_all()
    decide(Moderator(new_id()), review_of(post_id).id, "publish", words="")
