"""Leave this site: the session ends at once, and for a quarter of an hour no page shows anything of ours."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from forum.members.person import ask_nobody, drop_cookie
from forum.members.views.signing import end_whatever_is_open
from forum.storage.settings import current_settings
from forum.web import asked
from forum.web.access import visitors
from forum.web.form_token import needs_no_token

leaving = Blueprint("leaving", __name__)

COOKIE = "left"
SECONDS = 15 * 60
CLEAR = '"cache", "storage"'
"""Not "cookies": that would take the cookie along which keeps the pages neutral."""

OPEN_WHEN_LEFT = frozenset({"static", "leaving.leave", "leaving.back"})


def init_app(app: Flask) -> None:
    """Answer neutrally whoever has just left, whatever page they ask for."""
    app.before_request_funcs.setdefault(None, []).insert(0, _answer_neutrally)  # before any page of ours
    needs_no_token(leave)


@leaving.post("/leave")
@visitors
def leave() -> Response:
    """End the session and lead away. Needs no token: leaving must never fail."""
    end_whatever_is_open()
    ask_nobody()
    response = make_response(render_template("members/left.html", to=current_settings().neutral_site))
    drop_cookie(response)
    asked.forget(response)
    response.delete_cookie(str(current_app.config["SESSION_COOKIE_NAME"]), secure=_secure(), httponly=True)
    response.set_cookie(COOKIE, "1", max_age=SECONDS, secure=_secure(), httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = CLEAR
    return response


@leaving.post("/back")
@visitors
def back() -> AnyResponse:
    """Come back within the quarter of an hour, to the page that was asked for."""
    response = redirect(asked.opened(request.form.get("to", "")) or "/", 303)
    response.delete_cookie(COOKIE, secure=_secure(), httponly=True, samesite="Lax")
    return response


def _answer_neutrally() -> Response | None:
    if COOKIE not in request.cookies or request.endpoint in OPEN_WHEN_LEFT:
        return None
    ask_nobody()
    page = asked.this_page()
    return make_response(render_template("members/neutral.html", to=asked.sealed(page) if page else None))


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
