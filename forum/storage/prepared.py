"""SELECTs of the pages that are opened most, compiled once and read straight from the driver.

What SQLAlchemy does around a small statement costs more than the statement itself (`make bench`, the rows of
the thread page). Only reads whose share of a page was measured go this way.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select

Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the words of one engine."""

    text: str
    order: tuple[str, ...] | None
    values: Mapping[str, Any]
    processors: tuple[tuple[int, Processor], ...]

    def arguments(self, values: Mapping[str, Any]) -> Any:
        """What the driver takes: values by place or by name."""
        all_values = {**self.values, **values}
        return all_values if self.order is None else [all_values[name] for name in self.order]


def _row_of(names: Sequence[str]) -> Callable[..., Any]:
    return namedtuple("_row", names, rename=True)


class Prepared:
    """One SELECT. Its values are plain: texts and numbers that need no conversion on the way in."""

    def __init__(self, statement: Select[Any]) -> None:
        """`statement` names what changes by `bindparam`."""
        self.statement = statement
        self._row = _row_of(statement.selected_columns.keys())
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """The rows, as named tuples. Raises what SQLAlchemy raises: an error is met again on its way."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.text, compiled.arguments(values))
            found = cursor.fetchall()
        except dialect.loaded_dbapi.Error:
            found = connection.execute(self.statement, values).all()
            return [self._row(*row) for row in found]
        finally:
            cursor.close()
        return [self._converted(row, compiled.processors) for row in found]

    def _converted(self, row: Any, processors: tuple[tuple[int, Processor], ...]) -> Any:
        fields = list(row)
        for place, process in processors:
            fields[place] = process(fields[place])
        return self._row(*fields)

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self.statement.compile(dialect=dialect)
        read = [
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for place, column in enumerate(self.statement.selected_columns)
        ]
        self._compiled[dialect.name] = made = _Compiled(
            text=str(compiled),
            order=tuple(compiled.positiontup) if compiled.positiontup else None,
            values=compiled.params,
            processors=tuple((place, process) for place, process in read if process),
        )
        return made
