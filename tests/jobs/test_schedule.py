"""Jobs run about as often as they should, also after a sleep, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from forum.jobs import schedule, signs
from forum.storage.clock import now
from forum.storage.database import writing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two jobs of our own in an empty schedule; what they did."""
    monkeypatch.setattr(schedule, "_jobs", {})
    did: list[str] = []

    @schedule.every(minutes=10)
    def sweep() -> None:
        did.append("sweep")

    @schedule.every(days=1)
    def fails() -> None:
        did.append("fails")
        raise RuntimeError

    yield did


def _due() -> set[str]:
    return {job.name.rpartition(".")[2] for job in schedule.due(now())}


def test_a_new_job_is_due_at_once_and_then_after_its_interval(
    engine_app: Flask, ran: list[str], clock: time_machine.Traveller
) -> None:
    assert _due() == {"sweep", "fails"}
    names = {job.name.rpartition(".")[2]: job.name for job in schedule.jobs()}
    assert schedule.run(names["sweep"])
    assert _due() == {"fails"}
    clock.shift(9 * 60)
    assert _due() == {"fails"}
    clock.shift(60)
    assert _due() == {"sweep", "fails"}


def test_a_machine_that_slept_catches_up_once(
    app: Flask, ran: list[str], clock: time_machine.Traveller
) -> None:
    name = next(job.name for job in schedule.jobs() if job.name.endswith("sweep"))
    schedule.run(name)
    clock.shift(3 * 24 * 3600)
    assert "sweep" in _due()
    schedule.run(name)
    assert "sweep" not in _due()
    assert ran == ["sweep", "sweep"]


def test_a_job_that_fails_stays_due_and_is_logged(app: Flask, ran: list[str]) -> None:
    name = next(job.name for job in schedule.jobs() if job.name.endswith("fails"))
    assert not schedule.run(name)
    assert "fails" in _due()


def test_a_clock_set_back_does_not_stop_a_job(
    app: Flask, ran: list[str], clock: time_machine.Traveller
) -> None:
    name = next(job.name for job in schedule.jobs() if job.name.endswith("sweep"))
    schedule.run(name)
    clock.move_to(NOON - timedelta(days=30))
    assert "sweep" in _due()


def test_an_interval_under_a_minute_is_refused() -> None:
    with pytest.raises(ValueError, match="once a minute"):
        schedule.every()


def test_a_sign_of_life_is_kept_once_under_its_name(engine_app: Flask) -> None:
    assert signs.last("screening") is None
    for moment in (NOON, NOON + timedelta(seconds=30)):
        with writing():
            signs.leave("screening", moment)
    assert signs.last_of_all() == {"screening": NOON + timedelta(seconds=30)}
