"""Lists and search with a hundred thousand posts against the same with a thousand."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable
from itertools import cycle, islice

from sqlalchemy import insert

from forum.circles import indexing, queries, shelf
from forum.circles.models import Circle, Post, PublishedPost, PublishedThread, Revision, Thread
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import Model, db, writing
from forum.storage.types import new_id

FEW, MANY = 1_000, 100_000
A_THREAD = 10
TIMES = 15
WORDS = (
    *("night", "shift", "tired", "sleep", "tea", "rota", "ward", "stairs", "kettle", "morning", "rest"),
    *("worry", "phone", "friend", "boundary", "garden", "bus", "quiet", "rain", "manager", "letter"),
    *("window", "child", "mother", "work", "home", "alone", "better", "slow", "breath"),
)

AIMS = {
    "a page of a circle": "2 or less",
    "a page of one tag": "2 or less",
    "search, a rare word": "3 or less",
    "search, two common words": "3 or less",
}

Rows = dict[type[Model], list[dict[str, object]]]
Asked = dict[str, Callable[[], object]]


def measure() -> list[tuple[str, float, str]]:
    """The rows of each list: name, ratio of many to few, what was aimed for."""
    circle_id = new_id()
    with writing():
        db.session.add(Circle(id=circle_id, name="Long", description="A long circle.", topics=[]))
    asked: Asked = {
        "a page of a circle": lambda: queries.threads_of([circle_id]),
        "a page of one tag": lambda: queries.threads_of([circle_id], topic="grief"),
        "a page of a tag of one thread": lambda: queries.threads_of([circle_id], topic="caring"),
        "the shelf": lambda: shelf.shelf([circle_id], ["nobody"]),
        "search, a rare word": lambda: index.find("quetzal", [circle_id]),
        "search, two common words": lambda: index.find("tired kettle", [circle_id, new_id()]),
    }
    _fill(circle_id, FEW)
    few = {name: _milliseconds(ask) for name, ask in asked.items()}
    _fill(circle_id, MANY - FEW)
    many = {name: _milliseconds(ask) for name, ask in asked.items()}
    for name in asked:
        print(f"  {name}: {few[name]:.1f} ms with {FEW:,} posts, {many[name]:.1f} ms with {MANY:,}")
    return [
        (f"{name}, {MANY:,} / {FEW:,} posts", many[name] / few[name], AIMS.get(name, "-")) for name in asked
    ]


def _milliseconds(ask: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - started) * 1000)
        db.session.rollback()
    return statistics.median(spent)


def _fill(circle_id: str, posts: int) -> None:
    """Lay published threads of ten posts into the tables, past the doors: only the lists are measured."""
    rows: Rows = {table: [] for table in (Thread, Post, Revision, PublishedThread, PublishedPost)}
    known = queries.published_counts().get(circle_id, 0)
    for number in range(posts // A_THREAD):
        _thread(rows, circle_id, known + number)
    with writing() as session:
        for table, values in rows.items():
            session.connection().execute(insert(table), values)
        indexing.fill_anew(session)


def _thread(rows: Rows, circle_id: str, number: int) -> None:
    place: dict[str, object] = {"circle_id": circle_id, "thread_id": new_id()}
    topics = ["caring"] if number == 1 else ["grief"] if number % 50 == 0 else ["sleep"]
    rows[Thread].append({"id": place["thread_id"], "circle_id": circle_id, "kind": "story", "topics": topics})
    rows[PublishedThread].append(
        {
            **place,
            "kind": "story",
            "wish": "listen",
            "topics": topics,
            "title": f"Thread {number}",
            "pseudonym": "Quiet Heron",
            "replies": A_THREAD - 1,
            "answers": A_THREAD - 1 if number % 20 else number % 2,
            "day": day_of(now()),
            "latest": number,
        }
    )
    for position in range(A_THREAD):
        words = " ".join(islice(cycle(WORDS), number % 7, number % 7 + 8 + secrets.randbelow(30)))
        title = "" if position else " ".join(islice(cycle(WORDS), number % 29, number % 29 + 4))
        _post(rows, place, position, title, f"{words} quetzal" if (number, position) == (3, 3) else words)


def _post(rows: Rows, place: dict[str, object], position: int, title: str, words: str) -> None:
    ids = {"post_id": new_id(), "revision_id": new_id()}
    who = {"pseudonym_id": new_id(), "is_opening": not position}
    rows[Post].append({"id": ids["post_id"], "thread_id": place["thread_id"], **who})
    rows[Revision].append(
        {
            "id": ids["revision_id"],
            "post_id": ids["post_id"],
            "state": "published",
            "hash": b"",
            "renderer": 1,
        }
    )
    rows[PublishedPost].append(
        {
            **ids,
            **place,
            **who,
            "pseudonym": "Quiet Heron",
            "mode": "support",
            "title": title,
            "html": f"<p>{words}</p>",
            "plain": words,
            "renderer": 1,
            "position": position,
            "day": day_of(now()),
        }
    )
