"""SELECTs that are read straight from the driver say the same as on the ordinary way, on both engines."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from forum.circles import queries
from forum.storage.database import db
from forum.storage.prepared import Prepared
from forum.training.models import Badge
from tests import factories
from tests.engines import counting


def test_rows_are_those_of_the_ordinary_way(engine_app: Flask) -> None:
    with engine_app.test_request_context():
        thread_id = factories.published_thread(factories.circle(), replies=3).id
        db.session.commit()
        prepared = queries._POSTS
        values = {"thread_id": thread_id, "after": -1}
        straight = prepared.rows(db.session.connection(), **values)
        ordinary = db.session.execute(prepared.statement, values).all()
    assert [tuple(row) for row in straight] == [tuple(row) for row in ordinary]
    assert isinstance(straight[0].day, date)
    assert straight[0].is_opening is True


def test_an_error_is_the_one_of_the_ordinary_way(engine_app: Flask) -> None:
    broken = Prepared(select(Badge.pseudonym_id).where(text("no_such_column = :asked")))
    with engine_app.test_request_context(), pytest.raises(DBAPIError):
        broken.rows(db.session.connection(), asked="x")


def test_the_counter_of_statements_sees_them(engine_app: Flask) -> None:
    prepared = Prepared(select(Badge.pseudonym_id).where(Badge.pseudonym_id == bindparam("asked")))
    with engine_app.test_request_context(), counting() as statements:
        assert prepared.rows(db.session.connection(), asked="x") == []
    assert len(statements) == 1
