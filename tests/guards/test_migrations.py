"""The revisions make exactly the tables of the models, on both engines, up, down and up again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, inspect, text

from config import Settings
from forum.storage import schema
from forum.storage.database import Model, db, writing
from tests import engines, factories


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    """The program on an empty database of each engine."""
    if request.param == "postgres":
        server: engines.Postgres = request.getfixturevalue("postgres_server")
        name = server.create(empty=True)
        settings = engines.settings_in(settings.data_dir, DATABASE_URL=server.url(name))
    with engines.running(settings) as app:
        yield app
    if request.param == "postgres":
        server.drop(name)


def _upgrade() -> None:
    command.upgrade(schema.alembic_config(str(db.engine.url.render_as_string(False))), "head")


def _downgrade() -> None:
    command.downgrade(schema.alembic_config(str(db.engine.url.render_as_string(False))), "base")


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": schema.is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Model.metadata))


def test_the_revisions_make_the_tables_of_the_models(empty: Flask) -> None:
    _upgrade()
    assert _differences(db.engine) == []
    with db.engine.connect() as connection:
        assert schema.revision_of(connection) == schema.newest()


def test_down_leaves_nothing_and_up_works_again(empty: Flask) -> None:
    _upgrade()
    _downgrade()
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    _upgrade()
    assert _differences(db.engine) == []


def test_migrated_tables_take_the_rows_of_the_program(empty: Flask) -> None:
    _upgrade()
    with writing():
        factories.published_thread(factories.circle(), replies=1)
    _upgrade()
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_no_order_of_insertion_remains_on_sqlite(settings: Settings) -> None:
    with engines.running(settings):
        _upgrade()
        found = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        made = {row.name: row.sql for row in found}
        for table in Model.metadata.sorted_tables:
            wanted = table.dialect_options["sqlite"]["with_rowid"] is False
            assert ("WITHOUT ROWID" in made[table.name]) is wanted, table.name


def test_there_is_one_line_of_revisions(app: Flask) -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory(str(schema.MIGRATIONS)).get_heads()) == 1
