"""A nudge wakes a waiting worker so that a text is scored at once. It is an optimisation and nothing more.

On one machine it is an empty datagram to a Unix socket in `DATA_DIR`; on PostgreSQL a NOTIFY in the
transaction of the submission. A lost nudge only means that the worker finds the text at its next look.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import text

from config import Settings
from forum.storage.database import db
from forum.storage.settings import current_settings

CHANNEL = "kindred_work"
LONGEST_FOLDER = 66  # a socket path holds 107 bytes, of which the name of a bell takes up to 40


class Bell(Protocol):
    """What a worker waits at."""

    def wait(self, seconds: float) -> bool:
        """Wait for a nudge, at most so long. True when one came."""


def nudge() -> None:
    """Wake the workers once the open write transaction is committed. Call it inside `writing()`."""
    settings = current_settings()
    if not settings.nudge:
        return
    if settings.is_sqlite:
        waiting = db.session().info.setdefault("after_commit", [])
        waiting.append(lambda: _ring_all(settings.data_dir))
    else:
        db.session.execute(text(f"NOTIFY {CHANNEL}"))


@contextmanager
def listening(settings: Settings) -> Iterator[Bell]:
    """Listen for nudges. With the nudge switched off the bell is silent and only lets time pass."""
    if not settings.nudge:
        yield _Silence()
    elif settings.is_sqlite:
        with _socket_bell(settings.data_dir) as bell:
            yield bell
    else:
        dsn = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        yield _NotifyBell(dsn)


class _Silence:
    def wait(self, seconds: float) -> bool:
        threading.Event().wait(seconds)
        return False


class _SocketBell:
    def __init__(self, ear: socket.socket) -> None:
        self._ear = ear

    def wait(self, seconds: float) -> bool:
        ready, _w, _x = select.select([self._ear], [], [], seconds)
        rang = False
        with contextlib.suppress(BlockingIOError):
            while ready:
                self._ear.recv(1)
                rang = True
        return rang


class _NotifyBell:
    """Listens on a connection of its own; when that is lost it lets time pass and connects again."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def wait(self, seconds: float) -> bool:
        try:
            with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                return any(True for _note in connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.OperationalError:
            return _Silence().wait(seconds)


@contextmanager
def _socket_bell(data_dir: Path) -> Iterator[_SocketBell]:
    path = _folder(data_dir) / f"worker-{os.getpid()}-{threading.get_ident()}.bell"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.setblocking(False)
        try:
            yield _SocketBell(ear)
        finally:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                path.parent.rmdir()


def _ring_all(data_dir: Path) -> None:
    for path in _folder(data_dir).glob("worker-*.bell"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
            mouth.setblocking(False)
            try:
                mouth.sendto(b".", str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue


def _folder(data_dir: Path) -> Path:
    """Where bells hang: in `DATA_DIR`, or in a folder under the temporary one where that path is too long."""
    folder = data_dir / "bells"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"kindred-{os.getuid()}-{name}"
