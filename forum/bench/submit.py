"""The database part of a submit against the raw driver running the very same statements.

Members who have written before send texts under a name of theirs. Every statement is noted with its
values and then run again by the driver alone on a copy of the same file, at the same durability.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event

from forum.bench.seed import fresh_name
from forum.circles import actions
from forum.circles.models import Circle
from forum.circles.writing import Written, make_ready
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id

MEMBERS = 75
TEXTS = 4

Transactions = list[list[tuple[str, Any]]]


def measure(folder: Path) -> list[tuple[str, float, str]]:
    """The row of the submit."""
    circle_id = new_id()
    with writing():
        db.session.add(Circle(id=circle_id, name="Submits", description="A circle to submit to.", topics=[]))
    written = make_ready("After the night shift", "I am tired of being tired.", "", is_opening=True)
    members = [(OpenVault(secrets.token_bytes(32)), fresh_name()) for _ in range(MEMBERS)]
    for vault, name in members:
        _send(vault, circle_id, written, name)
    copy = _copy(folder)
    ours, noted = _through_the_actions(members, circle_id, written)
    raw = _by_the_driver(copy, noted)
    print(f"  submit {ours:.0f}/s, the same statements by the raw driver {raw:.0f}/s")
    return [("submit, database part / raw driver, same durability", ours / raw, "0.25")]


def _send(vault: OpenVault, circle_id: str, written: Written, name: str) -> float:
    sender = actions.Sender(vault, secrets.token_urlsafe(16))
    opening = actions.Opening("story", "advice", [])
    started = time.perf_counter()
    with writing():
        circle = db.session.get_one(Circle, circle_id)
        actions.open_thread(sender, circle, opening, written, name, now())
    spent = time.perf_counter() - started
    db.session.remove()
    return spent


def _through_the_actions(
    members: list[tuple[OpenVault, str]], circle_id: str, written: Written
) -> tuple[float, Transactions]:
    """Submits a second, and every statement that they ran."""
    noted: Transactions = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            noted.append([])
        else:
            noted[-1].append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    spent = sum(_send(vault, circle_id, written, name) for _ in range(TEXTS) for vault, name in members)
    event.remove(db.engine, "before_cursor_execute", note)
    return MEMBERS * TEXTS / spent, [one for one in noted if len(one) > 1]


def _copy(folder: Path) -> Path:
    db.session.remove()
    db.engine.dispose()
    with sqlite3.connect(folder / "forum.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Path(shutil.copy(folder / "forum.sqlite3", folder / "raw.sqlite3"))


def _by_the_driver(path: Path, noted: Transactions) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for transaction in noted:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in transaction:
            connection.execute(statement, values).fetchall()
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - started
    connection.close()
    return len(noted) / elapsed
