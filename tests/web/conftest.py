"""A few pages of our own, to see what every page shares."""

from __future__ import annotations

import pytest
from flask import Flask, abort, request
from psycopg.errors import InFailedSqlTransaction
from sqlalchemy.exc import InternalError, OperationalError, PendingRollbackError

from forum.web import limits
from forum.web.access import leads_only, members_only, staff_only, visitors
from forum.web.errors import Conflict


@pytest.fixture
def pages(app: Flask) -> Flask:
    """The program with some small pages."""

    @app.route("/echo", methods=["GET", "POST"])
    @visitors
    def echo() -> str:
        return f"heard {request.form.get('body', '')}"

    @app.route("/limited", methods=["GET", "POST"])
    @visitors
    @limits.report
    def limited() -> str:
        return "let through"

    @app.route("/join-like", methods=["POST"])
    @visitors
    @limits.join
    def join_like() -> str:
        return "let through"

    @app.route("/refuse/<int:code>", methods=["GET", "POST"])
    @visitors
    def refuse(code: int) -> str:
        abort(code)

    @app.route("/conflict", methods=["POST"])
    @visitors
    def conflict() -> str:
        raise Conflict("Somebody else has answered.", back="/there")

    @app.route("/no-database", methods=["GET", "POST"])
    @visitors
    def no_database() -> str:
        raise OperationalError("SELECT 1", {}, Exception("disk I/O error"))

    @app.route("/breaks", methods=["GET", "POST"])
    @visitors
    def breaks() -> str:
        raise ZeroDivisionError("secret words in an exception")

    app.add_url_rule("/failed-before/<what>", "failed_before", _failed_before)
    for name, mark in (("members", members_only), ("staff", staff_only), ("leads", leads_only)):
        app.add_url_rule(f"/{name}-room", f"{name}_room", mark(_open_room(name)), methods=["GET", "POST"])
    return app


@visitors
def _failed_before(what: str) -> str:
    if what == "rollback":
        raise PendingRollbackError("Can't reconnect until invalid transaction is rolled back.")
    raise InternalError("SELECT 1", {}, InFailedSqlTransaction("current transaction is aborted"))


def _open_room(name: str):  # type: ignore[no-untyped-def]
    def room() -> str:
        return f"in the {name} room"

    return room
