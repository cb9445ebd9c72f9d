"""Beside the decisions: pass over, note for the desk, strikes; and what members see of strikes."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import conversation, shifts
from forum.circles.content import open_words
from forum.circles.models import Decision, Review
from forum.circles.reviews import Changed
from forum.circles.views.words import day as said_until
from forum.content import reasons
from forum.members import pseudonyms, sanctions
from forum.moderation import claims, interventions, offering, policy, recent
from forum.moderation.actions import OwnText, Stale
from forum.moderation.card import is_talk
from forum.moderation.changed import words_back, words_in
from forum.moderation.rules import LONGEST_WORDS, SANCTIONS, Choice, problems_of
from forum.moderation.views.deciding import said_problem
from forum.moderation.views.desk import Answer, card_of, moderator
from forum.screening.care import read_care
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.web import limits
from forum.web.access import members_only, staff_only
from forum.web.errors import Conflict

measures = Blueprint("measures", __name__)


@measures.post("/moderation/reviews/<review_id>/skip")
@staff_only
def skip(review_id: str) -> Answer:
    """Pass a review over: it is not offered again for an hour. What was typed is shown for copying."""
    card, me, at = card_of(review_id), moderator(), now()
    comes_back = card.review.tier == offering.NEVER_LEFT and not shifts.others_on_duty(me.staff_id, at)
    with writing():
        claims.skip(me, review_id, at)
    said = _("Passed over. Somebody else can take it; you will not be offered it for an hour.")
    if comes_back:
        said = _("Passed over. Nobody else is on duty, so it comes back to you when it is late.")
    words = words_in(request.form)
    if words:
        return words_back(said, words)
    flash(said)
    return redirect(url_for("moderation.lanes"), 303)


@measures.post("/moderation/reviews/<review_id>/note")
@staff_only
def note(review_id: str) -> Response:
    """Leave a note on a review that only moderators read."""
    card_of(review_id)
    words = request.form.get("desk_note", "").strip()
    if words and len(words) <= LONGEST_WORDS:
        with writing():
            review = db.session.get_one(Review, review_id, with_for_update=True)
            conversation.say(review, "desk", words, now(), current_user.staff.id)
        flash(_("Noted, for moderators only."))
    shown = 1 if request.form.get("revealed") else None
    return redirect(url_for("moderation.review", review_id=review_id, reveal=shown, _anchor="talk"), 303)


def _may_be_sanctioned(review_id: str) -> None:
    """Words to the moderators are answered or closed and bring nobody a strike: there is nothing here."""
    if is_talk(card_of(review_id)):
        abort(404)


@measures.get("/moderation/reviews/<review_id>/sanction")
@staff_only
def ask_sanction(review_id: str) -> str:
    """The form to give a strike or to pause somebody's writing."""
    _may_be_sanctioned(review_id)
    return _sanction_page(review_id, {}, {})


@measures.post("/moderation/reviews/<review_id>/<any(strike,suspend):act>")
@staff_only
def give(review_id: str, act: str) -> Answer:
    """Give a strike or pause writing for some days, with a reason. It can be appealed."""
    _may_be_sanctioned(review_id)
    typed = {name: request.form.get(name, "").strip() for name in ("reason", "note", "days")}
    known = frozenset(found.id for found in reasons() if found.rule and "decline" in found.uses)
    starter = policy.starter(typed["reason"])
    problems = problems_of(act, typed["reason"], typed["note"], starter, known, policy.gaps())
    if problems:
        return _sanction_page(review_id, typed, {one.field: said_problem(one.code) for one in problems}), 422
    days = int(typed["days"]) if typed["days"].isdecimal() else 0
    if act == "suspend" and days not in interventions.SUSPENSIONS:
        return _sanction_page(review_id, typed, {"days": _("Please choose for how long.")}), 422
    try:
        with writing():
            choice = Choice(act, typed["reason"], typed["note"])
            given = interventions.sanction(moderator(), review_id, choice, days, now())
            recent.remember(current_user.vault, given.id)
    except interventions.NotForDistress:
        why = _("This text is under care, and nobody is punished for being in danger. Talk with its author.")
        return _sanction_page(review_id, typed, {"note": why}), 422
    except (OwnText, Stale):
        abort(404)
    flash(_("It is done, and the person is told. They can appeal."))
    return redirect(url_for("moderation.review", review_id=review_id), 303)


def _sanction_page(review_id: str, form: dict[str, str], errors: dict[str, str]) -> str:
    found = [(one.id, one.title) for one in reasons() if one.rule and "decline" in one.uses]
    return render_template(
        "moderation/sanction.html",
        review_id=review_id,
        form=form,
        errors=errors,
        reasons=[("", str(_("choose a reason"))), *found],
        days=[(days, ngettext("%(num)d day", "%(num)d days", days)) for days in interventions.SUSPENSIONS],
        strike_days=interventions.STRIKE_DAYS,
    )


@measures.get("/account/notes")
@members_only
def own_notes() -> str:
    """What moderators left on one's own names, why, until when, and the way to appeal."""
    return _notes_page({})


def _notes_page(errors: dict[str, str], words: str = "") -> str:
    names = {name.id: name.name for name in pseudonyms.ring(current_user.vault)}
    found = sanctions.active(names, day_of(now()))
    decisions = {
        row.id: row
        for row in db.session.scalars(
            db.select(Decision).where(Decision.id.in_([one.decision_id for one in found]))
        )
    }
    items = [_note(one, names, decisions.get(one.decision_id or "")) for one in found]
    return render_template("moderation/own_notes.html", notes=items, errors=errors, words=words)


def _note(one: sanctions.Active, names: dict[str, str], decision: Decision | None) -> SimpleNamespace:
    sealed = decision.sealed_words if decision else None
    appeal = conversation.appeal_of(decision.id) if decision else None
    return SimpleNamespace(
        name=names[one.pseudonym_id],
        is_pause=one.kind == "suspension",
        until=said_until(one.until),
        words=open_words(sealed, "decision", decision.id) if decision and sealed else "",
        decision_id=decision.id if decision else None,
        may_appeal=bool(decision and conversation.may_appeal(decision, now())),
        appeal=None if appeal is None else ("open" if appeal.open else "closed"),
    )


@measures.post("/account/notes/<decision_id>/appeal")
@members_only
@limits.report
def appeal(decision_id: str) -> Answer:
    """Ask for somebody else to decide about a strike or a pause."""
    own = {name.id for name in pseudonyms.ring(current_user.vault)}
    mine = {one.decision_id for one in sanctions.active(own, day_of(now()))}
    decision = db.session.get(Decision, decision_id) if is_id(decision_id) else None
    if decision is None or decision.id not in mine or decision.outcome not in SANCTIONS:
        abort(404)
    words = request.form.get("note", "").strip()
    if not words or len(words) > LONGEST_WORDS:
        problem = _("Please say in a few words what the next person should know.")
        return _notes_page({f"note-{decision_id}": problem}, words), 422
    tier = read_care(words).tier
    try:
        with writing():
            conversation.appeal(decision_id, words, now(), tier)
    except Changed:
        raise Conflict(
            _("It was appealed before, or its time is over."), url_for("measures.own_notes")
        ) from None
    flash(_("Your appeal is received. Somebody else will read it."))
    return redirect(url_for("measures.own_notes"), 303)
