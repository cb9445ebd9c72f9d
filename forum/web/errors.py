"""Calm pages for everything that does not work out. None of them needs the database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from forum.web import kept

RETRY_SECONDS = 30
FAILED_BEFORE = "25P02"
"""What PostgreSQL says of each statement after one that failed: `in_failed_sql_transaction`."""

PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})
log = structlog.get_logger("forum.web")
_signed_out: list[Callable[[], bool]] = []


class Conflict(HTTPException):
    """Something changed since the page was shown: 409, with what changed and where to look."""

    code = 409

    def __init__(self, changed: str = "", back: str = "") -> None:
        """`changed` is a sentence for the reader, `back` the path that shows how it stands now."""
        super().__init__()
        self.changed = changed
        self.back = back


class TooMany(HTTPException):
    """A limit is reached: 429, with the seconds to wait."""

    code = 429

    def __init__(self, seconds: int) -> None:
        """`seconds` until the limit lets something through again."""
        super().__init__()
        self.seconds = max(1, seconds)


class Unavailable(HTTPException):
    """Something that the forum needs is away for a moment: 503, with what was typed shown back."""

    code = 503


def init_app(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(PendingRollbackError, _database_away)
    app.register_error_handler(sqlite3.OperationalError, _database_away)
    app.register_error_handler(DBAPIError, _database_broke)


def page(code: int, **words: Any) -> Response:
    """The page for an error code, with what was typed shown back. It never raises."""
    _read_as_visitor()
    words.setdefault("kept", kept.words())
    words.setdefault("send_again", kept.came_from_here() and code in {400, 429, 503})
    words.setdefault("fields", kept.posted())
    try:
        body = render_template(f"errors/{code if code in PAGES else 400}.html", **words)
    except (TemplateError, RuntimeError, LookupError, SQLAlchemyError) as error:
        log.error("error_page_failed", error=type(error).__name__)
        body = f"<!doctype html><title>Kindred</title><h1>{code}</h1><p><a href='/help'>Help now</a></p>"
    return make_response(body, code)


def signed_out() -> Response:
    """The answer to a form that needs a member when nobody is signed in: it goes on after signing in."""
    return page(401, send_to=request.full_path if request.query_string else request.path)


def _refused(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    words: dict[str, Any] = {}
    if isinstance(error, Conflict):
        words = {"changed": error.changed, "back": error.back}
    if isinstance(error, CSRFError):
        if _was_signed_out():
            return signed_out()
        words = {"form_is_old": True}
    if isinstance(error, TooMany):
        words = {"wait_words": wait_words(error.seconds)}
    response = page(error.code, **words)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def is_signed_out_when(asks: Callable[[], bool]) -> None:
    """Register how a request without any session is known (called once, by the room of members)."""
    _signed_out[:] = [asks]


def _was_signed_out() -> bool:
    """Whether our own page sent a form of members from a browser that has lost session and token alike."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_open = getattr(view, "access", "visitor") == "visitor"
    return not is_open and kept.came_from_here() and any(asks() for asks in _signed_out)


def _database_away(error: Exception) -> Response:
    log.error("database_away", error=type(error).__name__, endpoint=request.endpoint)
    _read_as_visitor(even_if_known=True)
    response = page(503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _database_broke(error: DBAPIError) -> Response:
    """The database is away where a connection was cut; everything else is a fault of ours.

    So it is where an earlier statement failed and this one only met what was left of its transaction.
    """
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) == FAILED_BEFORE:
        return _database_away(error)
    raise error


def _read_as_visitor(*, even_if_known: bool = False) -> None:
    """An error page must not ask the database who is reading."""
    manager = getattr(current_app, "login_manager", None)
    if manager is not None and (even_if_known or not hasattr(g, "_login_user")):
        g._login_user = manager.anonymous_user()


def wait_words(seconds: int) -> str:
    """How long to wait, in words."""
    if seconds < 90:
        return str(_("About a minute is enough."))
    if seconds < 5400:
        return str(_("About %(minutes)s minutes are enough.", minutes=-(-seconds // 60)))
    return str(_("It opens again in about %(hours)s hours.", hours=-(-seconds // 3600)))


def seconds_until(moment: float) -> int:
    """Whole seconds from now until a moment in seconds since 1970, at least one."""
    return max(1, int(moment - time.time()) + 1)
