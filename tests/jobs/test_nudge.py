"""A nudge wakes a waiting worker; without it everything works, only later."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from forum.jobs.nudge import _folder, listening, nudge
from forum.storage.database import writing
from tests import engines, factories

LONG = 20.0


def _ring_soon(app: Flask) -> threading.Thread:
    def ring() -> None:
        with app.app_context(), writing():
            factories.circle()
            nudge()

    thread = threading.Thread(target=ring)
    thread.start()
    return thread


def test_a_nudge_wakes_the_worker(engine_app: Flask, engine_settings: Settings) -> None:
    with listening(engine_settings) as bell:
        started = time.monotonic()
        if engine_settings.is_sqlite:
            thread = _ring_soon(engine_app)
            assert bell.wait(LONG)
        else:
            timer = threading.Timer(0.5, lambda: _ring_soon(engine_app).join())
            timer.start()
            thread = timer
            assert bell.wait(LONG)
        assert time.monotonic() - started < LONG / 2
        thread.join()


def test_nobody_is_woken_for_what_was_rolled_back(app: Flask, settings: Settings) -> None:
    with listening(settings) as bell:
        with pytest.raises(ZeroDivisionError), writing():
            nudge()
            raise ZeroDivisionError
        assert not bell.wait(0.05)
        with writing():
            pass
        assert not bell.wait(0.05)


def test_every_worker_hears_and_a_dead_ones_bell_is_taken_down(app: Flask, settings: Settings) -> None:
    dead = _folder(settings.data_dir)
    with listening(settings) as bell:
        gone = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        gone.bind(str(dead / "worker-1-1.bell"))
        gone.close()
        with writing():
            nudge()
        assert bell.wait(LONG)
        assert not (dead / "worker-1-1.bell").exists()
    assert not dead.exists()


def test_a_nudge_before_the_wait_is_not_lost_and_many_count_as_one(app: Flask, settings: Settings) -> None:
    with listening(settings) as bell:
        for _turn in range(3):
            with writing():
                nudge()
        assert bell.wait(LONG)
        assert not bell.wait(0.01)


def test_switched_off_the_bell_only_lets_time_pass(settings: Settings, prepared_sqlite: Path) -> None:
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    silent = settings.with_changes(nudge=False)
    with engines.running(silent), listening(silent) as bell:
        with writing():
            nudge()
        assert not bell.wait(0.01)
    assert not _folder(silent.data_dir).exists()


def test_a_very_long_data_folder_still_has_a_bell(tmp_path: Path, prepared_sqlite: Path) -> None:
    deep = tmp_path / ("deep" * 25)
    deep.mkdir()
    assert not _folder(deep).is_relative_to(deep)
    engines.copy_sqlite(prepared_sqlite, deep)
    settings = engines.settings_in(deep)
    with engines.running(settings), listening(settings) as bell:
        with writing():
            nudge()
        assert bell.wait(LONG)


@pytest.mark.postgres
def test_a_lost_database_only_makes_the_worker_wait(postgres_settings: Settings) -> None:
    away = postgres_settings.with_changes(database_url="postgresql+psycopg://nobody@/none?host=/nonexistent")
    with listening(away) as bell:
        assert not bell.wait(0.05)
