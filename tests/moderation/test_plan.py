"""How the database finds the next review: by the index of the queue, so that a flood costs nothing."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event

from forum.moderation import bench, claims
from forum.moderation.offering import Moderator
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id


def test_next_reads_the_queue_by_its_index(app: Flask) -> None:
    bench._fill(50)
    found: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        if statement.startswith("UPDATE review"):
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    with writing():
        assert claims.take_next(Moderator(new_id()), [], now())
    event.remove(db.engine, "before_cursor_execute", note)
    ((statement, parameters),) = found
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    words = " / ".join(str(row[3]) for row in plan)
    assert "ix_review_queue" in words, words
    assert "TEMP B-TREE" not in words, words
