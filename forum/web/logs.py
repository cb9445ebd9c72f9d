"""Logs as JSON lines that hold no text, name, address or token.

Nothing is searched for and blackened: only the fields listed here pass. Of an exception the log keeps its
kind and the places in the code, never its message, for a message may quote what somebody wrote. Of a
foreign library's line it keeps the template, never what was filled in; a line that was filled in before it
reached the log is withheld, and so is every line of the development server, whose templates begin with the
caller's address and the second. Times are whole minutes.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from gunicorn.glogging import Logger as GunicornLogger

from forum.storage.clock import now

FIELDS = frozenset(
    {
        "attempts",
        "check",
        "child",
        "code",
        "count",
        "endpoint",
        "engine",
        "error",
        "event",
        "job",
        "kind",
        "lane",
        "level",
        "limit",
        "logger",
        "model",
        "pause",
        "seconds",
        "state",
        "version",
        "where",
    }
)
LONGEST = 200
Event = MutableMapping[str, Any]


def configure() -> None:
    """Send every log line of the process, from this program or a library, through the filter."""
    structlog.configure(
        processors=[structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, _to_stdlib],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, Redacting) for handler in root.handlers):
        root.addHandler(_handler())
    root.setLevel(logging.WARNING)
    logging.getLogger("forum").setLevel(logging.INFO)


def redact(event: Event) -> dict[str, Any]:
    """Only the fields that may be kept, and of those only plain short values."""
    kept = {name: _plain(value) for name, value in event.items() if name in FIELDS and value is not None}
    kept["at"] = now().strftime("%Y-%m-%dT%H:%MZ")
    return kept


class Redacting(logging.Formatter):
    """Makes one JSON line of a log record, leaving out everything that is not listed."""

    def format(self, record: logging.LogRecord) -> str:
        """The JSON line."""
        event: Event = getattr(record, "kindred", None) or _foreign(record)
        if record.exc_info and record.exc_info[0]:
            event = {
                **event,
                "error": record.exc_info[0].__name__,
                "where": _places(record.exc_info[2]),
            }
        event = {**event, "logger": record.name, "level": record.levelname.lower()}
        return json.dumps(redact(event), sort_keys=True)


class Quiet(GunicornLogger):  # type: ignore[misc]
    """gunicorn's log, through the same filter; it has no access log."""

    def setup(self, cfg: Any) -> None:
        """Replace gunicorn's own handlers, which would print addresses and paths."""
        super().setup(cfg)
        self.error_log.handlers = [_handler()]
        self.access_log.handlers = []


def _to_stdlib(_logger: Any, _method: str, event: Event) -> Any:
    exc_info = event.pop("exc_info", None)
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    return (str(event["event"]),), {"extra": {"kindred": dict(event)}, "exc_info": exc_info}


class Stream(logging.StreamHandler[TextIO]):
    """Writes lines, and lets one go that cannot be written: the disk may be full, the forum goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name is the library's)
        """Nothing: what Python would print instead quotes the record and its arguments."""


def _handler() -> logging.Handler:
    handler = Stream(sys.stderr)
    handler.setFormatter(Redacting())
    return handler


def _foreign(record: logging.LogRecord) -> Event:
    is_template = bool(record.args) and not record.name.startswith("werkzeug")
    template = record.msg if is_template and isinstance(record.msg, str) else "withheld"
    return {"event": template, "where": f"{record.module}:{record.lineno}"}


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-6:]
    return " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames))


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST]
