"""Nothing that somebody wrote, and nobody's address, gets into a log."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from forum.web.logs import Quiet, Redacting, Stream, configure

SECRET = "my boss at the hospital"


def _lines(capsys) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def _listen() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting())
    logging.getLogger().addHandler(handler)
    return handler


def test_only_listed_fields_pass(capsys) -> None:  # type: ignore[no-untyped-def]
    configure()
    handler = _listen()
    structlog.get_logger("forum.test").warning("job_failed", job="sweep", body=SECRET, address="203.0.113.9")
    logging.getLogger().removeHandler(handler)
    (line,) = _lines(capsys)
    assert line.pop("at")
    assert line == {"event": "job_failed", "job": "sweep", "logger": "forum.test", "level": "warning"}


def test_an_exception_tells_its_kind_and_place_but_not_its_words(capsys) -> None:  # type: ignore[no-untyped-def]
    configure()
    handler = _listen()
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        structlog.get_logger("forum.test").error("went_wrong", exc_info=error)
        logging.getLogger("elsewhere").exception("could not do %s", SECRET)
    logging.getLogger().removeHandler(handler)
    ours, theirs = _lines(capsys)
    assert ours["error"] == theirs["error"] == "ValueError"
    assert "test_logs.py" in str(ours["where"])
    assert theirs["event"] == "could not do %s"
    assert SECRET not in json.dumps([ours, theirs])


def test_a_line_that_was_filled_in_before_is_withheld(capsys) -> None:  # type: ignore[no-untyped-def]
    configure()
    handler = _listen()
    logging.getLogger("elsewhere").error(f"request from 203.0.113.9 about {SECRET}")
    logging.getLogger().removeHandler(handler)
    (line,) = _lines(capsys)
    assert line["event"] == "withheld"
    assert "203.0.113" not in json.dumps(line)


def test_the_web_servers_own_log_passes_the_same_filter() -> None:
    from gunicorn.config import Config

    config = Config()
    log = Quiet(config)
    assert [type(handler.formatter) for handler in log.error_log.handlers] == [Redacting]
    assert log.access_log.handlers == []


def test_times_in_logs_are_whole_minutes(capsys, clock) -> None:  # type: ignore[no-untyped-def]
    clock.shift(42)
    record = logging.LogRecord("a", logging.INFO, "", 1, "x %s", ("y",), None)
    assert json.loads(Redacting().format(record))["at"] == "2026-03-02T10:00Z"


def test_a_line_that_cannot_be_written_is_let_go_and_quotes_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Python itself would print the message and its arguments to standard error, past every filter."""
    with suppress(OSError), Path("/dev/full").open("w", buffering=1) as full:
        handler = Stream(full)
        handler.setFormatter(Redacting())
        handler.handle(logging.LogRecord("x", logging.ERROR, "x.py", 1, "for %s", (SECRET,), None))
    assert capfd.readouterr().err == ""


def test_the_development_server_writes_no_address() -> None:
    """Its own template is filled in with the caller and the second before the log sees it."""
    caller = '203.0.113.77 - - [02/Mar/2026 10:00:01] "%s" %s %s'
    record = logging.LogRecord(
        "werkzeug", logging.INFO, "_internal.py", 97, caller, ("GET /mine", 200, "-"), None
    )
    line = Redacting().format(record)
    assert "203.0.113" not in line and "10:00:01" not in line and "withheld" in line
