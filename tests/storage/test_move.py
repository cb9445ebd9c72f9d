"""A move carries every row over unchanged, from SQLite to PostgreSQL and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from forum.circles.models import Circle
from forum.storage import move, rows
from forum.storage.database import db, engine_options, prepare_engine, writing
from tests import engines, factories

pytestmark = pytest.mark.postgres


def _open(url: str) -> Engine:
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def _all(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(rows.to_line(row) for part in rows.read(connection, table) for row in part)
            for table in rows.tables()
        }


@pytest.fixture
def target(postgres_server: engines.Postgres) -> Iterator[Engine]:
    """An empty PostgreSQL database with every table."""
    name = postgres_server.create()
    engine = _open(postgres_server.url(name).replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()
    postgres_server.drop(name)


def _fill() -> None:
    with writing():
        for number in range(3):
            circle = factories.circle(f"Ünïcode «{number}» \U0001f331")
            factories.published_thread(circle, replies=400)
            post = factories.post(factories.thread(circle))
            factories.screening(factories.revision(post, "Sealed words."))


def test_every_row_arrives_unchanged_and_comes_back(
    app: Flask, target: Engine, tmp_path: Path, prepared_sqlite: Path
) -> None:
    _fill()
    before = _all(db.engine)
    moved = move.move(db.engine, target)
    assert {one.table: one.rows for one in moved} == {name: len(lines) for name, lines in before.items()}
    assert _all(target) == before == _all(db.engine)
    home = tmp_path / "home"
    home.mkdir()
    engines.copy_sqlite(prepared_sqlite, home)
    back = _open(f"sqlite:///{home / 'forum.sqlite3'}")
    move.move(target, back)
    assert _all(back) == before
    back.dispose()


def test_a_target_with_rows_is_left_alone(app: Flask, target: Engine) -> None:
    _fill()
    move.move(db.engine, target)
    before = _all(target)
    with pytest.raises(move.CannotMove, match="already holds rows"):
        move.move(db.engine, target)
    assert _all(target) == before


def test_a_row_that_changes_on_the_way_undoes_the_move(
    app: Flask, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill()
    honest = rows.write

    def careless(connection, table, batch):  # type: ignore[no-untyped-def]
        if table.name == Circle.__tablename__:
            batch = [{**row, "place": 9} for row in batch]
        honest(connection, table, batch)

    monkeypatch.setattr(rows, "write", careless)
    with pytest.raises(move.CannotMove, match="circle"):
        move.move(db.engine, target)
    assert not any(_all(target).values())


def test_what_belongs_to_the_engine_is_built_afterwards(
    app: Flask, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move, "_after_move", [])
    built: list[str] = []
    move.after_move(lambda engine: built.append(engine.dialect.name))
    move.move(db.engine, target)
    assert built == ["postgresql"]
