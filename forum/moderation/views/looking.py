"""Looking again at what one person decided, and asking who stands behind an entry of the log."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forum.moderation import later, queries
from forum.moderation.actions import OwnText, Stale
from forum.moderation.card import text_of
from forum.moderation.views.desk import moderator
from forum.moderation.views.logbook import log_of
from forum.moderation.words import said_outcome
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.storage.types import is_id
from forum.web.access import leads_only, staff_only
from forum.web.days import said_day
from forum.web.errors import Conflict

looking = Blueprint("looking", __name__)


@looking.get("/moderation/alone")
@staff_only
def alone() -> str:
    """What others decided alone and nobody has looked at since."""
    me = moderator()
    rows = later.decided_alone(me, queries.own_threads(me.pseudonym_ids), day_of(now()))
    items = [
        SimpleNamespace(
            id=decision.id,
            review_id=review.id,
            what=said_outcome(decision.outcome),
            lane=decision.lane,
            tier=decision.tier,
            circle=circle,
            day=said_day(decision.day),
        )
        for decision, review, circle in rows
    ]
    return render_template("moderation/alone.html", items=items)


@looking.post("/moderation/alone/<decision_id>")
@staff_only
def looked(decision_id: str) -> Response:
    """Note that I have looked at it; what I would decide otherwise I hide, undo or take to a lead."""
    if not is_id(decision_id):
        abort(404)
    try:
        with writing():
            later.look(moderator(), decision_id, now())
    except (Stale, OwnText):
        abort(404)
    flash(_("Noted. Thank you for the second pair of eyes."))
    return redirect(url_for("looking.alone"), 303)


@looking.get("/moderation/second-look")
@staff_only
def second_look() -> str:
    """A text that somebody else decided about, without what was decided. What would I do?"""
    me, after = moderator(), request.args.get("after", "")
    own = queries.own_threads(me.pseudonym_ids)
    found = later.next_second_look(me, own, day_of(now()), after if is_id(after) else "")
    card = queries.card(found.Review.id) if found else None
    if found is None or card is None:
        return render_template("moderation/second_look.html", decision_id=None, text=None)
    here = url_for("looking.second_look", after=after or None, reveal=1)
    return render_template(
        "moderation/second_look.html",
        decision_id=found.Decision.id,
        text=text_of(card, is_marked=False),
        reveal_path=here,
        choices=[(name, _said_would(name)) for name in later.SECOND_LOOKS],
    )


def _said_would(outcome: str) -> str:
    return str({"publish": _("Publish"), "return": _("Return"), "decline": _("Decline")}[outcome])


@looking.post("/moderation/second-look/<decision_id>")
@staff_only
def say_second_look(decision_id: str) -> Response:
    """Say what I would have decided, and learn what was."""
    if not is_id(decision_id):
        abort(404)
    me, outcome = moderator(), request.form.get("outcome", "")
    try:
        with writing():
            own = queries.own_threads(me.pseudonym_ids)
            before = later.say_second_look(me, own, decision_id, outcome, now())
            review_id, was = before.review_id, before.outcome
    except Stale:
        raise Conflict(_("Somebody has looked already."), url_for("looking.second_look")) from None
    if was == outcome:
        flash(_("You two would decide alike. Thank you for the second pair of eyes."))
        return redirect(url_for("looking.second_look"), 303)
    said = _("You would decide otherwise: this was %(what)s.", what=said_outcome(was).lower())
    flash(f"{said} {_('Here is its card: leave a note for the others, or tell a lead.')}", "warm")
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@looking.post("/moderation/log/who")
@leads_only
def who() -> str:
    """The staff name behind one entry; the question itself is written down."""
    with writing():
        name = later.who_did(moderator(), request.form.get("entry", ""), now())
    if name is None:
        abort(404)
    said = _("It was %(name)s.", name=name) if name else _("It was somebody who has no role here any more.")
    return log_of("", f"{said} {_('That you asked stands in the log.')}")
