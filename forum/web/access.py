"""Who may open a page. Every view carries one of these marks; a guard test refuses a view without."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, redirect, request
from flask_login import current_user

from forum.web import asked
from forum.web.errors import signed_out

View = TypeVar("View", bound=Callable[..., Any])
SIGN_IN = "/sign-in"
SECOND_FACTOR = "/account/second-factor"


def visitors(view: View) -> View:
    """Anybody may open it."""
    return _mark(view, "visitor")


def members_only(view: View) -> View:
    """Only who is signed in. A visitor is led to sign in, and to this page, or what they sent, afterwards."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if current_user.is_authenticated else _ask_to_sign_in()

    return _mark(cast(View, guarded), "member")


def staff_only(view: View) -> View:
    """Only moderators, with their second factor set. For members it is as if the page did not exist."""
    return _mark(_for_staff(view, "is_staff"), "staff")


def leads_only(view: View) -> View:
    """Only leads, with their second factor set. For everybody else it is as if the page did not exist."""
    return _mark(_for_staff(view, "is_lead"), "lead")


def _for_staff(view: View, role: str) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if not getattr(current_user, role):
            abort(404)
        if not current_user.has_second_factor:
            return redirect(SECOND_FACTOR, 303)
        return view(*args, **kwargs)

    return cast(View, guarded)


def _ask_to_sign_in() -> Any:
    """Lead to the door, and let the browser keep the page that was asked for."""
    if request.method not in {"GET", "HEAD"}:
        return signed_out()
    response = redirect(SIGN_IN, 303)
    asked.remember(response, asked.this_page())
    return response


def _mark(view: View, who: str) -> View:
    view.access = who  # type: ignore[attr-defined]
    return view
