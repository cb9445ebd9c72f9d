"""Moving every sealed text to the newest field key, so that an older key can be taken away.

Which columns hold sealed text the inventory says (class `sealed`); each is sealed for the place (table,
"sealed", id of the row). Rows go in short transactions of their own, and a row that somebody changes
meanwhile is left to them: what they write lies under the newest key already. Run again after an
interruption, it goes on where it stopped, for it looks only for rows under older keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, literal, select, type_coerce, update

from forum.storage import inventory
from forum.storage.database import Model, db, writing
from forum.storage.sealing import KEY_ID, CannotOpen
from forum.storage.settings import field_keys

BATCH = 200
PLACE = "sealed"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one column: rows now under the newest key, and rows that no configured key opens."""

    column: str
    moved: int
    closed: int


def sealed_columns() -> list[Column[bytes]]:
    """Every column of the tables that the inventory calls sealed."""
    return [
        Model.metadata.tables[name].columns[column]
        for name, table in sorted(inventory.TABLES.items())
        for column, kind in table.columns.items()
        if kind == "sealed"
    ]


def count_old() -> int:
    """How many values lie under older keys, or under keys that are not configured."""
    total = 0
    for column in sealed_columns():
        counted = select(func.count()).select_from(column.table).where(_is_old(column))
        total += db.session.scalar(counted) or 0
    db.session.rollback()
    return total


def count_lost() -> int:
    """How many values lie under keys that are not configured."""
    total = 0
    for column in sealed_columns():
        known = func.substr(column, 1, KEY_ID).in_(field_keys().ids)
        total += db.session.scalar(select(func.count()).select_from(column.table).where(~known)) or 0
    db.session.rollback()
    return total


def rotate() -> Iterator[Moved]:
    """Move column after column to the newest key, and tell of each when it is done."""
    for column in sealed_columns():
        moved = closed = 0
        last = ""
        while batch := _old_rows(column, last):
            last = batch[-1][0]
            with writing():
                found = [_move(column, row, bytes(sealed)) for row, sealed in batch]
            moved += sum(1 for one in found if one)
            closed += sum(1 for one in found if one is None)
        yield Moved(f"{column.table.name}.{column.name}", moved, closed)


def _old_rows(column: Column[bytes], after: str) -> list[tuple[str, bytes]]:
    row = column.table.c.id
    wanted = select(row, column).where(_is_old(column), row > after).order_by(row).limit(BATCH)
    found = [(str(key), bytes(sealed)) for key, sealed in db.session.execute(wanted)]
    db.session.rollback()
    return found


def _is_old(column: Column[bytes]) -> ColumnElement[bool]:
    newest = type_coerce(literal(field_keys().newest_id, LargeBinary), LargeBinary)
    return func.substr(column, 1, KEY_ID) != newest


def _move(column: Column[bytes], row: str, sealed: bytes) -> bool | None:
    """True when moved, False when somebody changed it meanwhile, None when no key opens it."""
    table: Table = column.table
    try:
        fresh = field_keys().reseal(sealed, table.name, PLACE, row)
    except CannotOpen:
        return None
    changed = db.session.execute(
        update(table)
        .where(table.c.id == row, column == sealed)
        .values({column.name: fresh})
        .returning(table.c.id)
    ).first()
    return changed is not None
