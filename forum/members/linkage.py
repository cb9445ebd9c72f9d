"""The thief's test: what a copy of the database, with every key of the server, says about who wrote what.

The thief reads every row of every table as it lies there, opens what the server's keys open, and then
guesses: for each name, which other name belongs to the same person; for each name, which member it belongs
to. Each attack uses one kind of trace. A figure is the share of right first guesses, with ties counted as
the chance to draw the right one; beside it stands what blind guessing reaches.
"""

from __future__ import annotations

import bisect
import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Any

from sqlalchemy import inspect, text

from forum.storage.database import Model, db
from forum.storage.sealing import CannotOpen
from forum.storage.settings import field_keys
from forum.storage.types import Day, Moment, is_id

Row = dict[str, Any]
Traces = dict[str, list[tuple[str, Row]]]
Score = Callable[[str, str], float]
STOPS = ("thread", "circle")
"""Rows that many people share by design: going through them would tie everybody to everybody."""

DEPTH = 3
VERSION = "row version"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attack: what was guessed, by which trace, the share of right guesses, and that of blind ones."""

    guessed: str
    trace: str
    right: float
    blind: float

    @property
    def over(self) -> float:
        """By how much the attack beats blind guessing, in points."""
        return (self.right - self.blind) * 100


def stolen() -> dict[str, list[Row]]:
    """Every row of every table, in the order in which it lies there; on PostgreSQL with its version."""
    tables: dict[str, list[Row]] = {}
    with db.engine.connect() as connection:
        more = ", xmin::text::bigint" if connection.dialect.name == "postgresql" else ""
        for name in inspect(connection).get_table_names():
            found = connection.execute(text(f"SELECT *{more} FROM {name}")).mappings()  # noqa: S608
            tables[name] = [_plain(dict(row)) for row in found]
    return tables


def _plain(row: Row) -> Row:
    plain = {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
    if "xmin" in plain:
        plain[VERSION] = plain.pop("xmin")
    return plain


def attack(tables: dict[str, list[Row]], author_of: Mapping[str, str]) -> list[Outcome]:
    """Try every trace. `author_of` is the truth: the member's id for each name's id."""
    traces = _traces(tables, author_of)
    of_names = {
        "equal values": _by_equal_values(_facts(traces, lambda _t, _c: True)),
        "times": _by_equal_values(_facts(traces, _is_time)),
        "order of ids": _by_order({name: _rank(name) for name in author_of}),
        "order of posts' ids": _by_order(_first(traces, "post", "id")),
        "sizes": _by_order(_sizes(traces)),
        "row versions": _by_order(_versions(traces)),
        "order of the log": _by_order(_log_places(tables, traces)),
        "order of the search": _by_order(_search_places(tables, traces)),
    }
    outcomes = [_measure("name to name", trace, score, author_of) for trace, score in of_names.items()]
    return outcomes + _to_members(tables, traces, author_of)


def _traces(tables: dict[str, list[Row]], names: Iterable[str]) -> Traces:
    """What lies around each name: rows that hold its id, rows that hold the ids of those, and so on."""
    holders: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for table, rows in tables.items():
        for row in rows:
            for value in {v for v in row.values() if isinstance(v, str) and is_id(v)}:
                holders[value].append((table, row))
    found: Traces = {}
    for name in names:
        seen: set[int] = set()
        near: list[tuple[str, Row]] = []
        frontier = {name}
        for _step in range(DEPTH):
            held = [pair for one in frontier for pair in holders[one] if id(pair[1]) not in seen]
            seen |= {id(row) for _table, row in held}
            near += held
            frontier = {one for table, row in held if table not in STOPS for one in _own_ids(table, row)}
        found[name] = near
    return found


def _own_ids(table: str, row: Row) -> list[str]:
    keys = [column.name for column in Model.metadata.tables[table].primary_key] if table in _known() else []
    return [row[key] for key in keys if isinstance(row.get(key), str)]


def _known() -> Mapping[str, Any]:
    return Model.metadata.tables


def _facts(traces: Traces, wanted: Callable[[str, str], bool]) -> dict[str, set[tuple[str, Any]]]:
    return {
        name: {
            (column, value)
            for table, row in rows
            for column, value in _opened(table, row).items()
            if value is not None and column != VERSION and wanted(table, column)
        }
        for name, rows in traces.items()
    }


def _opened(table: str, row: Row) -> Row:
    """A row with what the server's keys open in it."""
    more: Row = {}
    for column, value in row.items():
        if isinstance(value, bytes) and column.startswith("sealed") and "id" in row:
            with contextlib.suppress(CannotOpen, ValueError):
                words = field_keys().open_text(value, table, column, row["id"])
                parts = json.loads(words) if words.startswith("{") else {"words": words}
                more |= {f"{column}.{key}": str(part) for key, part in parts.items()}
    return {**row, **more}


def _is_time(table: str, column: str) -> bool:
    known = _known().get(table)
    kind = known.columns[column].type if known is not None and column in known.columns else None
    return isinstance(kind, Moment | Day)


def _by_equal_values(facts: dict[str, set[tuple[str, Any]]]) -> Score:
    """Names are alike by the values that they share, a rare value counting more."""
    shared: dict[tuple[str, Any], int] = defaultdict(int)
    for found in facts.values():
        for fact in found:
            shared[fact] += 1
    return lambda one, other: sum(1 / shared[fact] ** 2 for fact in facts[one] & facts[other])


def _by_order(places: dict[str, float]) -> Score:
    """Names are alike when they stand beside each other in some order."""
    order = sorted(places.values())

    def score(one: str, other: str) -> float:
        if one not in places or other not in places:
            return -float(len(order))
        steps = bisect.bisect_left(order, places[one]) - bisect.bisect_left(order, places[other])
        return -float(abs(steps))

    return score


def _rank(value: str) -> float:
    return float(int.from_bytes(value.encode()[:12], "big"))


def _first(traces: Traces, table: str, column: str) -> dict[str, float]:
    found = {n: [_rank(row[column]) for t, row in rows if t == table] for n, rows in traces.items()}
    return {name: min(values) for name, values in found.items() if values}


def _sizes(traces: Traces) -> dict[str, float]:
    found = {
        name: [len(value) for _t, row in rows for value in row.values() if isinstance(value, bytes)]
        for name, rows in traces.items()
    }
    return {name: mean(sizes) for name, sizes in found.items() if sizes}


def _versions(traces: Traces) -> dict[str, float]:
    """Row versions of all but the log, whose order is an attack of its own."""
    found = {
        name: [row[VERSION] for table, row in rows if VERSION in row and table != "log_entry"]
        for name, rows in traces.items()
    }
    return {name: float(min(versions)) for name, versions in found.items() if versions}


def _log_places(tables: dict[str, list[Row]], traces: Traces) -> dict[str, float]:
    places: dict[str, int] = {}
    for row in tables.get("log_entry", []):
        places.setdefault(row["object_id"], row["place"])
    found = {
        name: [places[row["id"]] for _table, row in rows if row.get("id") in places]
        for name, rows in traces.items()
    }
    return {name: float(min(seen)) for name, seen in found.items() if seen}


def _search_places(tables: dict[str, list[Row]], traces: Traces) -> dict[str, float]:
    """Where the texts of a name stand in the search index, which visitors may ask as well."""
    places = {row["object_id"]: row["number"] for row in tables.get("search_index_text", [])}
    found = {
        name: [
            places[value]
            for _t, row in rows
            for value in row.values()
            if isinstance(value, str) and value in places
        ]
        for name, rows in traces.items()
    }
    return {name: float(min(seen)) for name, seen in found.items() if seen}


def _measure(guessed: str, trace: str, score: Score, author_of: Mapping[str, str]) -> Outcome:
    names = list(author_of)
    right, blind = [], []
    for name in names:
        others = [other for other in names if other != name]
        mine = [other for other in others if author_of[other] == author_of[name]]
        if not mine:
            continue
        scores = {other: score(name, other) for other in others}
        best = max(scores.values())
        drawn = [other for other in others if scores[other] == best]
        right.append(sum(author_of[other] == author_of[name] for other in drawn) / len(drawn))
        blind.append(len(mine) / len(others))
    return Outcome(guessed, trace, mean(right) if right else 0.0, mean(blind) if blind else 0.0)


def _to_members(tables: dict[str, list[Row]], traces: Traces, author_of: Mapping[str, str]) -> list[Outcome]:
    """Guess the member behind each name, from all rows around members and around names."""
    members = sorted(set(author_of.values()))
    about = {**traces, **_traces(tables, members)}
    orders = {
        "order of ids": {one: _rank(one) for one in about},
        "row versions": _versions(about),
        "sizes": _sizes(about),
    }
    by = {"equal values": _by_equal_values(_facts(about, lambda _t, _c: True))}
    by |= {trace: _by_place(places, list(author_of), members) for trace, places in orders.items()}
    return [_to_member(trace, score, author_of, members) for trace, score in by.items()]


def _by_place(places: dict[str, float], names: list[str], members: list[str]) -> Score:
    """A name belongs to the member who stands at the same share of their order."""
    share: dict[str, float] = {}
    for group in (names, members):
        there = sorted((one for one in group if one in places), key=lambda one: places[one])
        share |= {one: at / len(there) for at, one in enumerate(there)}
    return lambda name, member: -abs(share.get(name, 9.0) - share.get(member, -9.0))


def _to_member(trace: str, score: Score, author_of: Mapping[str, str], members: list[str]) -> Outcome:
    right = []
    for name, author in author_of.items():
        scores = {member: score(name, member) for member in members}
        best = max(scores.values())
        drawn = [member for member in members if scores[member] == best]
        right.append((author in drawn) / len(drawn))
    return Outcome("name to member", trace, mean(right), 1 / len(members))
