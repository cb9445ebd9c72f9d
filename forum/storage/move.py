"""From one database to another, such as from SQLite to PostgreSQL when the forum outgrows one machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table

from forum.storage import rows
from forum.storage.backup import snapshot

_after_move: list[Callable[[Engine], None]] = []


class CannotMove(Exception):
    """The target holds rows already, or what arrived is not what left. The message says which."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of a table arrived, byte for byte."""

    table: str
    rows: int


def after_move(act: Callable[[Engine], None]) -> Callable[[Engine], None]:
    """Register what must be built anew in the target, such as a search index of its engine."""
    _after_move.append(act)
    return act


def move(source: Engine, target: Engine) -> list[Moved]:
    """Copy every table into a target whose tables are there and empty, in one transaction, and compare.

    Nothing is changed in the source. Raises `CannotMove`; the target is then as it was.
    """
    with snapshot(source) as old, target.begin() as new:
        if any(rows.counts(new).values()):
            raise CannotMove("the target already holds rows")
        moved = [_move_table(old, new, table) for table in rows.tables()]
    for act in _after_move:
        act(target)
    return moved


def _move_table(old: Connection, new: Connection, table: Table) -> Moved:
    count = 0
    for batch in rows.read(old, table):
        rows.write(new, table, batch)
        count += len(batch)
    if _fingerprint(old, table) != _fingerprint(new, table):
        raise CannotMove(f"the rows of {table.name} did not arrive unchanged")
    return Moved(table.name, count)


def _fingerprint(connection: Connection, table: Table) -> tuple[int, bytes]:
    """How many rows, and a sum over their digests that does not depend on how an engine sorts text."""
    count, total = 0, 0
    for batch in rows.read(connection, table):
        for row in batch:
            count += 1
            total += int.from_bytes(hashlib.sha256(rows.to_line(row).encode()).digest(), "big")
    return count, (total % 2**256).to_bytes(32, "big")
