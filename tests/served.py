"""The real web server in a process of its own, and a browser that talks to it over a socket."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from config import Settings
from forum.jobs.serving import ROOT, pages_command
from tests import engines

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
START_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """The pages behind gunicorn, in their own process group; `app` names another program to serve."""

    def __init__(self, folder: Path, app: str = "wsgi:app", **environment: str) -> None:
        """Serve the data of a folder; `environment` are further settings."""
        self.folder, self.app = folder, app
        self.settings: Settings = engines.settings_in(folder, PORT=str(free_port()), **environment)
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            **engines.CHEAP,
            **environment,
            "DATA_DIR": str(folder),
            "TMPDIR": str(temporary),
            "PYTHONWARNINGS": "default",
        }
        self.log = folder / "served.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> Server:
        """Start, and wait until it answers."""
        command = [self.app if part == "wsgi:app" else part for part in pages_command(self.settings)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(OSError):
                if Browser(self.settings.port).get("/help")[0] == http.client.OK:
                    return self
            select_nothing(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()[-2000:]}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it and everything it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(30)
        self.process = None


def select_nothing(seconds: float) -> None:
    """Let another process go on for a moment."""
    import select

    select.select([], [], [], seconds)


class Browser:
    """Cookies, a form token, and one request after another; no redirect is followed."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        """For the server on a port of this machine; `headers` go along with every request."""
        self.port, self.headers = port, dict(headers or {})
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        """Status, page and headers."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> tuple[int, str, dict[str, str]]:
        """Send a form as one of the pages would."""
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**self.headers, "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        found = TOKEN.search(page)
        if found:
            self.token = found.group(1)
        return answer.status, page, dict(answer.headers)
