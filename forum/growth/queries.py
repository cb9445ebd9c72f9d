"""The wall of celebrations, from the published tables alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal_column, select, tuple_

from forum.circles.models import PublishedThread
from forum.storage.database import AnyRow, db

A_PAGE = 20


def celebrations(circle_ids: Collection[str], before: tuple[date, str] | None = None) -> list[AnyRow]:
    """One page of the wall, the latest day first, within a day in no order; one row more for a further page.

    Nothing a reader does moves a celebration up or down.
    """
    return list(db.session.execute(wall(circle_ids, before)))


def wall(circle_ids: Collection[str], before: tuple[date, str] | None = None) -> Select[*tuple[Any, ...]]:
    """The statement of `celebrations`."""
    page = (
        select(
            PublishedThread.thread_id,
            PublishedThread.circle_id,
            PublishedThread.title,
            PublishedThread.kind,
            PublishedThread.wish,
            PublishedThread.pseudonym,
            PublishedThread.content_note,
            PublishedThread.replies,
            PublishedThread.day,
        )
        .where(
            PublishedThread.kind == literal_column("'celebration'"),  # in these words, for its index
            func.coalesce(PublishedThread.circle_id, "").in_(circle_ids),  # keeps the index of circles out
        )
        .order_by(PublishedThread.day.desc(), PublishedThread.thread_id.desc())
        .limit(A_PAGE + 1)
    )
    if before:
        page = page.where(tuple_(PublishedThread.day, PublishedThread.thread_id) < before)
    return page
