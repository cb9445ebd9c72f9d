"""The real web server: a large body gets its answer, Ctrl-C ends it, it logs nobody."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from forum.jobs.serving import ROOT, _Greeting, flask_command, pages_command
from tests import engines


@pytest.fixture(scope="module")
def served(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The pages behind gunicorn on a free port."""
    folder = tmp_path_factory.mktemp("served")
    engines.copy_sqlite(prepared_sqlite, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = engines.settings_in(folder, PORT=str(port))
    environment = {**os.environ, **engines.CHEAP, "DATA_DIR": str(folder), "PYTHONWARNINGS": "default"}
    log = (folder / "log").open("wb")
    process = subprocess.Popen(pages_command(settings), cwd=ROOT, env=environment, stderr=log, stdout=log)
    said: list[str] = []
    greeting = _Greeting(settings, said.append)
    deadline = time.monotonic() + 60
    while not said and time.monotonic() < deadline:
        greeting()
    assert said[0] == f"Kindred is open at http://127.0.0.1:{port}"
    assert "moderator-invite" in said[1]
    greeting()
    assert len(said) == 3
    yield settings
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    log.close()
    text = (folder / "log").read_text()
    assert "127.0.0.1" not in text
    assert "quiet-words" not in text


def _ask(settings: Settings, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=20)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_page_is_served(served: Settings) -> None:
    status, page = _ask(served, "GET", "/rules?quiet-words")
    assert status == 200
    assert b"</html>" in page


def test_a_body_of_a_megabyte_is_answered_with_413(served: Settings) -> None:
    status, page = _ask(served, "POST", "/language", b"body=" + b"x" * 1_000_000)
    assert status == 413
    assert b"</html>" in page


def test_what_is_no_request_is_refused(served: Settings) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(b"quiet-words / \r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_a_command_of_the_program_is_named() -> None:
    assert flask_command("worker")[-4:] == ["--app", "wsgi", "kindred", "worker"]
