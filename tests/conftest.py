"""What every test may use: the program on a real database, a browser without scripts, a clock, counts."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from config import Settings, read_settings
from tests import engines
from tests.browser_client import Client
from tests.slow_work import hang_net

pytest_plugins = ["tests.chromium"]
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


LONGEST_FIRST = (
    "members/test_linkage.py",
    "life/test_life.py",
    "faults/test_faults.py",
    "security/test_hostile_pages.py",
    "browser/test_journey.py",
    "screening/test_engine.py",
    "browser/test_library.py",
    "text/test_hostile.py",
    "screening/test_checkpoint.py",
    "demo/test_demonstration.py",
    "guards/test_routes.py",
    "storage/test_move.py",
)
"""Files that take long begin first, so that no process of a run ends up alone with one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; within a file nothing changes."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(places)))


@pytest.fixture(scope="session", autouse=True)
def no_slow_work_while_writing() -> Iterator[None]:
    """Fail every test that hashes, sanitises or scores inside a write transaction."""
    with pytest.MonkeyPatch.context() as patch:
        hang_net(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """SQLite in this process does not wait for the disk, like PostgreSQL in tests; served programs do."""
    with pytest.MonkeyPatch.context() as patch:
        engines.do_not_wait_for_the_disk(patch)
        yield


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row."""
    return engines.prepare_sqlite(tmp_path_factory.mktemp("schema"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Postgres]:
    """The PostgreSQL server of this run, with a template that holds every table."""
    server = engines.Postgres()
    try:
        server.prepare(tmp_path_factory.mktemp("schema"))
        yield server
    finally:
        server.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a development machine with cheap hashing, data in a folder of this test."""
    return engines.settings_in(tmp_path)


@pytest.fixture
def app(settings: Settings, prepared_sqlite: Path) -> Iterator[Flask]:
    """The program on SQLite, with an open application context."""
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    with engines.running(settings) as running:
        yield running


@pytest.fixture
def postgres_settings(postgres_server: engines.Postgres, tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a fresh PostgreSQL database with every table."""
    name = postgres_server.create()
    yield engines.settings_in(tmp_path, DATABASE_URL=postgres_server.url(name))
    postgres_server.drop(name)


@pytest.fixture
def postgres_app(postgres_settings: Settings) -> Iterator[Flask]:
    """The program on PostgreSQL, with an open application context."""
    with engines.running(postgres_settings) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings on each engine in turn, every table there."""
    if request.param == "postgres":
        chosen: Settings = request.getfixturevalue("postgres_settings")
        return chosen
    engines.copy_sqlite(request.getfixturevalue("prepared_sqlite"), settings.data_dir)
    return settings


@pytest.fixture
def engine_app(engine_settings: Settings) -> Iterator[Flask]:
    """The program on each engine in turn, with an open application context."""
    with engines.running(engine_settings) as running:
        yield running


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without scripts: keeps cookies, sends the form token with every post."""
    return Client(app, app.response_class, use_cookies=True)


@pytest.fixture
def browser(app: Flask) -> Callable[[], Client]:
    """Makes further browsers, one for each person in a test."""
    return lambda: Client(app, app.response_class, use_cookies=True)


@pytest.fixture
def count_statements() -> Callable[[], AbstractContextManager[engines.Statements]]:
    """`with count_statements() as ran:` collects the SQL of a block; `ran.writes` change rows."""
    return engines.counting


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A stopped clock at 2 March 2026, 10:00 UTC; `clock.shift(seconds)` and `clock.move_to(moment)`."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def production(tmp_path: Path, prepared_sqlite: Path) -> Settings:
    """Settings of a real site, https://kindred.example, on SQLite with every table."""
    folder = tmp_path / "site"
    folder.mkdir(mode=0o700)
    engines.copy_sqlite(prepared_sqlite, folder)
    return read_settings(
        {
            "KINDRED_PRODUCTION": "1",
            "SITE_HOST": "kindred.example",
            "DATA_DIR": str(folder),
            "SECRET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "FIELD_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
    )
