"""Proof that the person at the keys is the member: the passphrase, typed once more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, request
from flask_login import current_user

from forum.members import actions, keys
from forum.members.person import open_session
from forum.members.rules import is_fresh
from forum.members.sessions import OpenSession
from forum.storage.clock import now
from forum.web import limits
from forum.web.errors import Unavailable

View = TypeVar("View", bound=Callable[..., Any])
LONGEST_TYPED = 1000
tries = limits.Limit("passphrase", ("10/15minute", "40/day"), closed_without_store=True)


def prove(passphrase: str) -> actions.Known | None:
    """Whether the signed-in member knows this passphrase. Slow. Raises `TooMany`, `Unavailable`."""
    tries.check()
    try:
        known = actions.recognise_member(current_user.member_id, passphrase[:LONGEST_TYPED])
    except keys.Busy as busy:
        raise Unavailable from busy
    return known if known and known.member_key == current_user.member_key else None


def this_session() -> OpenSession:
    """The open session of this request; only for views that members open."""
    session = open_session(request)
    if session is None:
        raise LookupError("no session")
    return session


def fresh_only(view: View) -> View:
    """Lead to `/account/confirm` whoever has not typed their passphrase in the last quarter of an hour."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if is_fresh(this_session().ticket.proved_at, now()):
            return view(*args, **kwargs)
        return redirect("/account/confirm", 303)

    return cast(View, guarded)
