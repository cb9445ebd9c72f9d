"""The database of the forum: one SQLAlchemy object, and how each engine is set up.

SQLite runs in WAL mode with `synchronous=FULL`, so that what was acknowledged survives a power cut. The
driver's own transaction handling is switched off: in its default mode concurrent read-then-write steps
are silently lost. Transactions start deferred; `writing()` starts them IMMEDIATE.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, Row, event
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
AnyRow = Row[*tuple[Any, ...]]
"""A row of plain columns, as read paths select them."""

BUSY_MILLISECONDS = 5_000
WRITES = "kindred_writes"


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})


def engine_options(url: str) -> dict[str, Any]:
    """The engine options for a database URL. SQL errors never show parameters: they may hold text."""
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "isolation_level": None},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 8,
        "connect_args": {
            "prepare_threshold": None,
            "connect_timeout": 5,
            "options": f"-c lock_timeout={BUSY_MILLISECONDS}",
        },
    }


def prepare_engine(engine: Engine) -> None:
    """Attach what every new connection and every new transaction of this engine needs."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.connection.cursor().execute("BEGIN")  # never waits, never fails, and every page pays it


@contextmanager
def writing() -> Iterator[Session]:
    """One short write transaction: commits at the end, rolls back when anything is raised.

    What was read before is let go first, so that checks inside see the latest state. Slow work (hashing,
    rendering, scoring) is done before entering; a guard test holds that.
    """
    session = db.session()
    session.rollback()
    session.connection(execution_options={WRITES: True})
    session.info[WRITES] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)  # nothing happened, so nothing follows
        raise
    finally:
        session.info.pop(WRITES, None)
    after_commit = session.info.pop("after_commit", [])
    for act in after_commit:
        act()


def is_writing() -> bool:
    """Whether a write transaction of this request or job is open."""
    return bool(db.session().info.get(WRITES))
