"""The ground that every other test stands on: real databases, own to each test, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from forum.circles.models import Circle, PublishedPost
from forum.storage import clock as forum_clock
from forum.storage.database import db, is_writing, writing
from tests import engines, factories


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_with_empty_tables(engine_app: Flask, turn: int) -> None:
    assert db.session.scalar(db.select(db.func.count()).select_from(Circle)) == 0
    with writing():
        assert is_writing()
        factories.published_thread(factories.circle(), replies=2)
    assert not is_writing()
    assert db.session.scalar(db.select(db.func.count()).select_from(PublishedPost)) == 3


def test_sqlite_is_durable_and_keeps_foreign_keys(app: Flask) -> None:
    with engines.durable_sqlite():
        asked = {
            name: db.session.execute(db.text(f"PRAGMA {name}")).scalar()
            for name in ("synchronous", "foreign_keys")
        }
    assert asked == {"synchronous": 2, "foreign_keys": 1}


def test_statements_are_counted_and_writes_told_apart(
    app: Flask, count_statements: Callable[[], AbstractContextManager[engines.Statements]]
) -> None:
    with count_statements() as ran, writing():
        factories.circle()
        db.session.scalar(db.select(db.func.count()).select_from(Circle))
    assert len(ran) == 2
    assert len(ran.writes) == 1
    assert ran.writes[0].startswith("INSERT INTO circle")


def test_the_clock_stands_still(clock: time_machine.Traveller) -> None:
    assert forum_clock.now() == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    clock.shift(61)
    assert forum_clock.now() == datetime(2026, 3, 2, 10, 1, 1, tzinfo=UTC)
