"""Children are started, started again, and all end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forum.jobs.supervisor import FIRST_PAUSE, LONGEST_PAUSE, Child, Supervisor

WAIT_FOREVER = "import signal; signal.pause()"


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def _until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        os.sched_yield()
    return False


def test_a_child_that_ends_is_started_again_after_a_pause(tmp_path: Path) -> None:
    mark = tmp_path / "starts"
    child = Child("one", _python(f"open({str(mark)!r}, 'a').write('x')"), pause=0.05)
    supervisor = Supervisor([child])
    supervisor.on_tick = lambda: supervisor.stop() if _lines(mark) >= 2 else None
    supervisor.run()
    assert _lines(mark) >= 2
    assert 0.05 < child.pause <= LONGEST_PAUSE


def test_pauses_grow_while_a_child_keeps_failing() -> None:
    child = Child("one", _python("raise SystemExit(3)"))
    supervisor = Supervisor([child])
    supervisor._look_after(child)
    pauses = []
    for _turn in range(7):
        child.process.wait()  # type: ignore[union-attr]
        supervisor._look_after(child)
        pauses.append(child.pause)
        child.again_at = 0.0
        supervisor._look_after(child)
    supervisor._end_all()
    assert pauses == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert FIRST_PAUSE == 1.0


def test_all_children_end_with_the_supervisor(tmp_path: Path) -> None:
    children = [Child("one", _python(WAIT_FOREVER)), Child("two", _python(WAIT_FOREVER))]
    supervisor = Supervisor(children)
    supervisor.on_tick = supervisor.stop
    supervisor.run()
    assert [child.process.poll() for child in children if child.process] == [-signal.SIGTERM] * 2


def test_a_child_that_does_not_listen_is_ended_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.jobs.supervisor.PATIENCE", 0.2)
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    )
    child = Child("deaf", _python(deaf))
    supervisor = Supervisor([child])
    child.process = subprocess.Popen(child.command, stdout=subprocess.PIPE)
    assert child.process.stdout
    child.process.stdout.readline()
    supervisor._end_all()
    child.process.stdout.close()
    assert child.process.poll() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is a call of Linux")
def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    code = f"""
        import sys
        sys.path.insert(0, {str(Path.cwd())!r})
        from forum.jobs.supervisor import Child, Supervisor
        child = "import os, signal; open({str(mark)!r}, 'w').write(str(os.getpid())); signal.pause()"
        Supervisor([Child("one", [sys.executable, "-c", child])]).run()
    """
    parent = subprocess.Popen(_python(code))
    assert _until(lambda: mark.exists() and bool(mark.read_text()))
    parent.kill()
    parent.wait()
    assert _until(lambda: not _is_alive(int(mark.read_text())))


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _lines(file: Path) -> int:
    return len(file.read_text()) if file.exists() else 0
