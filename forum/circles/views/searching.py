"""Search over what can be read. A question is sent by POST, so that it stays out of addresses and logs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from forum.circles import panels
from forum.circles.models import PublishedPost, PublishedThread
from forum.circles.rules import CARD, LIBRARY
from forum.circles.views.reading import readable_circles, said_note
from forum.search import index
from forum.search.words import LONGEST_QUERY
from forum.storage.database import db
from forum.web import limits
from forum.web.access import visitors
from forum.web.days import said_day

searching = Blueprint("searching", __name__)


@searching.get("/search")
@visitors
def ask() -> str:
    """The form."""
    return render_template("circles/search.html", query="", hits=None, older=None, newer=None)


@searching.post("/search")
@visitors
@limits.search
def results() -> str:
    """One page of what was found among what who asks may read."""
    query = request.form.get("query", "")[:LONGEST_QUERY]
    typed = request.form.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 1
    circles = {circle.id: circle.name for circle in readable_circles()}
    found = index.find(query, [*circles, LIBRARY], page)
    shown, more = found[: index.PAGE], found[index.PAGE :]
    return render_template(
        "circles/search.html",
        query=query,
        help_panel=panels.help_for_question(query, current_user.country or None),
        hits=_hits(shown, circles),
        older=page + 1 if more and page < index.MOST_PAGES else None,
        newer=page - 1 if page > 1 else None,
    )


def _hits(found: list[index.Hit], circles: dict[str, str]) -> list[SimpleNamespace]:
    """The hits as lines of a list. What the published tables do not hold any more is left out."""
    heads = _heads([hit.id for hit in found if hit.kind != "reply"])
    replies = _replies([hit.id for hit in found if hit.kind == "reply"])
    lines = []
    for hit in found:
        row = replies.get(hit.id) if hit.kind == "reply" else heads.get(hit.id)
        if row is not None:
            lines.append(_line(hit, row, circles))
    return lines


def _line(hit: index.Hit, row: Any, circles: dict[str, str]) -> SimpleNamespace:
    path = url_for("reading.thread", thread_id=row.thread_id)
    if hit.kind == "reply":
        path = f"{path}?after={row.position - 1}#p-{hit.id}"
    elif hit.kind == CARD:
        path = f"/library/{row.thread_id}"
    note = said_note(row.content_note)
    return SimpleNamespace(
        kind=hit.kind,
        path=path,
        title=row.title,
        pseudonym=row.pseudonym,
        circle_name=circles.get(row.circle_id),
        day=said_day(row.day),
        content_note=note,
        excerpt=None if note else hit.excerpt,
    )


def _heads(ids: list[str]) -> dict[str, Any]:
    if not ids:
        return {}
    found = db.session.execute(
        select(
            PublishedThread.thread_id,
            PublishedThread.circle_id,
            PublishedThread.title,
            PublishedThread.pseudonym,
            PublishedThread.content_note,
            PublishedThread.day,
        ).where(PublishedThread.thread_id.in_(ids))
    )
    return {row.thread_id: row for row in found}


def _replies(ids: list[str]) -> dict[str, Any]:
    if not ids:
        return {}
    found = db.session.execute(
        select(
            PublishedPost.post_id,
            PublishedPost.thread_id,
            PublishedPost.circle_id,
            PublishedPost.position,
            PublishedThread.title,
            PublishedPost.pseudonym,
            PublishedPost.content_note,
            PublishedPost.day,
        )
        .join(PublishedThread, PublishedThread.thread_id == PublishedPost.thread_id)
        .where(PublishedPost.post_id.in_(ids))
    )
    return {row.post_id: row for row in found}
