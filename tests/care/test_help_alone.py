"""`/help` when everything else is away: no worker, no database, a session that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Browser, Server


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    """The pages alone, without a worker, where a folder lies in the place of the database."""
    (tmp_path / "forum.sqlite3").mkdir()
    server = Server(tmp_path).start()
    yield server
    server.stop()


def test_help_answers_when_everything_else_is_away(served: Server) -> None:
    browser = Browser(served.settings.port)
    browser.cookies["kindred"] = f"{'A' * 43}.{'0' * 72}"
    assert browser.get("/")[0] in (500, 503), "the database is away indeed"
    for path in ("/help", "/help?country=gb"):
        status, page, headers = browser.get(path)
        assert status == 200
        assert "findahelpline.com" in page
        assert "116 123" in page
        assert "Are you in danger right now?" in page
        assert "Set-Cookie" not in headers
