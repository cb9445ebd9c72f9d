"""How alembic reaches the database: by the program's own engine, or by the URL that a move names."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, TypeDecorator, create_engine, text

from forum.storage.database import Model, engine_options, prepare_engine
from forum.storage.schema import is_ours

LOCK_TIMEOUT = "2s"


def plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Write the plain type of a column into a revision, so that old revisions need no code of today."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def options() -> dict[str, Any]:
    return {
        "target_metadata": Model.metadata,
        "render_as_batch": True,
        "compare_type": True,
        "include_object": is_ours,
        "render_item": plain_type,
        "transaction_per_migration": True,
    }


def engine() -> Engine:
    """The engine to work on."""
    url = context.config.attributes.get("url")
    if url is None:
        return current_app.extensions["migrate"].db.engine
    made = create_engine(url, **engine_options(url))
    prepare_engine(made)
    return made


def migrate(connection: Connection) -> None:
    """Run the revisions. SQLite rebuilds tables, so its foreign keys rest meanwhile and are checked after."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
    context.configure(connection=connection, **options())
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        connection.commit()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.exec_driver_sql("BEGIN")
        if broken:
            raise RuntimeError(f"{len(broken)} rows point to nothing after this migration")
    connection.commit()


def run_online() -> None:
    """Migrate over a connection, the only way that this program offers."""
    chosen = engine()
    try:
        with chosen.connect() as connection:
            migrate(connection)
    finally:
        chosen.dispose()  # no connection may go back to work with its foreign keys at rest


run_online()
