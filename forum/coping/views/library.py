"""What anybody reads in the library, and what a member says and keeps of it."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum import content
from forum.circles import kept
from forum.circles.content import open_content
from forum.circles.models import Revision
from forum.circles.reviews import Changed
from forum.circles.views.reading import list_place, said_note
from forum.coping import actions, queries
from forum.coping.rules import parents_of, shown_counts
from forum.members import pseudonyms
from forum.storage.database import AnyRow, db, writing
from forum.storage.types import is_id
from forum.text.render import RENDERER, as_markup, render
from forum.web import limits
from forum.web.access import members_only, visitors
from forum.web.days import said_day
from forum.web.errors import Conflict

coping = Blueprint("coping", __name__)


@coping.get("/library")
@visitors
def library() -> str:
    """The cards, newest first, or those of one topic."""
    asked = request.args.get("tag", "")
    tag = asked if asked in {topic.id for topic in content.topics()} else ""
    rows = queries.cards(list_place(), tag)
    page, more = rows[: queries.CARDS_A_PAGE], rows[queries.CARDS_A_PAGE :]
    counts = queries.tried([row.thread_id for row in page])
    here = url_for("coping.library", tag=tag or None)
    older = f"{page[-1].latest}.{page[-1].thread_id}" if more else None
    return render_template(
        "coping/library.html",
        cards=[_line(row, counts.get(row.thread_id, {})) for row in page],
        topics=[(topic.id, topic.label) for topic in content.topics()],
        tag=tag,
        older=url_for("coping.library", tag=tag or None, before=older) if older else None,
        newer=here if request.args.get("before") else None,
    )


@coping.get("/library/<card_id>")
@visitors
def card(card_id: str) -> str:
    """One card: its words, where it comes from, what was built on it, and how it went for others."""
    row = readable_card(card_id)
    parents = parents_of(row.built_on, row.also_on)
    family = queries.family(card_id, parents)
    counts = queries.tried([card_id])
    return render_template(
        "coping/card.html",
        card=_words(row),
        own=_own(row) if current_user.is_authenticated else None,
        built_on=(built_on := [_line(one, {}) for one in family if one.thread_id in parents]),
        gone=len(parents) - len(built_on),
        grew=[_line(one, {}) for one in family if one.thread_id not in parents],
        led_from=(row.led_from, queries.open_thread_title(row.led_from)) if row.led_from else None,
        tried=_tried(counts.get(card_id, {})),
        results=said_results(),
    )


@coping.post("/library/<card_id>/tried")
@members_only
@limits.mark
def tried(card_id: str) -> Response:
    """Say how it went with a card, or take that back."""
    readable_card(card_id)
    try:
        with writing():
            actions.say_how_it_went(current_user.vault, card_id, request.form.get("result", ""))
    except Changed:
        raise Conflict(_("This card cannot be read any more."), url_for("coping.library")) from None
    return redirect(url_for("coping.card", card_id=card_id), 303)


@coping.post("/library/<card_id>/save")
@members_only
@limits.mark
def save(card_id: str) -> Response:
    """Save a card for oneself, or let it go; in the vault alone."""
    row = readable_card(card_id)
    with writing():
        if request.form.get("on") == "yes":
            kept.save_card(current_user.vault, card_id, row.title)
        else:
            kept.let_card_go(current_user.vault, card_id)
    return redirect(url_for("coping.card", card_id=card_id), 303)


def readable_card(card_id: str) -> AnyRow:
    """A card that can be read; a waiting, hidden, removed or unknown one answers alike."""
    return (queries.card(card_id) if is_id(card_id) else None) or abort(404)


def said_results() -> list[tuple[str, str]]:
    """How it can have gone, in the language of the reader."""
    words = {"helped": _("It helped"), "mixed": _("Mixed"), "not for me": _("Not for me")}
    return [(result, str(said)) for result, said in words.items()]


def _own(row: AnyRow) -> SimpleNamespace:
    vault = current_user.vault
    vault.preload((pseudonyms.KIND, kept.CARDS), [(actions.TRIED, row.card_id)])
    return SimpleNamespace(
        wrote_it=row.pseudonym_id in {name.id for name in pseudonyms.ring(vault)},
        saved=row.card_id in dict(kept.saved_cards(vault)),
        result=actions.how_it_went(vault, row.card_id),
    )


def shown_html(row: AnyRow) -> str:
    """The HTML of a card by the present renderer."""
    if row.renderer == RENDERER:
        return str(row.html)
    return render(open_content(db.session.get_one(Revision, row.revision_id)).body).html


def _words(row: AnyRow) -> SimpleNamespace:
    return SimpleNamespace(
        id=row.card_id,
        post_id=row.post_id,
        title=row.title,
        pseudonym=row.pseudonym,
        tags=[content.label_of(tag) for tag in row.topics],
        content_note=said_note(row.content_note),
        day=said_day(row.day),
        version=row.version,
        html=as_markup(shown_html(row)),
    )


def _line(row: AnyRow, counts: dict[str, int]) -> SimpleNamespace:
    note = said_note(row.content_note)
    return SimpleNamespace(
        id=row.thread_id,
        title=row.title,
        pseudonym=row.pseudonym,
        summary=None if note else row.summary,
        content_note=note,
        tags=[content.label_of(tag) for tag in row.topics],
        tried=_tried(counts),
    )


def _tried(counts: dict[str, int]) -> str | None:
    shown = shown_counts(counts)
    if shown is None:
        return None
    return str(
        _(
            "Tried by %(all)s: helped %(helped)s, mixed %(mixed)s, not for me %(other)s",
            all=sum(shown.values()),
            helped=shown["helped"],
            mixed=shown["mixed"],
            other=shown["not for me"],
        )
    )
