"""The screening worker: takes one text after another, sleeps at the bell, and says that it is alive."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

import structlog
from sqlalchemy.exc import OperationalError

from config import Settings
from forum.circles.tasks import nothing_happens, screen_next
from forum.jobs import signs, turns
from forum.jobs.checks import WORKER
from forum.jobs.nudge import listening
from forum.screening.engine import Engine, ScreeningUnavailable, load_engine
from forum.screening.findings import Screened
from forum.screening.screen import screen_text
from forum.storage.clock import now
from forum.storage.database import db, writing

LOOK_AGAIN = 5.0
"""Seconds between looks when no nudge comes: what a lost nudge costs at most."""

SIGN_EVERY = timedelta(seconds=30)
RELOAD_EVERY = timedelta(seconds=30)
NICENESS = 10
log = structlog.get_logger("forum.circles")


class LazyScreener:
    """Loads the engine when the first text comes, and again after a while when that failed."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings that name the checkpoint and the engine."""
        self._settings = settings
        self._engine: Engine | None = None
        self._failed: tuple[str, float] | None = None

    def __call__(self, text: str) -> Screened:
        """Screen one text. Raises `ScreeningUnavailable` while the engine cannot be loaded."""
        if self._engine is None:
            self._engine = self._load()
        return screen_text(text, self._engine)

    def _load(self) -> Engine:
        moment = now().timestamp()
        if self._failed and moment - self._failed[1] < RELOAD_EVERY.total_seconds():
            raise ScreeningUnavailable(self._failed[0])
        chosen = self._settings
        try:
            return load_engine(chosen.detoxify_checkpoint, chosen.screening_engine, chosen.engine_dir)
        except ScreeningUnavailable as error:
            self._failed = (str(error), moment)
            raise


class Worker:
    """One worker process. It stops between two texts when it is told to."""

    def __init__(self, settings: Settings, at: Callable[[str], None] = nothing_happens) -> None:
        """`at` is called at each point where a crash must lose nothing."""
        self._settings = settings
        self._screen = LazyScreener(settings)
        self._at = at
        self._stopping = False
        self._signed = now() - SIGN_EVERY

    def run(self) -> None:
        """Work until SIGTERM or Ctrl-C."""
        os.nice(NICENESS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with listening(self._settings) as bell:
            while not self._stopping:
                if not self._step():
                    bell.wait(LOOK_AGAIN)

    def _step(self) -> bool:
        """Do one piece of work; False when there is none or the database is away for a moment."""
        try:
            self._sign()
            return screen_next(self._screen, self._at)
        except OperationalError as error:
            log.warning("database_away", error=type(error).__name__)
            return False
        finally:
            db.session.remove()

    def _sign(self) -> None:
        if now() - self._signed < SIGN_EVERY:
            return
        with writing():
            signs.leave(WORKER, now())
        self._signed = now()
        turns.take(self._settings)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
