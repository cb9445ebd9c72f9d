"""`/help`, which needs neither session nor database; the panel in the answer to submit; check-in notes."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.care import actions
from forum.care.directory import contacts_for, countries, country, emergency_for, international
from forum.care.panel import READ, asked_for, grounding_cards, hesitations, is_heavy, panel_for, texts
from forum.circles.actions import NotYours
from forum.circles.panels import NOT_SENT, OwnText, follow_up_with, offer_countries_with, show_help_with
from forum.circles.views import words as said
from forum.circles.waits import Staffing, Wait
from forum.members import registry
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.types import is_id
from forum.text.render import as_markup
from forum.web import kept
from forum.web.access import members_only, visitors

care = Blueprint("care", __name__)

_NOBODY_READS = Wait(Staffing(on_duty=False, next_at=None), half=None, most=None)


@care.get("/help")
@visitors
def help_page() -> str:
    """Show the help page; `?country=xx` unfolds one country. Nothing is kept of what was chosen."""
    code = request.args.get("country", "")[:2]
    return render_template(
        "care/help.html",
        bare=True,
        chosen=country(code),
        countries=countries(),
        emergency=emergency_for(code),
        elsewhere=international(),
        hesitations=hesitations(),
        cards=grounding_cards(),
    )


@care.post("/mine/<post_id>/check-ins")
@members_only
def check_ins(post_id: str) -> Response:
    """Allow the two check-in notes about a text of one's own, or stop them with one press."""
    wanted = request.form.get("check_ins") == "yes"
    try:
        with writing():
            if wanted:
                actions.allow_check_ins(current_user.vault, post_id if is_id(post_id) else "", now())
            else:
                actions.stop_check_ins(current_user.vault, post_id if is_id(post_id) else "")
    except NotYours:
        abort(404)
    flash(
        _("A note will be left here, for this name. You can stop it at any time.")
        if wanted
        else _("No check-in note will come for this text.")
    )
    return redirect(url_for("mine.one", post_id=post_id, _anchor="check-ins"), 303)


def show_panel(tier: str, code: str | None, wait: Wait, own: OwnText | None = None) -> Markup:
    """Render the help for a tier; with a text of one's own, all that its author may do from there."""
    panel = panel_for(tier, code, wait)
    is_read = panel.look in READ
    return as_markup(
        render_template(
            "care/_panel.html",
            panel=panel,
            own=own,
            measured=said.measured(wait) if is_read else None,
            duty=said.duty(wait.staffing) if is_read else None,
            countries=_codes_and_names() if own else [],
            aftercare=show_aftercare(own.post_id, "check-ins" in own.may) if own else "",
        )
    )


@care.app_template_global("numbers_for")
def show_numbers(code: str | None) -> Markup:
    """Render whom one can reach in a country, in a few lines, where no text calls for the whole help."""
    words = {"emergency": emergency_for(code), "contacts": contacts_for(code), "elsewhere": international()}
    return as_markup(render_template("care/_numbers.html", country=code, **words))


def show_aftercare(post_id: str, offered: bool) -> Markup:
    """Render the choice whether somebody may ask later; nothing where it was neither offered nor made."""
    allowed = actions.has_check_ins(post_id)
    if not (offered or allowed):
        return as_markup("")
    return as_markup(render_template("care/_check_ins.html", post_id=post_id, allowed=allowed))


def show_help_for_question(query: str, code: str | None) -> Markup | None:
    """Render the help above what a search found. The question is read for this page only."""
    look = asked_for(query)
    return show_panel(look, code, _NOBODY_READS) if look else None


@care.app_template_global("help_for_typed")
def show_help_for_typed(words: str = "") -> Markup | None:
    """Render the help above a form that hands back what was typed, where that speaks of dying.

    `words` are those that lay here meanwhile; without them they are read from this request.

    Read for this page only; no statement. Moderators write about the words of others, so not for their desk.
    """
    if request.method != "POST" or request.path.startswith("/moderation"):
        return None
    words = words or "\n".join(
        text for _name, text in (*kept.posted(), *kept.carried()) if " " in text.strip()
    )
    if not is_heavy(words):
        return None
    return show_panel(NOT_SENT, current_user.country or None, _NOBODY_READS)


def word_for_repliers(opening: str, is_noted: bool) -> str | None:
    """Say how to look after oneself, to who answers a text that is noted as heavy or speaks of dying."""
    return str(_(texts()["aftercare"]["repliers"])) if is_noted or is_heavy(opening) else None


show_help_with(show_panel)
follow_up_with(show_aftercare, show_help_for_question, word_for_repliers)


def _codes_and_names() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in countries()]


offer_countries_with(_codes_and_names)
registry.offer_countries_with(_codes_and_names)
