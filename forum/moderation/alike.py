"""Texts that say nearly the same: groups by shared word shingles, made in memory; no text is stored."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from forum.circles.content import open_content
from forum.circles.models import Circle, Review, Revision
from forum.moderation.offering import Moderator, may_see
from forum.storage.database import db
from forum.storage.sealing import CannotOpen
from forum.text.folding import fold
from forum.text.render import excerpt

WORD = re.compile(r"\w+")
SHINGLE = 3
ALIKE = 0.6
BEGINNING = 90
"""How many characters of each are shown."""

MOST = 200
"""How many waiting texts are compared at once: a flood shows within them, and a page stays quick."""


def shingles(text: str) -> frozenset[int]:
    """The hashes of each three words in a row of a folded text; a very short text is one shingle."""
    words = WORD.findall(fold(text).text.casefold())
    runs = [words] if len(words) < SHINGLE else [words[at : at + SHINGLE] for at in range(len(words) - 2)]
    return frozenset(hash(tuple(run)) for run in runs)


def likeness(one: Collection[int], other: Collection[int]) -> float:
    """The share of shingles that two texts have in common (Jaccard), from 0 to 1."""
    either = len(set(one) | set(other))
    return len(set(one) & set(other)) / either if either else 0.0


def groups(texts: Mapping[str, str]) -> list[list[str]]:
    """Groups of at least two alike texts, by key, the largest first. Each text is in one group at most."""
    made = {key: shingles(text) for key, text in texts.items()}
    found: list[list[str]] = []
    for key, own in made.items():
        home = next((group for group in found if likeness(own, made[group[0]]) >= ALIKE), None)
        if home is None:
            found.append([key])
        else:
            home.append(key)
    return sorted((group for group in found if len(group) > 1), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Alike:
    """One of several alike texts: its review, its circle, and how it begins."""

    review: Review
    circle: str
    beginning: str


def waiting_alike(moderator: Moderator, own_threads: Collection[str]) -> list[list[Alike]]:
    """The groups of alike texts among what waits and has no crisis in it."""
    rows = db.session.execute(
        select(Review, Revision, Circle.name)
        .join(Revision, Revision.id == Review.revision_id)
        .join(Circle, Circle.id == Review.circle_id)
        .where(
            *may_see(moderator, own_threads),
            Review.open,
            Review.kind == "submission",
            Review.lane.in_(("routine", "conduct")),
        )
        .order_by(Review.rank, Review.due_at, Review.id)
        .limit(MOST)
    ).all()
    texts: dict[str, str] = {}
    found: dict[str, Alike] = {}
    for review, revision, circle in rows:
        try:
            content = open_content(revision)
        except CannotOpen:
            continue
        texts[review.id] = f"{content.title} {content.body}"
        plain = f"{content.title}: {content.plain}" if content.title else content.plain
        found[review.id] = Alike(review, circle, excerpt(plain, BEGINNING))
    return [[found[key] for key in group] for group in groups(texts)]
