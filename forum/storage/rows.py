"""Whole tables as rows, in an order in which every foreign key finds what it points to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, select, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine

from forum.storage.database import Model

BATCH = 500
Row = dict[str, Any]


def tables() -> list[Table]:
    """Every table, the ones that others point to first."""
    return list(Model.metadata.sorted_tables)


def read(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """The rows of a table in batches, as the database keeps them, in the order of the primary key."""
    names = [column.name for column in table.columns]
    found = connection.execute(
        select(*(type_coerce(column, _raw_type(column)) for column in table.columns)).order_by(
            *table.primary_key.columns
        )
    )
    for part in found.partitions(BATCH):
        yield [dict(zip(names, row, strict=True)) for row in part]


def write(connection: Connection, table: Table, batch: list[Row]) -> None:
    """Add a batch of rows that `read` gave."""
    if not batch:
        return
    values = {column.name: bindparam(column.name, type_=_raw_type(column)) for column in table.columns}
    connection.execute(insert(table).values(values), batch)


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables()
    }


def to_line(row: Row) -> str:
    """A row as one line of JSON; bytes as `{"b": base64}`."""
    plain = {
        name: {"b": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def from_line(line: str) -> Row:
    """The row of a line that `to_line` made."""
    return {
        name: base64.b64decode(value["b"]) if isinstance(value, dict) else value
        for name, value in json.loads(line).items()
    }


def _raw_type(column: Column[Any]) -> TypeEngine[Any]:
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind
