"""Reporting a text, for members and visitors; and hiding one at once, for moderators."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.circles.models import PublishedPost, Revision
from forum.circles.views.reading import readable_head
from forum.content import report_reasons
from forum.members import doors, pseudonyms
from forum.moderation import interventions, policy, recent, reports
from forum.moderation.actions import OwnText, Stale
from forum.moderation.reports import Concern
from forum.moderation.rules import Choice
from forum.moderation.views.deciding import problems_in
from forum.moderation.views.desk import Answer, moderator
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.text.render import as_markup
from forum.web import limits
from forum.web.access import staff_only, visitors
from forum.web.errors import Conflict

reporting = Blueprint("reporting", __name__)


def _readable(post_id: str) -> PublishedPost:
    """A post that who asks may read; any other answers that there is nothing here."""
    shown = db.session.get(PublishedPost, post_id) if is_id(post_id) else None
    if shown is None:
        abort(404)
    readable_head(shown.thread_id)
    return shown


@reporting.get("/posts/<post_id>/report")
@visitors
def ask(post_id: str) -> str:
    """The form to report a text. Visitors get a ticket that opens after some patience."""
    return _page(_readable(post_id), {})


@reporting.post("/posts/<post_id>/report")
@visitors
@limits.report
def send(post_id: str) -> Answer:
    """Take a report."""
    shown = _readable(post_id)
    typed = {name: request.form.get(name, "") for name in ("reason", "note", "tell", "ticket")}
    words = typed["note"].strip()
    if typed["reason"] not in {found.id for found in report_reasons()}:
        return _page(shown, typed, {"reason": _("Please choose what it is about.")}), 422
    if len(words) > reports.LONGEST_WORDS:
        return _page(shown, typed, {"note": _("That is too long.")}), 422
    vault = current_user.vault
    if vault is None:
        try:
            doors.open_with_ticket(typed["ticket"], now())
        except doors.NotYet as early:
            wait = _("Please send it again in %(count)s seconds. Your words are kept.", count=early.args[0])
            return _page(shown, typed, {"ticket": wait}), 422
        except doors.Closed:
            again = _("This form has expired. Please send it again after a short while.")
            return _page(shown, {**typed, "ticket": ""}, {"ticket": again}), 422
    own = {name.id for name in pseudonyms.ring(vault)} if vault else set()
    tell = typed["tell"] if typed["tell"] in own else None
    tier = reports.tier_of(typed["reason"], words, f"{shown.title}\n{shown.plain}")
    concern = Concern(typed["reason"], words, tell, tier)
    try:
        with writing():
            reports.report(post_id, concern, now(), vault)
    except reports.NotThere:
        abort(404)
    except reports.ReportedBefore:
        flash(_("You have reported this before. It is with the moderators."), "info")
        return redirect(url_for("reading.thread", thread_id=shown.thread_id), 303)
    flash(_("Thank you. A moderator will look at it. Nobody learns who reported."))
    return redirect(url_for("reading.thread", thread_id=shown.thread_id), 303)


def _page(shown: PublishedPost, typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    vault = current_user.vault
    names = [(name.id, name.name) for name in pseudonyms.ring(vault) if not name.retired] if vault else []
    ticket = "" if vault else typed.get("ticket") or doors.new_ticket(now())
    return render_template(
        "moderation/report.html",
        post=shown,
        text=as_markup(shown.html),
        form=typed,
        errors=errors or {},
        reasons=[(found.id, found.label) for found in report_reasons()],
        names=[("", str(_("please do not tell me"))), *names],
        ticket=ticket,
        may_hide=current_user.is_staff,
    )


@reporting.get("/posts/<post_id>/hide")
@staff_only
def ask_hide(post_id: str) -> str:
    """The form to take a text from view at once: one reason, some words."""
    return _hide_page(_readable(post_id), {}, {})


def _hide_page(shown: PublishedPost, typed: dict[str, str], errors: dict[str, str]) -> str:
    revision = db.session.get_one(Revision, shown.revision_id)
    starters = [one for one in policy.starters() if "hide" in one.uses]
    return render_template(
        "moderation/hide.html",
        post=shown,
        text=as_markup(shown.html),
        revision_hash=revision.hash.hex(),
        reasons=[("", str(_("choose a reason"))), *((one.id, one.title) for one in starters)],
        starters=starters,
        form=typed,
        errors=errors,
    )


@reporting.post("/posts/<post_id>/hide")
@staff_only
def hide(post_id: str) -> Answer:
    """Take a text from view at once; one moderator suffices."""
    shown = _readable(post_id)
    words, rule = request.form.get("note", "").strip(), request.form.get("reason", "")
    problems = problems_in("hide", rule, words)
    if problems:
        return _hide_page(shown, {"reason": rule, "note": words}, problems), 422
    try:
        seen = bytes.fromhex(request.form.get("revision_hash", ""))
        with writing():
            choice = Choice("hide", rule, words)
            hidden = interventions.hide_at_once(moderator(), post_id, seen, choice, now())
            recent.remember(current_user.vault, hidden.id)
    except ValueError:
        abort(400)
    except OwnText:
        abort(404)
    except Stale:
        why = _("The text has changed or is gone since you read it.")
        raise Conflict(why, url_for("reading.thread", thread_id=shown.thread_id)) from None
    flash(_("Hidden. Its author is told, and a review waits in the reported lane."))
    return redirect(url_for("moderation.lanes"), 303)
