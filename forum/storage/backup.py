"""One file that holds everything but the keys: the database, the log's anchor, the ledger of removals.

A backup may be taken while the forum runs. SQLite is copied by its own online backup; of PostgreSQL every
row is read in one snapshot, through the ordinary driver. The keys (`SECRET_KEY`, `FIELD_KEY`) are not in
it: without them the file opens no sealed text, and with the file in the same place as the keys a thief
would have both. Keep them apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from config import Settings
from forum.storage import rows, schema
from forum.storage.database import db

FORMAT = 1
DATABASE = "forum.sqlite3"
ROWS = "rows.jsonl"
ANCHOR = "log-anchor.jsonl"
LEDGER = "removals.ledger"
MANIFEST = "manifest.json"

_after_restore: list[Callable[[], None]] = []


class CannotRestore(Exception):
    """A backup that does not fit, is damaged, or would overwrite something. The message says which."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds."""

    rows: int
    bytes: int


def after_restore(act: Callable[[], None]) -> Callable[[], None]:
    """Register what must happen after a restore, such as erasing again what the ledger remembers."""
    _after_restore.append(act)
    return act


def take(settings: Settings, target: Path) -> Taken:
    """Write a backup to a new file, readable by its owner only. Raises `FileExistsError`."""
    with tempfile.TemporaryDirectory(dir=target.resolve().parent, prefix=".backup-") as name:
        folder = Path(name)
        found = _copy_sqlite(settings, folder) if settings.is_sqlite else _copy_rows(db.engine, folder)
        for file in (settings.anchor_file, settings.erasure_ledger):
            if file.exists():
                (folder / file.name).write_bytes(file.read_bytes())
        manifest = {
            "format": FORMAT,
            "engine": db.engine.dialect.name,
            "revision": found.revision,
            "rows": found.counts,
            "sha256": {file.name: _digest(file) for file in sorted(folder.iterdir())},
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        _pack(folder, target)
    return Taken(sum(found.counts.values()), target.stat().st_size)


def restore(settings: Settings, source: Path) -> dict[str, int]:
    """Put a backup in place of an empty database and answer with the rows of each table.

    Removals since the backup are kept: the ledger becomes the union of both, and what it names is erased
    again. Raises `CannotRestore`.
    """
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        if manifest["engine"] != db.engine.dialect.name:
            raise CannotRestore(
                f"the backup was taken from {manifest['engine']}; use move-database afterwards"
            )
        if manifest["engine"] == "sqlite":
            _put_sqlite(settings, folder / DATABASE)
        else:
            _put_rows(db.engine, folder / ROWS, manifest["revision"])
        _put_anchor(settings.anchor_file, folder / ANCHOR)
        _join_ledgers(settings.erasure_ledger, folder / LEDGER)
    with db.engine.connect() as connection:
        found = rows.counts(connection)
    if found != manifest["rows"]:
        raise CannotRestore("the restored tables do not hold the rows that the backup counted")
    for act in _after_restore:
        act()
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    revision: str | None
    counts: dict[str, int]


def _copy_sqlite(settings: Settings, folder: Path) -> _Found:
    target = folder / DATABASE
    with (
        closing(sqlite3.connect(_sqlite_file(settings))) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise OSError("the copy of the database is damaged")
        counts = {
            table.name: int(copy.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608
            for table in rows.tables()
        }
        known = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = copy.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return _Found(found[0] if found else None, counts)


def _copy_rows(engine: Engine, folder: Path) -> _Found:
    with snapshot(engine) as connection, (folder / ROWS).open("w", encoding="utf-8") as file:
        for table in rows.tables():
            for batch in rows.read(connection, table):
                file.writelines(json.dumps(table.name) + "\t" + rows.to_line(row) + "\n" for row in batch)
        return _Found(schema.revision_of(connection), rows.counts(connection))


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment, and changes nothing."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection
        connection.rollback()


def _put_sqlite(settings: Settings, copy: Path) -> None:
    """Fill the live file from the copy by the same online backup, so that no stale WAL remains."""
    _refuse_unless_empty(db.engine)
    db.session.remove()
    db.engine.dispose()
    with closing(sqlite3.connect(copy)) as taken, closing(sqlite3.connect(_sqlite_file(settings))) as live:
        taken.backup(live)
    os.chmod(_sqlite_file(settings), 0o600)  # noqa: PTH101


def _put_rows(engine: Engine, file: Path, revision: str | None) -> None:
    _refuse_unless_empty(engine)
    by_name = {table.name: table for table in rows.tables()}
    with engine.begin() as connection, file.open(encoding="utf-8") as lines:
        if schema.revision_of(connection) != revision:
            raise CannotRestore(f"bring the empty database to revision {revision} first")
        batch: list[rows.Row] = []
        current = ""
        for line in lines:
            name, _tab, row = line.partition("\t")
            if name != current or len(batch) >= rows.BATCH:
                if batch:
                    rows.write(connection, by_name[json.loads(current)], batch)
                batch, current = [], name
            batch.append(rows.from_line(row))
        if batch:
            rows.write(connection, by_name[json.loads(current)], batch)


def _refuse_unless_empty(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
        if not made:
            return
    with engine.connect() as connection:
        if any(rows.counts(connection).values()):
            raise CannotRestore("the database already holds rows; restore into an empty one")


def _put_anchor(anchor: Path, copy: Path) -> None:
    if anchor.exists():
        anchor.rename(anchor.with_name(anchor.name + ".before-restore"))
    if copy.exists():
        anchor.write_bytes(copy.read_bytes())


def _join_ledgers(ledger: Path, copy: Path) -> None:
    lines = {
        line for file in (ledger, copy) if file.exists() for line in file.read_text().splitlines() if line
    }
    if lines:
        ledger.write_text("\n".join(sorted(lines)) + "\n")


def _pack(folder: Path, target: Path) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
        for part in sorted(folder.iterdir()):
            info = tarfile.TarInfo(part.name)
            info.size, info.mode = part.stat().st_size, 0o600
            with part.open("rb") as content:
                tar.addfile(info, content)
        file.flush()
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text())
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise CannotRestore("the file is not a whole backup") from error
    if manifest.get("format") != FORMAT:
        raise CannotRestore("the backup has a format that this version does not know")
    for name, digest in manifest["sha256"].items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise CannotRestore(f"{name} in the backup is damaged")
    return dict(manifest)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sqlite_file(settings: Settings) -> str:
    return settings.database_url.removeprefix("sqlite:///")
