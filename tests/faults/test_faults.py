"""Every fault of the table on the engines it applies to, and planted bugs that turn its row red."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from config import Settings
from forum.circles import actions, tasks
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


def _row(name: str) -> Fault:
    return next(one for one in FAULTS if one.name.startswith(name))


def test_a_form_that_is_not_known_again_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_sent_before", lambda _sender: None)
    monkeypatch.setattr(actions, "_form_hash", lambda _sender: None)
    with pytest.raises((AssertionError, BaseException)):
        _row("the same form twenty").act(site)


def test_a_decision_without_its_condition_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderation, "hold_still", lambda *_: None)
    with pytest.raises(AssertionError):
        _row("a hundred decisions").act(site)


@pytest.mark.parametrize("lie", ["NaN", "infinity", "over one"])
def test_a_lie_that_is_believed_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    monkeypatch.setattr(tasks, "_checked", lambda screened: screened)
    with pytest.raises(AssertionError):
        _row(f"classifier answering {lie}").act(site)


def test_an_erasure_that_no_restore_repeats_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "gone", lambda _ids: [])
    with pytest.raises(AssertionError, match="is back"):
        _row("an old backup").act(site)


def test_a_lock_that_is_answered_as_a_fault_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broke(error: Exception) -> None:
        raise error

    monkeypatch.setattr(errors, "_database_away", broke)
    with pytest.raises(AssertionError):
        _row("database locked").act(site)


def test_room_that_ran_out_and_is_answered_as_a_fault_is_seen(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broke(error: Exception) -> None:
        raise error

    monkeypatch.setattr(errors, "_database_away", broke)
    with pytest.raises(AssertionError):
        _row("database full").act(site)


def test_a_log_that_stops_the_program_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_handler: logging.Handler, _record: logging.LogRecord) -> None:
        raise OSError("no room for the log")

    monkeypatch.setattr(logs.Stream, "handleError", stop)
    with pytest.raises((AssertionError, OSError)):
        _row("disk full for logs").act(site)


def test_a_limit_that_needs_its_store_to_let_a_text_through_is_seen(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "post", replace(limits.post, closed_without_store=True))
    monkeypatch.setattr(limits.Limit, "refuse_unless", lambda self, _is_taken: self.check())
    with pytest.raises(AssertionError):
        _row("limit store away").act(site)


def test_a_lease_that_never_ends_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LEASE", timedelta(0))
    with pytest.raises(AssertionError):
        _row("worker killed after claim").act(site)


def test_a_text_that_is_tried_for_ever_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_ATTEMPTS", 1_000)
    with pytest.raises(AssertionError):
        _row("a text on which the machine breaks").act(site)


def test_a_value_that_the_change_of_keys_forgets_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_move", lambda *_: True)
    with pytest.raises(AssertionError):
        _row("field key changed").act(site)


def test_a_slow_worker_that_overwrites_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_leased", lambda subject, _lease: db.session.get(Screening, subject))
    with pytest.raises(AssertionError):
        _row("classifier slower").act(site)


def test_a_point_that_is_never_reached_is_seen(site: Site) -> None:
    with pytest.raises(AssertionError, match="did not die"):
        catalogue._killed("at no point")(site)
