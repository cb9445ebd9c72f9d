"""`next` with a hundred and with a hundred thousand texts waiting, on either engine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text

from forum.circles.models import Circle, Post, Review, Revision, Thread
from forum.moderation import claims
from forum.moderation.offering import Moderator
from forum.storage.clock import now
from forum.storage.database import Model, db, writing
from forum.storage.types import new_id

FEW, MANY = 100, 100_000
TURNS = 200
BATCH = 5_000
AT_MOST = 2.0


def measure(few: int = FEW, many: int = MANY, turns: int = TURNS) -> list[tuple[str, float, str]]:
    """The row of `next`: the ratio of the median times, and what was aimed for.

    Every turn takes the most urgent of what is free and gives it back, each in a transaction of its own.
    Raises `RuntimeError` where more statements run when more wait.
    """
    short, short_ran = _next_among(few, turns)
    long, long_ran = _next_among(many - few, turns)
    engine = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[db.engine.dialect.name]
    print(
        f"  next review on {engine}: {short * 1000:.2f} ms with {few} waiting, {long * 1000:.2f} ms with "
        f"{many}; {max(short_ran)} and {max(long_ran)} statements"
    )
    if short_ran != long_ran or len(long_ran) != 1:
        raise RuntimeError("the number of statements depends on how many wait")
    return [
        (f"next review on {engine}, {many} waiting / {few} waiting (at most)", long / short, f"{AT_MOST:g}")
    ]


def _next_among(more: int, turns: int) -> tuple[float, set[int]]:
    """The median time with so many more waiting, and how many statements the turns ran."""
    _fill(more)
    times: list[float] = []
    statements: set[int] = set()
    me = Moderator(new_id())
    for _turn in range(turns):
        start = time.perf_counter()
        with _counting() as ran, writing():
            review_id = claims.take_next(me, [], now())
        times.append(time.perf_counter() - start)
        statements.add(ran[0])
        if review_id is None:
            raise RuntimeError("nothing was given although much waits")
        with writing():
            claims.release(me, review_id)
    return statistics.median(times), statements


@contextmanager
def _counting() -> Iterator[list[int]]:
    ran = [0]

    def count(*_what: Any) -> None:
        ran[0] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield ran
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


def _fill(more: int) -> None:
    """Let so many more reviews wait; a few are in the hands of others."""
    circle_id, thread_id = new_id(), new_id()
    with writing():
        _insert(Circle, [{"id": circle_id, "name": circle_id, "description": "Measured.", "topics": []}])
        _insert(Thread, [{"id": thread_id, "circle_id": circle_id, "kind": "story"}])
    for start in range(0, more, BATCH):
        _fill_batch(circle_id, thread_id, min(BATCH, more - start), start)
    if db.engine.dialect.name == "postgresql":
        with writing():
            db.session.execute(text("ANALYZE"))  # as the server does by itself within a minute


def _fill_batch(circle_id: str, thread_id: str, count: int, offset: int) -> None:
    ids = [(new_id(), new_id()) for _ in range(count)]
    at = now()
    posts = [
        {"id": post, "thread_id": thread_id, "pseudonym_id": new_id(), "is_opening": False} for post, _ in ids
    ]
    texts = [
        {"id": text, "post_id": post, "sealed": b"", "hash": bytes(32), "renderer": 1} for post, text in ids
    ]
    reviews = [
        {
            "id": new_id(),
            "revision_id": text,
            "post_id": post,
            "thread_id": thread_id,
            "circle_id": circle_id,
            "lane": "routine",
            "rank": 4,
            "due_at": at + timedelta(minutes=(offset + place) % 1440),
            "claimed_until": at + timedelta(hours=1) if place % 30 == 1 else None,
        }
        for place, (post, text) in enumerate(ids)
    ]
    with writing():
        _insert(Post, posts)
        _insert(Revision, texts)
        _insert(Review, reviews)


def _insert(table: type[Model], rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(table), rows)
