"""The database part of a submit against the raw driver at the same durability."""

from __future__ import annotations

import secrets
import sqlite3
import time
from pathlib import Path

from forum.bench.seed import fresh_name
from forum.circles import actions
from forum.circles.models import Circle
from forum.circles.writing import make_ready
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id

TIMES = 300
ROWS = 7
"""Rows that one submit inserts: thread, post, revision, screening, review, pseudonym, vault entry."""


def raw_driver(folder: Path) -> float:
    """Transactions a second that insert as many rows of like size by the driver alone."""
    connection = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    for number in range(ROWS):
        connection.execute(f"CREATE TABLE t{number} (id TEXT PRIMARY KEY, sealed BLOB) WITHOUT ROWID")
    started = time.perf_counter()
    for _ in range(TIMES):
        connection.execute("BEGIN IMMEDIATE")
        for number in range(ROWS):
            row = (new_id(), secrets.token_bytes(300))
            connection.execute(f"INSERT INTO t{number} VALUES (?, ?)", row)  # noqa: S608
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - started
    connection.close()
    return TIMES / elapsed


def through_the_actions(circle_id: str) -> float:
    """Submits a second: the write transaction alone, with everything slow done before."""
    written = make_ready("After the night shift", "I am tired of being tired.", "", is_opening=True)
    opening = actions.Opening("story", "advice", [])
    spent = 0.0
    for _ in range(TIMES):
        vault = OpenVault(secrets.token_bytes(32))
        sender = actions.Sender(vault, secrets.token_urlsafe(16))
        name = fresh_name()
        started = time.perf_counter()
        with writing():
            circle = db.session.get_one(Circle, circle_id)
            actions.open_thread(sender, circle, opening, written, name, now())
        spent += time.perf_counter() - started
        db.session.remove()
    return TIMES / spent


def measure(folder: Path) -> list[tuple[str, float, str]]:
    """The row of the submit."""
    circle_id = new_id()
    with writing():
        db.session.add(Circle(id=circle_id, name="Submits", description="A circle to submit to.", topics=[]))
    raw, ours = raw_driver(folder), through_the_actions(circle_id)
    print(f"  raw driver {raw:.0f}/s, submit {ours:.0f}/s")
    return [("submit, database part / raw driver, same durability", ours / raw, "0.25")]
