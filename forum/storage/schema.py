"""Bringing a database to the newest schema, and seeing where it stands."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
NOT_OURS = ("huey_", "search_index")


def newest() -> str | None:
    """The newest revision of the schema; None while there are no migrations."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def alembic_config(url: str) -> Config:
    """What alembic needs to work on the database of a URL."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["app"] = current_app
    return config


def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Whether alembic should look at an object: not at the tables of the queue and of the search index."""
    return not (kind == "table" and name is not None and name.startswith(NOT_OURS))
