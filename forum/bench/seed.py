"""A forum to measure on: one circle, one thread with replies, and texts that wait."""

from __future__ import annotations

import secrets

from forum.circles import actions
from forum.circles.models import Circle, Post, Review, Revision, Thread
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.members.vault import OpenVault
from forum.moderation.actions import Seen, decide
from forum.moderation.claims import claim
from forum.moderation.offering import Moderator
from forum.moderation.rules import Choice
from forum.screening.findings import Care, Screened
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id

BODY = (
    "The rota came out again and I am on for the weekend. I said yes before I had thought about it.\n\n"
    "- slept five hours\n- ate standing up\n\n"
    "Then a colleague put a cup of tea next to me and did not say anything. **That** is what I want to keep. "
    "I am writing it down so that I remember it on Monday, when the phones start and nobody has time."
)


def nothing_found(_text: str) -> Screened:
    """A screening that finds nothing; only the way of the text is wanted here."""
    return Screened({"toxicity": 0.01}, "routine", (), Care(), "nobody", 1, "none")


def fresh_name() -> str:
    """A name of letters that nobody writes under."""
    return "Name " + "".join(secrets.choice("abcdefghijklmnop") for _ in range(16))


def send(circle_id: str, thread_id: str | None = None, body: str = BODY) -> str:
    """Send an opening or a reply under a fresh name. Returns the post's id."""
    sender = actions.Sender(OpenVault(secrets.token_bytes(32)), secrets.token_urlsafe(16))
    name = fresh_name()
    if thread_id is None:
        written = make_ready("After the night shift", body, "", is_opening=True)
        opening = actions.Opening("story", "advice", [])
        with writing():
            circle = db.session.get_one(Circle, circle_id)
            return actions.open_thread(sender, circle, opening, written, name, now()).post_id
    written = make_ready("", body, "", is_opening=False)
    with writing():
        thread = db.session.get_one(Thread, thread_id)
        return actions.reply(sender, thread, "support", written, name, now()).post_id


def publish(post_id: str) -> None:
    """Let a text through both doors."""
    screen_next(nothing_found)
    moderator = Moderator(new_id())
    with writing():
        review = db.session.scalars(db.select(Review).where(Review.post_id == post_id, Review.open)).one()
        claim(moderator, review.id, now())
        revision = db.session.get_one(Revision, review.revision_id)
        decide(moderator, review.id, Seen(review.version, revision.hash), Choice("publish"), now())


def thread_with_replies(replies: int) -> str:
    """One published thread with so many published replies. Returns its id."""
    circle_id = new_id()
    with writing():
        db.session.add(
            Circle(id=circle_id, name="Measured", description="A circle to measure on.", topics=[])
        )
    opening = send(circle_id)
    publish(opening)
    thread_id = db.session.get_one(Post, opening).thread_id
    for _ in range(replies):
        publish(send(circle_id, thread_id))
    return thread_id
