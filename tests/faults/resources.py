"""What runs out or goes away beside the database's answers: room, the log, the limit store, workers, keys."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from forum.circles.models import Post, Revision
from forum.circles.tasks import screen_next
from forum.jobs.serving import ROOT
from forum.screening import queue
from forum.screening.findings import Screened
from forum.screening.models import Screening
from forum.storage import rotation
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.web import logs
from tests.circles.test_journey import scored
from tests.faults.site import Site
from tests.faults.table import BOTH, FAULTS, Act, Fault, fault
from tests.moderation import desk
from tests.people import Person
from tests.served import Browser, Server

FULL = Path("/dev/full")
LONG = "word " * 1500


def is_kept(answer, form: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    """A text that could not be taken is shown back, with when to try again."""
    assert answer.status_code == 503, answer.status_code
    assert int(answer.headers["Retry-After"]) > 0
    assert form["body"].strip() in answer.text


@contextmanager
def _no_room(site: Site) -> Iterator[None]:
    """SQLite may take no further page; PostgreSQL says what it says when its disk is full."""
    if not site.is_sqlite:
        with writing() as session:
            session.execute(
                db.text(
                    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"
                )
            )
            session.execute(
                db.text("CREATE TRIGGER no_room BEFORE INSERT ON review EXECUTE FUNCTION no_room()")
            )
        yield
        with writing() as session:
            session.execute(db.text("DROP TRIGGER no_room ON review"))
            session.execute(db.text("DROP FUNCTION no_room()"))
        return
    pages = db.session.execute(db.text("PRAGMA page_count")).scalar()
    db.session.rollback()

    def limit(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(db.engine, "connect", limit)
    _connect_again()
    yield
    event.remove(db.engine, "connect", limit)
    _connect_again()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")


def _connect_again() -> None:
    db.session.remove()
    db.engine.dispose()


@fault("database full")
def full(site: Site) -> None:
    with site.running() as app:
        ana = Person(app)
        shown = site.opens()
        site.score()
        db.session.rollback()
        with _no_room(site):
            for _turn in range(30):
                answer = site.send(ana, form := site.form(LONG))
                if answer.status_code != 303:
                    break
            is_kept(answer, form)
            assert app.test_client().get(f"/c/{site.circle}").status_code == 200
            assert ana.browser.get("/mine").status_code == 200
            assert app.test_client().get("/help").status_code == 200
        assert db.session.get(Post, shown)
        assert site.send(ana, form).status_code in (303, 409)
        site.check(app)


@contextmanager
def _log_on_a_full_disk() -> Iterator[None]:
    root = logging.getLogger()
    before, disabled = root.handlers[:], logging.root.manager.disable
    logging.disable(logging.NOTSET)
    stream = FULL.open("w", buffering=1)
    handler = logs.Stream(stream)
    handler.setFormatter(logs.Redacting())
    root.handlers = [handler]
    try:
        yield
    finally:
        root.handlers = before
        logging.disable(disabled)
        with suppress(OSError):
            stream.close()


@fault("disk full for logs")
def full_log(site: Site) -> None:
    with ExitStack() as stack, site.running() as app:
        stack.enter_context(_log_on_a_full_disk())
        ana, whole = Person(app), app.view_functions["reading.home"]
        app.view_functions["reading.home"] = lambda: 1 / 0
        assert ana.browser.get("/").status_code == 500, "a fault that wants to be logged"
        app.view_functions["reading.home"] = whole
        form = site.form()
        assert site.send(ana, form).status_code == 303
        cookie = ana.browser.get_cookie("kindred").value
        site.check(app)
    _served_with_a_full_log(site, cookie)


def _served_with_a_full_log(site: Site, cookie: str) -> None:
    """The real server, both of its streams on a full disk."""
    server = Server(site.settings.data_dir, DATABASE_URL=site.plain_url)
    server.log = FULL
    server.start()
    try:
        browser = Browser(server.settings.port)
        browser.cookies["kindred"] = cookie
        browser.get(f"/c/{site.circle}/new")
        form = site.form("The log is full, the words are not.")
        status, page, headers = browser.post(f"/c/{site.circle}/new", **form)
        assert status == 303, page
        site.acknowledge(form, status, headers["Location"])
    finally:
        server.stop()
    with site.running() as app:
        site.check(app)


@fault("limit store away")
def no_store(site: Site) -> None:
    away = Site(
        site.settings.with_changes(limits_url="redis://127.0.0.1:9/0"), site.circle, site.acknowledged
    )
    with away.running() as app:
        ana = Person(app)
        assert away.send(ana, away.form()).status_code == 303, "writing goes on"
        assert ana.browser.get("/mine").status_code == 200
        guess = {"sign_in_name": "heron", "passphrase": "a guess of mine"}
        closed = app.test_client()
        assert Person(app).browser.post("/sign-in", data=guess).status_code == 503, "guessing does not"
        assert closed.get("/help").status_code == 200
        away.check(app)


DYING = """
import os, signal, sys
from forum import create_app
from forum.circles import tasks
from forum.circles.tasks import screen_next
from tests.circles.test_journey import scored

def at(point):
    if point == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

if os.environ.get("FAULT_PLANT"):
    tasks.settle = lambda *_: None
with create_app().app_context():
    screen_next(scored, at)
"""


def _worker_killed(point: str) -> Act:
    def act(site: Site) -> None:
        with site.running() as app:
            post_id = site.opens()
            db.session.remove()
            environment = {
                **os.environ,
                "DATA_DIR": str(site.settings.data_dir),
                "DATABASE_URL": site.plain_url,
            }
            command = [sys.executable, "-c", DYING, point]
            died = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
            assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-300:]
            site.check(app)
            if point != "after save":
                with time_machine.travel(now() + queue.LEASE, tick=False):
                    site.score()
            row = db.session.get(Screening, desk.text_of(post_id).id, populate_existing=True)
            assert row.state == "done", row.state
            site.check(app)

    return act


for _point in ("after claim", "between score and save", "after save"):
    FAULTS.append(Fault(f"worker killed {_point}", _worker_killed(_point), BOTH))


@fault("a text on which the machine breaks, among others")
def poison(site: Site) -> None:
    def fragile(text: str) -> Screened:
        if "poison" in text:
            raise MemoryError
        return scored(text)

    with site.running() as app, time_machine.travel(now(), tick=False) as clock:
        bad, good = site.opens("poison"), site.opens("It was a long week.")
        for _turn in range(20):
            screen_next(fragile)
            clock.shift(1200)
        states = {
            post: db.session.get(Screening, desk.text_of(post).id, populate_existing=True).state
            for post in (bad, good)
        }
        assert states == {bad: "set aside", good: "done"}
        assert desk.text_of(bad).state == "waiting"
        site.check(app)


@fault("field key changed while texts wait, the change cut short")
def rotated(site: Site) -> None:
    old = site.settings.field_keys
    both = Site(site.settings.with_changes(field_keys=(secrets.token_bytes(32), *old)), "", site.acknowledged)
    with site.running():
        posts = [site.opens(f"Sealed under the old key, {number}.") for number in range(3)]
    both.circle = site.circle
    with both.running() as app:
        posts.append(both.opens("Sealed under the new key."))
        _cut_short()
        assert rotation.count_old() > 0
        both.check(app)
        list(rotation.rotate())
        assert rotation.count_old() == 0
    new = Site(
        both.settings.with_changes(field_keys=both.settings.field_keys[:1]), site.circle, site.acknowledged
    )
    with new.running() as app:
        assert rotation.count_lost() == 0
        assert len(posts) == len({one.post_id for one in db.session.scalars(db.select(Revision))})
        new.check(app)


def _cut_short() -> None:
    """Move one value, then stop as a killed process would: what was committed stays."""
    move, moved = rotation._move, []

    def once(*args: Any) -> bool | None:
        if moved:
            raise KeyboardInterrupt
        moved.append(args)
        return move(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rotation, "BATCH", 1)
        patch.setattr(rotation, "_move", once)
        try:
            list(rotation.rotate())
        except KeyboardInterrupt:
            db.session.rollback()
        else:
            raise AssertionError("nothing was there to be moved")
