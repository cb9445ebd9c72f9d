"""Where higher rooms say what they know of a member, how it is exported and how it goes.

Rooms above this one register here when they are imported; this room never imports them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.members.vault import OpenVault

Export = Callable[[OpenVault], Any]
Countries = Callable[[], list[tuple[str, str]]]
RoleChanged = Callable[[str, str, str, date], object]
StaffLeft = Callable[[str, datetime, bool], object]
Count = Callable[[OpenVault], int]


@dataclass(frozen=True, slots=True)
class Texts:
    """How texts of one kind end with their author.

    `listed` names what is left; `remove` takes one of them away and must be fine with one that is gone;
    `every` names all that are in the database, for a restore. Where texts may wait, `waiting` names those and
    `end_waiting` takes one of them back.
    """

    kind: str
    listed: Callable[[OpenVault], list[str]]
    remove: Callable[[str, datetime], None]
    every: Callable[[], list[str]]
    waiting: Callable[[OpenVault], list[str]] = lambda _vault: []
    end_waiting: Callable[[OpenVault, str, datetime], None] = lambda *_: None


exporters: dict[str, Export] = {}
texts: dict[str, Texts] = {}
counts: dict[str, Count] = {}
_countries: list[Countries] = []
_role_changed: list[RoleChanged] = []
_staff_left: list[StaffLeft] = []


def exporter(name: str, act: Export) -> None:
    """Let an export hold what a room keeps outside the vault: plain data, ready for JSON."""
    exporters[name] = act


def eraser(kind: Texts) -> None:
    """Let an erasure end the texts of a room."""
    texts[kind.kind] = kind


def counter(table: str, act: Count) -> None:
    """Let the page of what the server knows count the rows of a table that the open vault leads to."""
    counts[table] = act


def offer_countries_with(act: Countries) -> None:
    """Register the countries whose help can be shown: code and name."""
    _countries[:] = [act]


def countries() -> list[tuple[str, str]]:
    """The countries whose help can be shown."""
    return _countries[0]() if _countries else []


def tell_role_changes(act: RoleChanged) -> None:
    """Register who keeps the log of roles: called with staff id of who did it, act, staff id, day."""
    _role_changed[:] = [act]


def role_changed(by: str, act: str, staff_id: str, day: date) -> None:
    """Pass a change of roles on, inside its transaction."""
    for tell in _role_changed:
        tell(by, act, staff_id, day)


def when_staff_leaves(act: StaffLeft) -> None:
    """Register what ends when a moderator signs out: staff id, when, whether for good."""
    _staff_left[:] = [act]


def staff_left(staff_id: str, now: datetime, *, for_good: bool = False) -> None:
    """Say that a moderator is not there any more, inside the transaction that ends their session."""
    for end in _staff_left:
        end(staff_id, now, for_good)
