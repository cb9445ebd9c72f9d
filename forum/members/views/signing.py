"""Signing in and out, the second factor at the door, and forms that were sent after a session had ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from forum.members import actions, keys, second_factor, sessions
from forum.members.forms import SignInForm
from forum.members.person import cookie_name, drop_cookie, open_session, put_cookie, sign_off
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.web import asked, kept, limits
from forum.web.access import visitors
from forum.web.errors import TooMany, Unavailable, wait_words

signing = Blueprint("signing", __name__)

Answer = str | Response | tuple[str, int]
CLEAR = '"cache", "cookies", "storage"'
LONGEST_TYPED = 1000
codes = limits.Limit("second_factor", ("8/5minute", "40/day"), closed_without_store=True)


@signing.get("/sign-in")
@visitors
def sign_in_form() -> Answer:
    """The form to sign in."""
    return redirect("/", 303) if current_user.is_authenticated else _page()


@signing.post("/sign-in")
@visitors
def sign_in() -> Answer:
    """Sign in; a form that was kept meanwhile goes on by itself. Only what fails counts against a limit."""
    form = SignInForm(request.form)
    name, passphrase = form.sign_in_name.data or "", form.passphrase.data or ""
    if not form.validate():
        return _page(errors=form.errors), 422
    tried = keys.fold_sign_in_name(name[:LONGEST_TYPED])
    try:
        limits.sign_in.check(tried)
    except TooMany as wait:
        return _slowed(wait)
    try:
        known = actions.recognise(name[:LONGEST_TYPED], passphrase[:LONGEST_TYPED])
        token = _open(known, name, passphrase) if known else None
    except keys.Busy as busy:
        limits.sign_in.give_back(tried)
        raise Unavailable from busy
    if token is None:
        return _page(failed=True), 422
    limits.sign_in.give_back(tried)
    end_whatever_is_open()
    return _after_signing_in(token)


def _slowed(wait: TooMany) -> Answer:
    """The form again, with how long to wait and what helps meanwhile; the same for any name."""
    response = make_response(_page(wait=wait_words(wait.seconds)), wait.code)
    response.headers["Retry-After"] = str(wait.seconds)
    return response


def _open(known: actions.Known, name: str, passphrase: str) -> str | None:
    """Open a session, and let name and passphrase rest as the present settings and keys want."""
    is_old = known.under_older_key or known.cost != keys.present_cost()
    fresh = keys.lock(known.member_key, passphrase) if is_old else None
    try:
        if fresh:
            with writing():
                actions.change_lock(known, fresh)
                if known.under_older_key:
                    actions.move_name(known, name)
            known = actions.Known(known.member_id, known.member_key, fresh.wrapped_key, fresh.cost)
        with writing():
            return actions.open_session(known, now())
    except actions.Outdated:
        return None


@signing.get("/sign-in/code")
@visitors
def code_form() -> Answer:
    """The form for the second factor."""
    session = open_session(request)
    if session is None or session.ticket.stage != "code":
        return redirect("/sign-in", 303)
    return _code_page()


@signing.post("/sign-in/code")
@visitors
def enter_code() -> Answer:
    """Pass the second factor."""
    session = open_session(request)
    if session is None or session.ticket.stage != "code":
        return redirect("/sign-in", 303)
    codes.check()
    vault = OpenVault(session.ticket.key)
    with writing():
        passed = second_factor.passes(vault, request.form.get("code", "")[:40], now())
        if passed:
            sessions.renew_ticket(session, stage="open", second=True)
    if not passed:
        return _code_page(failed=True), 422
    return _go_on(session.token)


@signing.post("/sign-out")
@visitors
def sign_out() -> Response:
    """End this session."""
    session = open_session(request)
    if session is not None:
        with writing():
            sign_off(session)
    response = redirect("/", 303)
    drop_cookie(response)
    asked.forget(response)
    response.headers["Clear-Site-Data"] = CLEAR
    return response


def end_whatever_is_open() -> None:
    """End the session of this request, also when the database is away: the cookie goes in any case."""
    try:
        session = open_session(request)
        if session is not None:
            with writing():
                sign_off(session)
    except SQLAlchemyError:
        db.session.rollback()


def _after_signing_in(token: str) -> Answer:
    fresh = sessions.find(token, now(), now())
    if fresh is not None and fresh.ticket.stage == "code":
        response = make_response(_code_page())
        put_cookie(response, token)
        return response
    return _go_on(token)


def _go_on(token: str) -> Response:
    """Send the kept form to where it was meant for, or show the page that was asked for."""
    target = kept.carried_to()
    if target is None:
        response: Response = redirect(_asked_in(request.form) or asked.recalled() or "/", 303)
    elif takes_posts(target):
        response = _send_kept(target, token)
    else:
        response = make_response(
            render_template("web/carried.html", send_to="/", fields=[], kept=kept.readable(kept.carried()))
        )
    asked.forget(response)
    put_cookie(response, token)
    return response


def _send_kept(target: str, token: str) -> Response:
    """Post the kept form inside, as its own page would have, with everything checked again."""
    fields = [*kept.carried(), ("csrf_token", generate_csrf())]
    cookies = {**request.cookies, cookie_name(): sessions.cookie_value(token, now())}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Accept-Language": request.headers.get("Accept-Language", ""),
        "Sec-Fetch-Site": "same-origin",
    }
    builder = EnvironBuilder(
        path=target,
        base_url=request.host_url,
        method="POST",
        headers=Headers(headers),
        data=MultiDict(fields),
    )
    environ = builder.get_environ()
    environ["REMOTE_ADDR"] = request.remote_addr or ""
    builder.close()
    db.session.rollback()
    with current_app.app_context():  # its own `g`, its own database session
        return Response.from_app(current_app.wsgi_app, environ)


def takes_posts(target: str) -> bool:
    """Whether a carried form may go on to a path: a page of members that takes forms."""
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(  # type: ignore[union-attr]
            target.partition("?")[0], method="POST"
        )
    except HTTPException:
        return False
    return getattr(current_app.view_functions[endpoint], "access", "visitor") != "visitor"


def _asked_in(values: Mapping[str, str]) -> str | None:
    """The page that a form or an address names to go on to, if it is one of ours."""
    path = values.get("next", "")
    return path if asked.is_page(path) else None


def _page(errors: Any = None, failed: bool = False, wait: str = "") -> str:
    return render_template(
        "members/sign_in.html",
        form={"sign_in_name": request.form.get("sign_in_name", "")},
        errors=errors or {},
        failed=failed,
        wait=wait,
        next=_asked_in(request.values),
        kept=kept.readable(kept.carried()),
        along=kept.along(),
    )


def _code_page(failed: bool = False) -> str:
    return render_template(
        "members/code.html",
        errors={"code": _("This code does not fit, or was used before. The next one may.")} if failed else {},
        next=_asked_in(request.form),
        along=kept.along(),
    )
