"""The whole forum on one machine by one command: pages, screening worker, scheduler."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable
from pathlib import Path

from config import Settings
from forum.jobs.supervisor import Child, Supervisor

THREADS = 8
ROOT = Path(__file__).resolve().parent.parent.parent


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Run everything until Ctrl-C, and say where the forum is once it answers."""
    os.chdir(ROOT)
    children = [
        Child("pages", pages_command(settings)),
        Child("worker", flask_command("worker")),
        Child("scheduler", flask_command("schedule")),
    ]
    Supervisor(children, on_tick=_Greeting(settings, say)).run()
    say("Kindred has stopped.")


def pages_command(settings: Settings) -> list[str]:
    """The web server: one process, because limits in memory are counted in one place."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        f"--bind={settings.bind}:{settings.port}",
        "--worker-class=gthread",
        "--workers=1",
        f"--threads={THREADS}",
        "--timeout=60",
        "--graceful-timeout=10",
        "--keep-alive=5",
        "--forwarded-allow-ips=",
        "--logger-class=forum.web.logs.Quiet",
        "--log-level=warning",
        "--no-control-socket",
    ]


def flask_command(name: str) -> list[str]:
    """One of this program's own commands."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "kindred", name]


class _Greeting:
    """Says once where the forum is and how to become its first moderator."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._said = False

    def __call__(self) -> None:
        if self._said or not _answers(self._settings):
            return
        self._said = True
        flask = Path(sys.executable).with_name("flask")
        shown = os.path.relpath(flask) if flask.is_relative_to(ROOT) else str(flask)
        self._say(f"Kindred is open at http://{self._settings.bind}:{self._settings.port}")
        self._say(f"To become the first moderator, run: {shown} --app wsgi kindred moderator-invite --lead")
        self._say("Your own posts need a second account to decide them. Ctrl-C stops everything.")


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.bind in {"0.0.0.0", "::"} else settings.bind  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/robots.txt")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()
