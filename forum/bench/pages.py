"""Pages against a bare Flask page: requests a second on the same server, rounds in turn, medians."""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import Settings

SECONDS = 4
ROUNDS = 3
CONNECTIONS = 8


class NoLoadTool(Exception):
    """`wrk` is not installed; without it the client would be what is measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a page did under load: requests a second, and the 99th percentile in milliseconds."""

    per_second: float
    p99: float


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """The environment of a program on the measured data."""
    return {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "NUDGE": "0",
        **changes,
    }


@contextmanager
def served(app: str, env: dict[str, str]) -> Iterator[int]:
    """Serve an app as the forum is served, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        *(sys.executable, "-m", "gunicorn", app, f"--bind=127.0.0.1:{port}", "--worker-class=gthread"),
        *("--workers=1", "--threads=8", "--log-level=error", "--no-control-socket"),
    ]
    process = subprocess.Popen(command, env=env, cwd=Path(__file__).parent.parent.parent)  # noqa: S603
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def load(port: int, path: str, seconds: int = SECONDS) -> Load:
    """Load one page from this machine for some seconds. Raises `NoLoadTool`."""
    tool = shutil.which("wrk")
    if tool is None:
        raise NoLoadTool
    said = subprocess.run(  # noqa: S603
        [tool, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{path} did not answer with a page")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if rate is None or tail is None:
        raise RuntimeError("the load tool said something unexpected")
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[tail[2]]
    return Load(float(rate[1]), float(tail[1]) * scale)


def measure(settings: Settings, thread_id: str) -> list[tuple[str, float, str]]:
    """The rows of the thread page: name, ratio to the bare page, what was aimed for."""
    path = f"/t/{thread_id}"
    bare: list[float] = []
    uncached: list[float] = []
    cached: list[float] = []
    with (
        served("forum.bench.bare:app", dict(os.environ)) as plain,
        served("wsgi:app", environment(settings, PAGE_CACHE="0")) as slow,
        served("wsgi:app", environment(settings, PAGE_CACHE="256")) as fast,
    ):
        for _ in range(ROUNDS):
            bare.append(load(plain, "/").per_second)
            uncached.append(load(slow, path).per_second)
            cached.append(load(fast, path).per_second)
    print(
        f"  bare page {statistics.median(bare):.0f}/s, thread {statistics.median(uncached):.0f}/s,", end=" "
    )
    print(f"from the page cache {statistics.median(cached):.0f}/s (medians of {ROUNDS} rounds)")
    return [
        ("thread page, 20 replies, uncached / bare page", _ratio(uncached, bare), "0.15"),
        ("thread page from the page cache / bare page", _ratio(cached, bare), "0.5"),
    ]


def _ratio(some: list[float], others: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(some, others, strict=True))
