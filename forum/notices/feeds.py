"""Atom feeds of circles that everybody may read (RFC 4287). What leaves a page leaves its feed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, abort, url_for
from sqlalchemy import select

from forum.circles import queries
from forum.circles.models import Circle, PublishedPost, PublishedThread
from forum.content import label_of
from forum.storage.database import AnyRow, db
from forum.storage.types import is_id
from forum.text.render import excerpt
from forum.web.access import visitors

feeds = Blueprint("feeds", __name__)

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30
EXCERPT = 400


@feeds.get("/c/<circle_id>/feed")
@visitors
def feed(circle_id: str) -> Response:
    """The newest threads of a public circle."""
    circle = queries.circle(circle_id) if is_id(circle_id) else None
    if circle is None or circle.audience != "everyone":
        abort(404)
    return Response(_atom(circle, _newest(circle_id)), mimetype="application/atom+xml")


def _newest(circle_id: str) -> list[AnyRow]:
    return list(
        db.session.execute(
            select(
                PublishedThread.thread_id,
                PublishedThread.title,
                PublishedThread.pseudonym,
                PublishedThread.content_note,
                PublishedThread.day,
                PublishedPost.plain,
            )
            .join(
                PublishedPost,
                (PublishedPost.thread_id == PublishedThread.thread_id) & PublishedPost.is_opening,
            )
            .where(PublishedThread.circle_id == circle_id)
            .order_by(PublishedThread.day.desc(), PublishedThread.latest.desc())
            .limit(ENTRIES)
        )
    )


def _atom(circle: Circle, rows: list[AnyRow]) -> bytes:
    root = Element("feed", xmlns=ATOM)
    here = url_for("feeds.feed", circle_id=circle.id, _external=True)
    _put(root, "id", here)
    _put(root, "title", _printable(circle.name))
    SubElement(root, "link", rel="self", href=here)
    SubElement(root, "link", href=url_for("reading.circle", circle_id=circle.id, _external=True))
    newest = max((row.day for row in rows), default=None)
    _put(root, "updated", _moment(newest) if newest else "1970-01-01T00:00:00Z")
    for row in rows:
        entry = SubElement(root, "entry")
        link = url_for("reading.thread", thread_id=row.thread_id, _external=True)
        _put(entry, "id", link)
        _put(entry, "title", _printable(row.title))
        SubElement(entry, "link", href=link)
        _put(entry, "updated", _moment(row.day))
        _put(SubElement(entry, "author"), "name", _printable(row.pseudonym))
        note = row.content_note
        _put(entry, "summary", label_of(note) if note else _printable(excerpt(row.plain, EXCERPT)))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _put(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _moment(day: object) -> str:
    """A day as Atom wants it: its first second. Nothing finer is known."""
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # type: ignore[arg-type]


def _printable(text: str) -> str:
    """A text without the signs that XML 1.0 cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r" or " " <= sign <= "\ud7ff" or "\ue000" <= sign <= "\ufffd" or sign > "\uffff"
    )
