"""The table of faults: what each is called, what it does, and on which engines it applies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.site import Site

Act = Callable[[Site], None]
BOTH, SQLITE, POSTGRES = ("sqlite", "postgres"), ("sqlite",), ("postgres",)


class NotHere(Exception):
    """This machine does not let the fault be made; the message says why."""


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    act: Act
    engines: tuple[str, ...]


FAULTS: list[Fault] = []


def fault(name: str, engines: tuple[str, ...] = BOTH) -> Callable[[Act], Act]:
    """Enter a fault into the table."""

    def keep(act: Act) -> Act:
        FAULTS.append(Fault(name, act, engines))
        return act

    return keep
