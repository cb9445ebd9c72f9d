"""Every fault of the table on the engines it applies to, and planted bugs that turn its row red."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from forum import storage
from forum.circles import actions, publishing, tasks
from forum.circles.views import writing as writing_views
from forum.members import ledger
from forum.moderation import actions as moderation
from forum.screening import queue
from forum.screening.models import Screening
from forum.storage import rotation
from forum.storage.database import db
from forum.web import errors, limits, logs
from tests import engines
from tests.faults import catalogue, classifier, disk, resources
from tests.faults.site import Site
from tests.faults.table import FAULTS, Fault, NotHere

assert catalogue and classifier and disk and resources, "importing them fills the table"
Plant = Callable[[pytest.MonkeyPatch], object]
MARKS = {"sqlite": (), "postgres": (pytest.mark.postgres,)}
ROWS = [
    pytest.param(one, engine, marks=MARKS[engine], id=f"{one.name}-{engine}")
    for one in FAULTS
    for engine in one.engines
]


@pytest.fixture
def site(request: pytest.FixtureRequest, settings: Settings) -> Site:
    """A forum on the engine that the row names."""
    if "engine" in request.fixturenames and request.getfixturevalue("engine") == "postgres":
        return Site(request.getfixturevalue("postgres_settings"))
    engines.copy_sqlite(request.getfixturevalue("prepared_sqlite"), settings.data_dir)
    return Site(settings)


@pytest.mark.parametrize(("fault", "engine"), ROWS)
def test_nothing_is_lost_and_nothing_appears(site: Site, fault: Fault, engine: str) -> None:
    try:
        fault.act(site)
    except NotHere as why:
        pytest.skip(str(why))


def _raise(error: Exception) -> None:
    raise error


def _no_room(*_anything: object) -> None:
    raise OSError(errno.ENOSPC, "no room")


def _answer_as_a_fault(patch: pytest.MonkeyPatch) -> None:
    """A database that is away for a moment is answered like a fault of the program, words gone."""
    patch.setattr(errors, "_database_away", _raise)


def _know_no_form_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(actions, "_sent_before", lambda _sender: None)
    patch.setattr(actions, "_form_hash", lambda _sender: None)


def _let_everybody_decide(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moderation, "hold_still", lambda *_: None)


def _believe_every_score(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tasks, "_checked", lambda screened: screened)


def _publish_unscored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publishing, "_is_screened", lambda _revision: True)


def _need_the_store(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limits, "post", replace(limits.post, closed_without_store=True))
    patch.setattr(limits.Limit, "refuse_unless", lambda self, _is_taken: self.check())


def _trust_old_connections(patch: pytest.MonkeyPatch) -> None:
    whole = storage.engine_options
    patch.setattr(storage, "engine_options", lambda url: {**whole(url), "pool_pre_ping": False})


def _in_the_other_process(plant: str) -> Plant:
    return lambda patch: patch.setenv("FAULT_PLANT", plant)


def _with(module: object, name: str, value: object) -> Plant:
    return lambda patch: patch.setattr(module, name, value)


PLANTS: dict[str, Plant] = {
    "web process killed before the write": _with(catalogue, "POINT_OF", {"before the write": "nowhere"}),
    "web process killed in the write": _in_the_other_process("halves"),
    "web process killed before commit": _in_the_other_process("halves"),
    "web process killed after commit": _in_the_other_process("forgets"),
    "web process killed before the answer": _in_the_other_process("forgets"),
    "database locked": _answer_as_a_fault,
    "every connection cut": _trust_old_connections,
    "the clock jumps": _let_everybody_decide,
    "the same form twenty": _know_no_form_again,
    "a hundred decisions": _let_everybody_decide,
    "a migration killed": _in_the_other_process("each"),
    "a field key that does not fit": _with(rotation, "count_lost", lambda: 0),
    "an old backup": _with(ledger, "gone", lambda _ids: []),
    "classifier missing": _publish_unscored,
    "classifier breaking": _publish_unscored,
    "classifier answering": _believe_every_score,
    "classifier slower": _with(queue, "_leased", lambda subject, _lease: db.session.get(Screening, subject)),
    "database full": _answer_as_a_fault,
    "disk full, not a byte": _answer_as_a_fault,
    "the database file may not grow": _answer_as_a_fault,
    "disk full for the queue": _with(writing_views, "nudge", _no_room),
    "database server restarted": _answer_as_a_fault,
    "disk full for logs": _with(logs.Stream, "handleError", _no_room),
    "limit store away": _need_the_store,
    "worker killed after claim": _with(queue, "LEASE", timedelta(0)),
    "worker killed between": _with(queue, "LEASE", timedelta(0)),
    "worker killed after save": _in_the_other_process("unsaved"),
    "a text on which": _with(queue, "MOST_ATTEMPTS", 1_000),
    "field key changed": _with(rotation, "_move", lambda *_: True),
}
"""By the beginning of a row's name, the bug that turns it red."""


def _plant_of(fault: Fault) -> Plant:
    return next(plant for name, plant in PLANTS.items() if fault.name.startswith(name))


def test_every_row_has_its_bug_and_every_bug_its_row() -> None:
    names = [fault.name for fault in FAULTS]
    assert [name for name in names if not any(name.startswith(start) for start in PLANTS)] == []
    assert [start for start in PLANTS if not any(name.startswith(start) for name in names)] == []


@pytest.mark.parametrize(
    ("fault", "engine"),
    [pytest.param(one, one.engines[0], marks=MARKS[one.engines[0]], id=one.name) for one in FAULTS],
)
def test_a_planted_bug_turns_the_row_red(
    site: Site, fault: Fault, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plant_of(fault)(monkeypatch)
    try:
        fault.act(site)
    except NotHere as why:
        pytest.skip(str(why))
    except (AssertionError, OSError, SQLAlchemyError):
        return
    pytest.fail("the bug was not seen")
