"""Reactions without numbers: me too, with you, thank you. Only who wrote a post learns of them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from forum.circles import rules
from forum.circles.models import Post, PublishedPost
from forum.circles.publishing import post_thanked
from forum.circles.reviews import Changed
from forum.members import marks, pseudonyms
from forum.members.models import Mark
from forum.members.vault import OpenVault
from forum.storage.database import db

ABOUT = "reactions"


def react(vault: OpenVault, post_id: str, word: str, today: date, *, take_back: bool = False) -> None:
    """Leave a reaction on a published post of somebody else, or take it back. Raises `Changed`.

    Saying it twice is saying it once. Its writer is told once for each word, not once for each reader.
    """
    shown = db.session.get(PublishedPost, post_id)
    own = {name.id for name in pseudonyms.ring(vault)}
    if word not in rules.REACTIONS or shown is None or shown.pseudonym_id in own:
        raise Changed
    given = given_to(vault, post_id)
    if (word in given) is not take_back:
        return
    if take_back:
        marks.lift(vault, word, post_id)
    else:
        is_first = word not in left_on(post_id)
        marks.place(vault, word, post_id)
        if is_first:
            post_thanked.send(db.session.get_one(Post, post_id), today=today, word=word)
    words = sorted(given ^ {word})
    vault.put_about(ABOUT, post_id, {"words": words} if words else None)


def given_to(vault: OpenVault, post_id: str) -> set[str]:
    """One's own reactions to a post, from the vault."""
    return set((vault.about(ABOUT, post_id) or {}).get("words", ()))


def left_on(post_id: str) -> list[str]:
    """Which words readers left on a post, never how many; for its writer."""
    found = set(
        db.session.scalars(
            select(Mark.kind).where(Mark.object_id == post_id, Mark.kind.in_(rules.REACTIONS)).distinct()
        )
    )
    return [word for word in rules.REACTIONS if word in found]
