"""The wall of celebrations, from the published tables alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Row, select, tuple_

from forum.circles.models import PublishedThread
from forum.storage.database import db

A_PAGE = 20


def celebrations(circle_ids: Collection[str], before: tuple[date, str] | None = None) -> list[Row[Any]]:
    """One page of the wall, the latest day first, within a day in no order; one row more for a further page.

    Nothing a reader does moves a celebration up or down.
    """
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
        .where(PublishedThread.kind == "celebration", PublishedThread.circle_id.in_(circle_ids))
        .order_by(PublishedThread.day.desc(), PublishedThread.thread_id.desc())
        .limit(A_PAGE + 1)
    )
    if before:
        page = page.where(tuple_(PublishedThread.day, PublishedThread.thread_id) < before)
    return list(db.session.execute(page))


def shown(thread_ids: Collection[str], circle_ids: Collection[str]) -> set[str]:
    """Which of some threads can be read, in some circles."""
    wanted = select(PublishedThread.thread_id).where(
        PublishedThread.thread_id.in_(thread_ids), PublishedThread.circle_id.in_(circle_ids)
    )
    return set(db.session.scalars(wanted))
