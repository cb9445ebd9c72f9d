"""Keeps child processes running: starts them, starts them again when they end, ends them all together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
GOOD_LIFE = 60.0
PATIENCE = 15.0
TICK = 0.2
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG in linux/prctl.h
log = structlog.get_logger("forum.jobs")


@dataclass(slots=True)
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Runs children until it is told to stop. Pauses between starts grow while a child keeps failing."""

    children: list[Child]
    on_tick: Callable[[], None] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask `run` to end every child and return."""
        self._stop.set()

    def run(self) -> None:
        """Start every child and watch over them. Ctrl-C and SIGTERM end everything."""
        before = {one: signal.signal(one, self.stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._stop.is_set():
                for child in self.children:
                    self._look_after(child)
                self.on_tick()
                self._stop.wait(TICK)
        finally:
            self._end_all()
            for one, handler in before.items():
                signal.signal(one, handler)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                child.process = _start(child.command)
                child.started = now
            return
        code = child.process.poll()
        if code is None:
            return
        child.pause = FIRST_PAUSE if now - child.started > GOOD_LIFE else min(child.pause * 2, LONGEST_PAUSE)
        log.warning("child_ended", child=child.name, code=code, pause=child.pause)
        child.process = None
        child.again_at = now + child.pause

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C does not reach by itself and that does not outlive this one."""
    dies_with_parent = _die_with_parent if sys.platform == "linux" else None
    return subprocess.Popen(command, start_new_session=True, preexec_fn=dies_with_parent)  # noqa: S603, PLW1509


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(0)
