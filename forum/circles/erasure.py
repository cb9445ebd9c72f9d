"""How posts go when their author leaves for good, and what an export holds of them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from forum.circles import actions, mine, publishing, rules
from forum.circles.models import Decision, Message, Post, Review, Revision
from forum.circles.reviews import Changed, close_reviews
from forum.members import pseudonyms, registry
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db

KIND = "post"


def waiting(vault: OpenVault) -> list[str]:
    """The posts of which a text waits, is turned back, or is offered in a masked version, or a word waits."""
    names = [own.id for own in pseudonyms.ring(vault)]
    texts = (
        select(Revision.post_id)
        .join(Post, Post.id == Revision.post_id)
        .where(
            Post.pseudonym_id.in_(names),
            Revision.state.in_([*rules.PENDING, "returned", "declined"]),
            Revision.written_by == "member",
        )
    )
    words = (
        select(Review.post_id)
        .join(Post, Post.id == Review.post_id)
        .where(Post.pseudonym_id.in_(names), Review.open, Review.kind == "submission")
    )
    return sorted({*db.session.scalars(texts), *db.session.scalars(words)})


def end_waiting(vault: OpenVault, post_id: str, at: datetime) -> None:
    """Take one of them back. What is declined and was told so goes by its own date.

    Words about a decided text wait no longer: nobody is there to read an answer.
    """
    with suppress(Changed):
        actions.withdraw(vault, post_id, at)
    of_post = select(Review.revision_id).where(
        Review.post_id == post_id, Review.open, Review.kind == "submission"
    )
    for revision_id in db.session.scalars(of_post).all():
        close_reviews(revision_id)


def listed(vault: OpenVault) -> list[str]:
    """The posts of which something is left to read or kept."""
    names = [own.id for own in pseudonyms.ring(vault)]
    return list(db.session.scalars(select(Post.id).where(Post.pseudonym_id.in_(names))))


def remove(post_id: str, at: datetime) -> None:
    """Take one post from view and erase every text and word about it.

    What somebody reported or appealed stays sealed until that is decided, and goes by its own date.
    """
    revisions = db.session.scalars(
        select(Revision).where(Revision.post_id == post_id).with_for_update()
    ).all()
    for revision in revisions:
        if revision.state in rules.SHOWN:
            publishing.take_down(revision, "author", "remove", day_of(at))
        elif revision.state in rules.PENDING and revision.written_by == "member":
            revision.state = rules.next_state(revision.state, "author", "withdraw")
            close_reviews(revision.id)
        revision.until = rules.ends_on("withdrawn", day_of(at)) if revision.sealed else None
    db.session.flush()
    open_reviews = select(Review.id).where(Review.post_id == post_id, Review.open)
    if db.session.scalar(open_reviews) is None:
        of_post = select(Review.id).where(Review.post_id == post_id)
        db.session.execute(
            update(Revision)
            .where(Revision.post_id == post_id)
            .values(sealed=None, until=None, grace_until=None)
        )
        db.session.execute(delete(Message).where(Message.review_id.in_(of_post)))
        db.session.execute(update(Review).where(Review.post_id == post_id).values(sealed_words=None))
        db.session.execute(update(Decision).where(Decision.review_id.in_(of_post)).values(sealed_words=None))


def every() -> list[str]:
    """Every post, for the ledger of removals after a restore."""
    return list(db.session.scalars(select(Post.id)))


def exported(vault: OpenVault) -> list[dict[str, Any]]:
    """One's own texts with where they stand, as plain data."""
    names = [own.id for own in pseudonyms.ring(vault)]
    return [
        {
            "circle": own.circle_name,
            "opening": own.is_opening,
            "texts": [
                {
                    "state": one.state,
                    "name": one.content.name if one.content else None,
                    "title": one.content.title if one.content else None,
                    "text": one.content.body if one.content else None,
                }
                for one in own.texts
            ],
        }
        for own in mine.own_posts(names, now())
    ]


registry.eraser(registry.Texts(KIND, listed, remove, every, waiting, end_waiting))
registry.exporter("texts", exported)
registry.counter("post", lambda vault: len(listed(vault)))
