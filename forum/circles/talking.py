"""A free conversation between a member and the moderators, under a name that the member picks.

It is a post like any other, in a circle that nobody opens: the care rules read it, it waits in a lane, a
moderator answers by holding it, both write on, and it ends like every text. Nothing leads from it to the
account, and a suspension does not close this door.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from forum.circles import actions, conversation, rules
from forum.circles.models import Circle, Post, Revision, Thread
from forum.circles.reviews import Changed, open_review, revision_in
from forum.circles.writing import Written
from forum.members import pseudonyms
from forum.members.rules import fold_name
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import lasting_key

NAME = "Words to the moderators"
DESCRIPTION = "Members talk with moderators here. Nobody else can open this."
FOR_MODERATORS = (
    "A member wants to talk, perhaps while a suspension lasts. Only moderators ever read it. Answer by "
    "writing; close it with a last word when it has come to its end. Either way nobody else sees it."
)


def talk_circle() -> Circle:
    """The circle of conversations; it is made when the first one is opened. Inside a write transaction."""
    found = db.session.get(Circle, rules.TALK)
    if found is not None:
        return found
    fresh = Circle(
        id=rules.TALK,
        name=NAME,
        description=DESCRIPTION,
        rules=FOR_MODERATORS,
        audience=rules.MODERATORS_ONLY,
    )
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:
        return db.session.get_one(Circle, rules.TALK)
    return fresh


def going_on(pseudonym_ids: Collection[str]) -> dict[str, str]:
    """The conversations that go on under some names: the post of each, by the name's id."""
    rows = db.session.execute(
        select(Post.pseudonym_id, Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Revision, Revision.post_id == Post.id)
        .where(
            Thread.circle_id == rules.TALK,
            Post.pseudonym_id.in_(pseudonym_ids),
            Revision.state.in_(rules.PENDING),
        )
    )
    return {pseudonym_id: post_id for pseudonym_id, post_id in rows}  # noqa: C416


def start(sender: actions.Sender, written: Written, name: str, now: datetime) -> actions.Sent:
    """Open a conversation under a name; where one goes on under it, the words are added to that one.

    Raises `NotTaken`, `NameTaken`, `NameRefused`, `Changed`.
    """
    sender.vault.lock_turn()
    ring = pseudonyms.ring(sender.vault)
    own = next((one.id for one in ring if fold_name(one.name) == fold_name(name)), None)
    there = going_on([own]).get(own) if own else None
    if there is None:
        opening = actions.Opening("question", "listen", [], takes_replies=False)
        return actions.open_thread(sender, talk_circle(), opening, written, name, now)
    pending = revision_in(there, rules.PENDING, written_by="member")
    review = open_review(pending.id) if pending else None
    if review is None:
        raise Changed
    form = keyed_hash(lasting_key("form-key"), sender.form_key)
    again = conversation.was_said(form) or (pending is not None and pending.form_hash == form)
    if not again:
        conversation.write(review, written.body, written.care.tier, now, form)
    return actions.Sent(there, again, joined=True)
