"""The queue of scheduled jobs: huey on an SQLite file of its own, on Valkey or Redis, or on PostgreSQL.

One scheduler process asks once a minute what is due and puts it into the queue; with several machines the
queue may be shared, and one scheduler is enough. Losing the queue loses nothing: jobs look at the tables.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from huey import PostgresHuey, RedisHuey, SqliteHuey

from forum.jobs import schedule, signs
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.settings import current_settings

NAME = "kindred"
SCHEDULER = "scheduler"


class UnknownQueue(Exception):
    """QUEUE_URL names no queue that this program can use."""


def open_queue(url: str) -> Any:
    """The huey for a URL. Raises `UnknownQueue`; the message does not hold the URL."""
    scheme, _sep, rest = url.partition("://")
    if scheme == "sqlite":
        return SqliteHuey(NAME, filename=rest.removeprefix("/"), results=False)
    if scheme in {"redis", "rediss", "valkey"}:
        return RedisHuey(NAME, url=url.replace("valkey://", "redis://", 1), results=False)
    if scheme.startswith("postgres"):
        return PostgresHuey(NAME, dsn="postgresql://" + rest, results=False)
    raise UnknownQueue("QUEUE_URL must start with sqlite://, redis://, valkey:// or postgresql://")


def attach(queue: Any, app: Flask) -> None:
    """Teach a queue how to run jobs, and to ask every minute what is due."""

    @queue.task(name="run_job")  # type: ignore[untyped-decorator]
    def run_job(name: str) -> None:
        with app.app_context():
            schedule.run(name)

    @queue.periodic_task(lambda _moment: True, name="ask_what_is_due")  # type: ignore[untyped-decorator]
    def ask_what_is_due() -> None:
        with app.app_context():
            for job in schedule.due(now()):
                run_job(job.name)
            with writing():
                signs.leave(SCHEDULER, now())


def run_scheduler(app: Flask) -> None:
    """Schedule and run jobs until the process is asked to stop."""
    with app.app_context():
        queue = open_queue(current_settings().queue_url)
    attach(queue, app)
    queue.create_consumer(workers=1, periodic=True, max_delay=2.0, graceful_signal="TERM").run()
