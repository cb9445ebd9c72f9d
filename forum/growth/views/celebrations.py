"""The wall of celebrations, and the kind words that only their owner can open."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles.views.reading import readable_circles, thread_row
from forum.growth import kind_words as words_kept
from forum.growth import queries, texts
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.types import is_id
from forum.web import limits
from forum.web.access import members_only
from forum.web.days import said_day

celebration_pages = Blueprint("growth", __name__)

_UNSAID = {
    "thanks": _l("Somebody left you a kind word for something you wrote."),
    "helped": _l("Somebody said that your reply helped."),
}


@celebration_pages.get("/celebrations")
@members_only
def celebrations() -> str:
    """What others celebrate, any size, in the circles that I may read."""
    circles = readable_circles()
    rows = queries.celebrations([circle.id for circle in circles], _before())
    page, more = rows[: queries.A_PAGE], rows[queries.A_PAGE :]
    here = url_for("growth.celebrations")
    return render_template(
        "growth/celebrations.html",
        words=texts.words("celebration"),
        threads=[thread_row(row, circles) for row in page],
        older=f"{here}?before={page[-1].day.toordinal()}.{page[-1].thread_id}" if more else None,
        newer=here if request.args.get("before") else None,
    )


def _before() -> tuple[date, str] | None:
    day, _dot, thread_id = request.args.get("before", "").partition(".")
    if not (day.isdecimal() and 0 < len(day) < 7 and int(day) and is_id(thread_id)):
        return None
    return date.fromordinal(int(day)), thread_id


@celebration_pages.get("/kind-words")
@members_only
def kind_words() -> str:
    """The thanks that came to my names."""
    return render_template(
        "growth/kind_words.html",
        words=texts.words("kind_words"),
        received=[_said(one) for one in words_kept.received(current_user.vault, now())],
    )


def _said(one: words_kept.KindWord) -> SimpleNamespace:
    return SimpleNamespace(
        number=one.number,
        notice_id=one.notice_id,
        words=one.words or _UNSAID[one.kind],
        post_id=one.post_id,
        day=said_day(one.day),
    )


@celebration_pages.post("/kind-words/<notice_id>/keep")
@members_only
@limits.own
def keep(notice_id: str) -> Response:
    """Keep a thanks where it does not fade."""
    with writing():
        found = words_kept.keep(current_user.vault, notice_id, now())
    return redirect(url_for("growth.kind_words"), 303) if found else abort(404)


@celebration_pages.post("/kind-words/<int:number>/let-go")
@members_only
@limits.own
def let_go(number: int) -> Response:
    """Throw a kept thanks away."""
    with writing():
        found = words_kept.let_go(current_user.vault, number)
    return redirect(url_for("growth.kind_words"), 303) if found else abort(404)
