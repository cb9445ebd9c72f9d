"""What goes wrong during the day, at set times, so that two days can be compared."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.faults.catalogue import holding_the_lock
from tests.load.book import Book
from tests.load.town import Process, Town, empty_store
from tests.served import select_nothing

LOCK_SECONDS = 7
AWAY_SECONDS = 3


def _worker_killed(town: Town) -> None:
    _kill(town.named("worker")[0])


def _scheduler_killed(town: Town) -> None:
    _kill(town.named("scheduler")[0])


def _kill(process: Process) -> None:
    process.kill()
    select_nothing(AWAY_SECONDS)
    process.start()


def _pages_killed(town: Town) -> None:
    """Kill the process that answers; the web server's own parent starts another one."""
    parent = town.named("pages")[0].running
    assert parent is not None
    for child in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
    select_nothing(AWAY_SECONDS)


def _locked(town: Town) -> None:
    with holding_the_lock(town.settings):
        select_nothing(LOCK_SECONDS)


def _cut(town: Town) -> None:
    dsn = town.settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _store_emptied(town: Town) -> None:
    assert town.store is not None
    empty_store(town.store)


Trouble = tuple[float, str, Callable[[Town], None]]


def plan(town: Town) -> list[Trouble]:
    """The faults of the day: at which part of it, what, and how."""
    own: list[Trouble] = (
        [(0.7, "scheduler killed", _scheduler_killed)]
        if town.is_sqlite
        else [(0.6, "every connection cut", _cut), (0.7, "limit store emptied", _store_emptied)]
    )
    return sorted(
        [
            (0.15, "worker killed", _worker_killed),
            (0.3, "database locked for 7 s", _locked),
            (0.45, "web process killed", _pages_killed),
            (0.8, "worker killed", _worker_killed),
            *own,
        ],
        key=lambda one: one[0],
    )


def happen(town: Town, book: Book, begun: float, seconds: float) -> None:
    """Let each fault happen at its time. Comes back when the last one is over."""
    for part, name, act in plan(town):
        select_nothing(max(0.0, begun + part * seconds - time.monotonic()))
        started = time.monotonic()
        book.faults.append((name, started, started + seconds))
        act(town)
        book.faults[-1] = (name, started, time.monotonic())
