"""What the machine itself takes away: room on a real file system, growth of a file, the database server.

The full disk is a small file system in memory, mounted for the row and filled to its last byte. Where nothing
may be mounted the row says so (`NotHere`) and the next one, which needs no right, still refuses growth.
"""

from __future__ import annotations

import errno
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from flask import Flask

from config import Settings
from forum.jobs import queue, schedule, signs
from forum.members.person import cookie_name
from forum.storage.clock import now
from forum.storage.database import db
from tests import engines
from tests.browser_client import Client
from tests.faults.resources import LONG, is_kept
from tests.faults.site import Site
from tests.faults.table import POSTGRES, SQLITE, NotHere, fault
from tests.people import Person
from tests.served import START_SECONDS, select_nothing

BALLAST = "ballast"
SMALL, ROOM_FOR_A_SERVER = "12m", "192m"
NUMBERS = ("one", "two", "three", "four")
PEOPLE = len(NUMBERS)


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="kpg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _small_disk(size: str) -> Iterator[Path]:
    """A folder on a file system of its own that holds so much and no more. Raises `NotHere`."""
    with _own_folder() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "none", str(folder)]
        if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
            raise NotHere("no file system may be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    """Not a byte is free, until the block ends."""
    file = folder / BALLAST
    with file.open("ab", buffering=0) as ballast:
        for block in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while ballast.write(b"\1" * block) == block:
                    pass
    assert _no_room_left(folder)
    yield
    file.unlink()


def _no_room_left(folder: Path) -> bool:
    try:
        with (folder / "probe").open("wb", buffering=0) as probe:
            probe.write(b"x" * 8192)
    except OSError as error:
        return error.errno == errno.ENOSPC
    finally:
        (folder / "probe").unlink(missing_ok=True)
    return False


@contextmanager
def _own_server(folder: Path) -> Iterator[tuple[engines.Postgres, Settings]]:
    """A PostgreSQL server that nobody else uses, as an operator would run it: it waits for the disk."""
    server = engines.Postgres(folder=folder, durable=True)
    try:
        with _own_folder() as data_dir:
            settings = engines.settings_in(data_dir, DATABASE_URL=server.url(server.create(empty=True)))
            with engines.running(settings):
                engines.create_all()
            yield server, settings
    finally:
        server.stop()


@contextmanager
def _on_small_disk(site: Site) -> Iterator[tuple[Site, Path]]:
    """The same forum with its database on a small disk."""
    if not site.is_sqlite:
        with _small_disk(ROOM_FOR_A_SERVER) as disk:
            folder = disk / "server"
            folder.mkdir()
            with _own_server(folder) as (_server, settings):
                yield Site(settings), disk
        return
    with _small_disk(SMALL) as disk:
        data_dir = disk / "data"
        shutil.copytree(site.settings.data_dir, data_dir)
        yield Site(engines.settings_in(data_dir)), disk


def _refused_until_there_is_room(site: Site, app: Flask, ana: Person) -> dict[str, str]:
    """Send long texts until one does not fit; it is shown back, and reading goes on. Returns its form."""
    for _turn in range(5):
        answer = site.send(ana, form := site.form(LONG))
        if answer.status_code != 303:
            break
    is_kept(answer, form)
    assert app.test_client().get(f"/c/{site.circle}").status_code == 200
    assert ana.browser.get("/mine").status_code == 200
    assert app.test_client().get("/help").status_code == 200
    return form


@fault("disk full, not a byte left for the database")
def disk_full(site: Site) -> None:
    with _on_small_disk(site) as (small, disk), small.running() as app:
        ana = Person(app)
        small.opens("This was kept before.")
        db.session.rollback()
        with _filled(disk):
            form = _refused_until_there_is_room(small, app, ana)
        small.check(app)
        assert small.send(ana, form).status_code in (303, 409)
        small.check(app)


@fault("the database file may not grow", SQLITE)
def may_not_grow(site: Site) -> None:
    with site.running() as app:
        ana = Person(app)
        db.session.rollback()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 10, before[1]))
        try:
            form = _refused_until_there_is_room(site, app, ana)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert site.send(ana, form).status_code == 303
        site.check(app)


@fault("disk full for the queue of jobs")
def queue_full(site: Site) -> None:
    with _small_disk(SMALL) as disk, site.running() as app:
        ana, url = Person(app), f"sqlite:///{disk}/queue.sqlite3"
        jobs = queue.open_queue(url)
        queue.attach(jobs, app)
        [ask] = jobs._registry.periodic_tasks
        with _filled(disk):
            try:
                jobs.enqueue(ask)
            except Exception as error:
                assert "full" in str(error) or "disk" in str(error), error
            else:
                raise AssertionError("the queue took a job on a full disk")
            form = site.form("The queue is full, the words are not.")
            assert site.send(ana, form).status_code == 303
            site.score()
            site.check(app)
        assert schedule.due(now()), "what is due is still due"
        jobs.enqueue(ask)
        while (task := jobs.dequeue()) is not None:
            jobs.execute(task)
        assert signs.last(queue.SCHEDULER) is not None
        site.check(app)


class _Sending:
    """Some people who send one form each, again and again, until it is acknowledged and for longer."""

    def __init__(self, site: Site, app: Flask) -> None:
        self._site, self._app = site, app
        self._cookies = [Person(app).browser.get_cookie(cookie_name()).value for _one in range(PEOPLE)]
        self.statuses: list[int] = []
        db.session.remove()

    def while_this_goes_on(self, act: Callable[[], None]) -> None:
        """Do something to the server while they send, from before it begins until each is acknowledged."""
        began, over = threading.Barrier(PEOPLE + 1), threading.Event()
        raised: list[BaseException] = []

        def send(cookie: str) -> None:
            with self._app.app_context():
                try:
                    self._send(cookie, began, over)
                except BaseException as error:
                    raised.append(error)
                    began.abort()

        threads = [threading.Thread(target=send, args=(cookie,)) for cookie in self._cookies]
        for thread in threads:
            thread.start()
        began.wait(START_SECONDS)
        try:
            act()
        finally:
            over.set()
            for thread in threads:
                thread.join(START_SECONDS)
        assert raised == [], raised

    def _send(self, cookie: str, began: threading.Barrier, over: threading.Event) -> None:
        browser = Client(self._app, self._app.response_class, use_cookies=True)
        browser.set_cookie(cookie_name(), cookie)
        form = self._site.form() | {"pseudonym": f"Heron {NUMBERS[self._cookies.index(cookie)]}"}
        until = time.monotonic() + START_SECONDS
        browser.form_token()
        began.wait(START_SECONDS)
        while time.monotonic() < until:
            answer = browser.post(f"/c/{self._site.circle}/new", data=form)
            self.statuses.append(answer.status_code)
            db.session.remove()
            if answer.status_code == 503:
                is_kept(answer, form)
            elif answer.status_code == 303:
                self._site.acknowledge(form, 303, answer.location)
                if over.is_set():
                    return
            select_nothing(0.02)
        raise AssertionError("not acknowledged in all that time")


@fault("database server restarted while forms are sent", POSTGRES)
def restarted(_site: Site) -> None:
    with _own_folder() as folder, _own_server(folder) as (server, settings):
        site = Site(settings)
        with site.running() as app:
            sending = _Sending(site, app)
            for how in ("fast", "immediate"):
                sending.while_this_goes_on(partial(server.restart, how))
            site.check(app)
        assert 503 in sending.statuses, "nobody noticed"
        assert set(sending.statuses) <= {303, 503}, set(sending.statuses)
