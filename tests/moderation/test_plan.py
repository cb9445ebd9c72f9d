"""How the database finds the next review: by the index of the queue, so that a flood costs nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from forum.circles.models import Review
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


def test_the_row_of_the_bench_is_measured_on_both_engines(engine_app: Flask) -> None:
    ((name, ratio, aim),) = bench.measure(few=10, many=60, turns=5)
    assert ("PostgreSQL" in name) is (db.engine.dialect.name == "postgresql")
    assert ratio > 0 and float(aim) == 2


def test_the_bench_refuses_statements_that_grow_with_what_waits(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = claims.take_next

    def one_for_each(me: Moderator, *rest: object) -> str | None:
        for _waiting in db.session.scalars(db.select(Review.id)).all():
            db.session.execute(db.text("SELECT 1"))
        return take(me, *rest)

    monkeypatch.setattr(claims, "take_next", one_for_each)
    with pytest.raises(RuntimeError, match="number of statements"):
        bench.measure(few=3, many=6, turns=2)
