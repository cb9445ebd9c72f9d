"""What people send lies only where it may, and what they are known by lies nowhere."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from forum.circles import drafts
from forum.members import keys
from forum.storage.database import db
from forum.web import logs
from tests.security.canaries import ADDRESS, NETWORK, SENT, Canary, canary, files_under, find, forms
from tests.security.journeys import Day, word


@pytest.fixture
def day(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """A whole day, to be lived; temporary files lie beside the data."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return Day(app)


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> Iterator[Path]:
    """The log of the program in a file of this test, through the program's own filter."""
    path = tmp_path / "program.log"
    root = logging.getLogger()
    before = root.handlers[:]
    handler = logging.FileHandler(path)
    handler.setFormatter(logs.Redacting())
    root.handlers = [*(one for one in before if not isinstance(one.formatter, logs.Redacting)), handler]
    yield path
    handler.close()
    root.handlers = before


def _looked_for(day: Day) -> list[Canary]:
    return [ADDRESS, NETWORK, *SENT.values(), *day.found]


def _memory(app: Flask) -> bytes:
    """What the store of limits holds while the program runs."""
    storage = app.extensions["kindred.limits"].storage
    return repr({name: dict(getattr(storage, name)) for name in ("storage", "expirations")}).encode()


def test_no_canary_lies_where_it_may_not(
    day: Day, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    day.all()
    metrics = day.member.get(
        "/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers={"X-Forwarded-For": ""}
    )
    said = capfd.readouterr()
    places = dict(files_under(settings.data_dir))
    assert {"forum.sqlite3", "forum.sqlite3-wal", "log-anchor.jsonl"} <= set(places)
    places |= {
        "standard error": said.err.encode(),
        "standard output": said.out.encode(),
        "metrics": metrics.data,
        "limits": _memory(day.app),
    }
    assert find(_looked_for(day), places) == []


def test_the_day_reached_what_it_should(day: Day, settings: Settings, log: Path) -> None:
    """A search that finds nothing proves something only where something was written."""
    day.all()
    whole = b"".join(content for _name, content in files_under(settings.data_dir))
    assert word("published text").encode() in whole
    assert word("published title").encode() in whole
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert "database_away" in events
    for table in ("message", "report", "decision", "notice", "vault", "member_session", "desk_note"):
        assert db.session.scalar(db.text(f"SELECT count(*) FROM {table}")), table
    assert len(day.found) >= 5


@pytest.mark.parametrize("form", list(forms("zqaaaaaavxbbbbbbbb")))
def test_each_form_would_be_seen(form: str) -> None:
    secret = canary("anything")
    hidden = b"\x00prefix" + forms(secret.word)[form] + b"suffix"
    assert find([secret], {"file": hidden}) != []


@pytest.mark.parametrize("form", ["packed hex", "number", "as IPv6", "packed as IPv6"])
def test_each_form_of_an_address_would_be_seen(form: str) -> None:
    assert find([ADDRESS], {"file": forms(ADDRESS.word)[form]}) != []


@pytest.mark.parametrize("fault", ["log", "draft", "hash"])
def test_a_planted_leak_is_seen(
    app: Flask,
    settings: Settings,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Logging what was typed, storing it openly, or keeping a bare hash of it turns the search red."""
    if fault == "log":
        monkeypatch.setattr(logs, "_places", lambda trace: str(trace and word("exception")))
    if fault == "draft":
        path = settings.data_dir / "drafts.txt"
        keep = drafts.keep
        monkeypatch.setattr(drafts, "keep", lambda *a: (path.write_text(repr(a[2])), keep(*a))[1])
    if fault == "hash":
        monkeypatch.setattr(keys, "sign_in_hashes", lambda typed: [hashlib.sha256(typed.encode()).digest()])
    lived = Day(app)
    lived.join()
    lived.send("draft", draft_wanted="yes")
    lived.app.config["PROPAGATE_EXCEPTIONS"] = False
    lived.break_something()
    places = dict(files_under(settings.data_dir)) | {"standard error": capfd.readouterr().err.encode()}
    assert find(_looked_for(lived), places) != []
