"""What people send lies only where it may, and what they are known by lies nowhere."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask, Response

from config import Settings
from forum.circles import drafts
from forum.jobs import queue
from forum.members import keys
from forum.storage.database import db, writing
from forum.web import logs
from tests.browser_client import Client
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


def _places(day: Day, settings: Settings, capfd: pytest.CaptureFixture[str]) -> dict[str, bytes]:
    """Everything that was written anywhere: files, standard streams, counts, each header of each answer."""
    metrics = Client(day.app, day.app.response_class).get("/metrics")
    assert b"kindred_answers" in metrics.data
    said = capfd.readouterr()
    return dict(files_under(settings.data_dir)) | {
        "standard error": said.err.encode(),
        "standard output": said.out.encode(),
        "metrics": metrics.data,
        "limits": _memory(day.app),
        "headers": "".join(day.headers).encode(),
    }


def test_no_canary_lies_where_it_may_not(
    day: Day, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    day.all()
    places = _places(day, settings, capfd)
    assert {"forum.sqlite3", "forum.sqlite3-wal", "log-anchor.jsonl"} <= set(places)
    assert "kindred=" in places["headers"].decode() and "form=" in places["headers"].decode()
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


def _log_it(_day: Day, signs: list[bytes]) -> None:
    for sign in signs:
        structlog.get_logger("forum.web").error("database_away", endpoint=sign.decode())


def _leave_a_file(_day: Day, signs: list[bytes]) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b" ".join(signs))


def _store_it(_day: Day, signs: list[bytes]) -> None:
    with writing() as session:
        session.execute(db.text("CREATE TABLE leak (kept BLOB)"))
        for sign in signs:
            session.execute(db.text("INSERT INTO leak VALUES (:kept)"), {"kept": sign})


def _count_it(day: Day, signs: list[bytes]) -> None:
    for sign in signs:
        day.app.extensions["kindred.measures"].answers.labels(sign.decode(), "200").inc()


def _limit_it(day: Day, signs: list[bytes]) -> None:
    for sign in signs:
        day.app.extensions["kindred.limits"].storage.incr(sign.decode(), 60)


def _queue_it(day: Day, signs: list[bytes]) -> None:
    jobs = queue.open_queue(f"sqlite:///{day.app.extensions['kindred.settings'].data_dir}/queue.sqlite3")
    for sign in signs:
        jobs.storage.enqueue(sign)
    jobs.storage.close()


def _set_it(day: Day, signs: list[bytes]) -> None:
    def leak() -> Response:
        response = Response("")
        for number, sign in enumerate(signs):
            response.set_cookie(f"c{number}", sign.decode())
        return response

    day.app.view_functions["reading.home"] = leak
    day.member.get("/")


LEAKS: dict[str, tuple[Callable[[Day, list[bytes]], None], str, bool]] = {
    "log line": (_log_it, "program.log", True),
    "temporary file": (_leave_a_file, "tmp/", False),
    "log of changes": (_store_it, "forum.sqlite3-wal", False),
    "queue": (_queue_it, "queue.sqlite3", False),
    "metrics": (_count_it, "metrics", True),
    "limits": (_limit_it, "limits", True),
    "cookie": (_set_it, "headers", True),
}
"""How something leaks, where the search has to find it, and whether only text fits there."""


@pytest.mark.parametrize("place", LEAKS)
def test_each_class_leaked_in_each_form_is_seen(
    day: Day, settings: Settings, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    leak, where, only_text = LEAKS[place]
    looked_for = [one for one in (ADDRESS, NETWORK, *SENT.values()) if where not in one.may_lie_in]
    signs = {(one.what, form): sign for one in looked_for for form, sign in forms(one.word).items()}
    if only_text:
        signs = {key: sign for key, sign in signs.items() if sign.isascii() and b"\0" not in sign}
    assert {"plain", "hex", "base64 1", "sha256 hex"} <= {form for what, form in signs if what == "draft"}
    assert {"packed hex", "number", "sha1 hex"} <= {form for what, form in signs if what == "address"}
    leak(day, list(signs.values()))
    seen = {
        line.partition(" in ")[0] for line in find(looked_for, _places(day, settings, capfd)) if where in line
    }
    assert [key for key in signs if "{} ({})".format(*key) not in seen] == []


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
