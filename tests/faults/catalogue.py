"""The faults. Each does something bad to a site and then looks whether all is as promised."""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta

import psycopg
import time_machine
from flask import Flask

from config import Settings
from forum.circles.models import Decision, PublishedPost
from forum.jobs.serving import ROOT
from forum.members import erasure
from forum.members.person import cookie_name
from forum.moderation import actions as moderation
from forum.moderation import claims, sweeps
from forum.moderation.actions import Moderator, Stale
from forum.moderation.rules import Choice
from forum.search import schema as search_schema
from forum.storage import backup
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.faults.resources import is_kept
from tests.faults.site import Site
from tests.faults.table import BOTH, FAULTS, POSTGRES, Act, Fault, fault
from tests.moderation import desk
from tests.people import Person
from tests.served import Browser, Server

POINT_OF: dict[str, str] = {}
"""Empty; a planted bug says here that a point is never reached."""


def _killed(point: str) -> Act:
    def act(site: Site) -> None:
        with site.running() as app:
            cookie = Person(app).browser.get_cookie("kindred").value
        once = site.settings.data_dir / "once"
        once.touch()
        environment = {
            "FAULT_AT": POINT_OF.get(point, point),
            "FAULT_ONCE": str(once),
            "DATABASE_URL": site.settings.database_url,
        }
        server = Server(site.settings.data_dir, "tests.faults.dying:app", **environment).start()
        try:
            browser = Browser(server.settings.port)
            browser.cookies["kindred"] = cookie
            browser.get(f"/c/{site.circle}/new")
            form = site.form()
            with suppress(http.client.HTTPException, OSError):
                browser.post(f"/c/{site.circle}/new", **form)
            assert not once.exists(), "the process did not die where it should"
            status, page, headers = browser.post(f"/c/{site.circle}/new", **form)
            assert status == 303, page
            site.acknowledge(form, status, headers["Location"])
            assert browser.get(headers["Location"])[0] == 200
            assert browser.get("/help")[0] == 200
        finally:
            server.stop()
        with site.running() as app:
            site.check(app)

    return act


POINTS = ("before the write", "in the write", "before commit", "after commit", "before the answer")

for _point in POINTS:
    FAULTS.append(Fault(f"web process killed {_point}, form sent again", _killed(_point), BOTH))


@contextmanager
def holding_the_lock(settings: Settings) -> Iterator[None]:
    """Another process holds what a submission needs."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.data_dir / "forum.sqlite3", isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 60000")
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    dsn = settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(dsn) as other:
        other.execute("LOCK TABLE revision IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@fault("database locked by another process")
def locked(site: Site) -> None:
    with site.running() as app:
        ana, form = Person(app), site.form("Words that must not be lost.")
        with holding_the_lock(site.settings):
            answer = site.send(ana, form)
            is_kept(answer, form)
            assert app.test_client().get("/help").status_code == 200
        assert site.send(ana, form).status_code == 303
        site.check(app)


@fault("every connection cut", POSTGRES)
def cut(site: Site) -> None:
    with site.running() as app:
        ana, form = Person(app), site.form()
        db.session.remove()
        with psycopg.connect(site.plain_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert site.send(ana, form).status_code == 303
        site.check(app)


@fault("the clock jumps an hour back, a day ahead, ten days ahead")
def clock(site: Site) -> None:
    with site.running() as app, time_machine.travel(now(), tick=False) as jumping:
        first, second = Moderator(new_id()), Moderator(new_id())
        waiting, returned = site.opens("One."), site.opens("Two.")
        site.score()
        desk.decide(first, desk.review_of(returned).id, "return")
        held = desk.read(first, desk.review_of(waiting).id)
        for jump in (timedelta(hours=-1), timedelta(days=1), timedelta(days=10), timedelta(hours=-3)):
            jumping.shift(jump)
            with writing():
                sweeps.close_grace(now())
                sweeps.raise_late(now())
                sweeps.end_what_is_over(now())
            site.check(app)
        review = desk.review_of(waiting)
        with writing():
            assert claims.claim(second, review.id, now())
        try:
            desk.decide(first, review.id, "publish", held, words="")
        except Stale:
            pass
        else:
            raise AssertionError("decided although somebody else had taken it")
        site.check(app)


def _at_once(app: Flask, count: int, act: Callable[[int], None]) -> list[BaseException]:
    """Do something from many threads at the same moment."""
    start, raised = threading.Barrier(count), []  # type: ignore[var-annotated]

    def play(number: int) -> None:
        with app.app_context():
            try:
                start.wait()
                act(number)
            except BaseException as error:
                raised.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=play, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@fault("the same form twenty times at once")
def double(site: Site) -> None:
    with site.running() as app:
        ana, form = Person(app), site.form()
        cookie = ana.browser.get_cookie(cookie_name()).value
        places: list[tuple[int, str]] = []
        db.session.remove()

        def click(_number: int) -> None:
            browser = type(ana.browser)(app, app.response_class, use_cookies=True)
            browser.set_cookie(cookie_name(), cookie)
            answer = browser.post(f"/c/{site.circle}/new", data=form)
            places.append((answer.status_code, answer.headers.get("Location", "")))

        started = time.monotonic()
        raised = _at_once(app, 20, click)
        assert time.monotonic() - started < 20, "each waits for a second connection that others hold"
        assert raised == [], raised
        taken = {place for status, place in places if status == 303}
        assert len(taken) == 1, places
        assert {status for status, _place in places} <= {303, 429, 503}, places
        site.acknowledge(form, 303, taken.pop())
        site.check(app)


@fault("a hundred decisions about one text at once")
def decisions(site: Site) -> None:
    with site.running() as app:
        post_id = site.opens()
        site.score()
        me = Moderator(new_id())
        review_id = desk.review_of(post_id).id
        before = desk.read(me, review_id)
        db.session.remove()

        def decide(number: int) -> None:
            outcome = ("publish", "return", "decline", "hold")[number % 4]
            with writing():
                moderation.decide(me, review_id, before, Choice(outcome, "R3", desk.WORDS), now())

        raised = _at_once(app, 100, decide)
        assert {type(error) for error in raised} == {Stale}, {repr(error)[:200] for error in raised}
        assert len(raised) == 99
        db.session.rollback()
        assert db.session.scalar(db.select(db.func.count()).select_from(Decision)) == 1
        site.check(app)


@fault("a migration killed in the middle, then made again")
def migration(site: Site) -> None:
    with site.running():
        db.session.remove()
        db.metadata.drop_all(db.engine)
        with writing() as session:
            search_schema.drop(session.connection())
    site.circle = ""
    data_dir, url = str(site.settings.data_dir), site.plain_url
    environment = {**os.environ, "DATA_DIR": data_dir, "DATABASE_URL": url}
    for statement in (6, 40, 10_000, 10_000):
        command = [sys.executable, "-m", "tests.faults.dying_migration", str(statement)]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        expected = 0 if statement == 10_000 else -signal.SIGKILL
        assert ran.returncode == expected, ran.stderr.decode()[-300:]
        if expected == 0:
            with site.running() as app:
                site.opens()
                site.check(app)


@fault("a field key that does not fit")
def wrong_key(site: Site) -> None:
    with site.running() as app:
        ana = Person(app)
        site.send(ana, site.form("Sealed under the right key."))
        cookie = ana.browser.get_cookie(cookie_name()).value
    other = Site(site.settings.with_changes(field_keys=(b"another key, 32 bytes of it, see.",)), site.circle)
    with other.running() as app:
        browser = type(ana.browser)(app, app.response_class, use_cookies=True)
        browser.set_cookie(cookie_name(), cookie)
        answer = browser.get("/mine")
        assert "Sealed under the right key" not in answer.text
        assert app.test_client().get("/help").status_code == 200
        assert app.test_client().get(f"/c/{site.circle}").status_code == 200
        found = app.test_cli_runner().invoke(args=["kindred", "doctor"])
        assert "field key" in found.output and "FIELD_KEY" in found.output, found.output
    with site.running() as app:
        site.check(app)


@fault("an old backup put back after somebody left")
def old_backup(site: Site) -> None:
    file = site.settings.data_dir / "old.backup"
    author = desk.Author()
    with site.running():
        stays, goes = site.opens("This one stays."), author.opens(site.circle, "This one goes.")
        site.score()
        for post_id in (stays, goes):
            desk.decide(Moderator(new_id()), desk.review_of(post_id).id, "publish", words="")
        backup.take(site.settings, file)
        db.session.rollback()
        erasure.erase(new_id(), author.vault, b"", "now", now())
        assert db.session.get(PublishedPost, goes, populate_existing=True) is None
        db.session.rollback()
        if site.is_sqlite:
            db.session.remove()
            db.engine.dispose()
            for name in site.settings.data_dir.glob("forum.sqlite3*"):
                name.unlink()
        else:
            for table in reversed(db.metadata.sorted_tables):
                with writing() as session:
                    session.execute(table.delete())
        backup.restore(site.settings, file)
        db.session.rollback()
        assert db.session.get(PublishedPost, stays) is not None
        assert db.session.get(PublishedPost, goes) is None, "what was erased is back"
