"""Whether the forum works, in words, for the operator and for whatever watches over it. No secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from forum.storage.database import db
from forum.web.access import visitors


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `vital` ones decide whether the forum counts as up."""

    name: str
    good: bool
    words: str
    vital: bool = False


Check = Callable[[], Finding]
_checks: dict[str, tuple[Check, bool]] = {}


def check(name: str, public: bool = True) -> Callable[[Check], Check]:
    """Register a check. It reads, never writes, and its words hold no address, key or text.

    `/healthz` asks the public ones; `doctor` asks all.
    """

    def keep(act: Check) -> Check:
        _checks[name] = (act, public)
        return act

    return keep


def findings(everything: bool = False) -> list[Finding]:
    """The outcome of the public checks, or of every one; a check that fails is itself a finding."""
    return [_run(name, act) for name, (act, public) in sorted(_checks.items()) if public or everything]


def init_app(app: Flask) -> None:
    """Offer `/healthz`."""
    app.add_url_rule("/healthz", "web.healthz", _show)


@check("database")
def _database() -> Finding:
    db.session.execute(text("SELECT 1"))
    return Finding("database", good=True, words="reachable", vital=True)


def _run(name: str, act: Check) -> Finding:
    try:
        return act()
    except (SQLAlchemyError, OSError) as error:
        db.session.rollback()
        return Finding(
            name, good=False, words=f"cannot be checked ({type(error).__name__})", vital=name == "database"
        )


@visitors
def _show() -> tuple[Response, int]:
    found = findings()
    up = all(one.good for one in found if one.vital)
    words = {one.name: one.words for one in found}
    state = "up" if all(one.good for one in found) else ("needs a look" if up else "down")
    return jsonify({"forum": state, **words}), 200 if up else 503
