"""The desk: lanes, one review at a time, decisions, undo. HTTP only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.care.panel import aftercare, is_edited
from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.models import Review
from forum.circles.publishing import NotScreened
from forum.circles.writing import Written, make_ready
from forum.content import label_of, reasons
from forum.jobs.nudge import nudge
from forum.members import marks, pseudonyms
from forum.moderation import (
    actions,
    alerts,
    claims,
    effects,
    interventions,
    notes,
    offering,
    policy,
    queries,
    recent,
    reports,
    wellbeing,
)
from forum.moderation.card import card_page
from forum.moderation.changed import changed_page
from forum.moderation.forms import DecisionForm
from forum.moderation.offering import Moderator, Wanted
from forum.moderation.rules import OUTCOMES, problems_of
from forum.moderation.words import said_outcome
from forum.screening import queue
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.web.access import staff_only
from forum.web.days import said_day, said_minutes
from forum.web.errors import Conflict

desk = Blueprint("moderation", __name__)

Answer = str | Response | tuple[str, int]
NOTED = ("publish", "annotate", "overturn")


def moderator() -> Moderator:
    """Who sits at the desk, with their own names so that they are left out of their own matters."""
    vault = current_user.vault
    vault.preload([pseudonyms.KIND, marks.KIND], [wellbeing.PLACE, recent.PLACE])
    strain = wellbeing.strain_of(vault, now())
    return Moderator(
        current_user.staff.id,
        current_user.is_lead,
        frozenset(name.id for name in pseudonyms.ring(vault)),
        reports.reported_by(vault),
        strain.left_out,
        offering.others_with_a_role(current_user.staff.id) == 0,
        strain.wants_light,
    )


@desk.get("/moderation")
@staff_only
def lanes() -> str:
    """The lanes with their counts, what I hold, and what I can still undo."""
    at = now()
    me = moderator()
    staff_id = me.staff_id
    strain = wellbeing.strain_of(current_user.vault, at)
    on_duty = shifts.is_on_duty(staff_id, at)
    last = recent.ids(current_user.vault)
    seen = offering.may_see(me, queries.own_threads(me.pseudonym_ids))
    counts = queries.lane_counts(at, seen)
    return render_template(
        "moderation/lanes.html",
        lanes=[_lane(count) for count in counts],
        on_duty=on_duty,
        duty_words=_("You are on duty.") if on_duty else _("You are off duty."),
        heavy=strain.heavy,
        rest=_rest(strain),
        debrief=_(aftercare()["debrief"]) if strain.debriefs else None,
        handover=notes.latest("handover", day_of(at)),
        alert_failed=_alert_failed(),
        cares=care_waits(counts),
        sound=bool((current_user.vault.about("settings", "keys") or {}).get("sound")),
        is_lead=me.is_lead,
        mine=[_held(review) for review in queries.held_by(staff_id, at)],
        recent=[_recent(decision) for decision in queries.last_decisions(staff_id, day_of(at), last)],
        machine=_machine(),
    )


def _rest(strain: wellbeing.Strain) -> str | None:
    if not strain.wants_light:
        return None
    return str(
        _("You have read five heavy ones in a row. Stand up, drink something. The next one will be light.")
    )


def _alert_failed() -> str | None:
    trouble = alerts.trouble()
    if trouble is None:
        return None
    since = said_minutes(max(1, int((now() - trouble.since).total_seconds() // 60)))
    return str(_("The alert to the operator has failed for %(since)s: %(why)s", since=since, why=trouble.why))


def care_waits(counts: list[queries.LaneCount]) -> int:
    """How many texts wait in the care lane for who looks."""
    return sum(count.waiting for count in counts if count.name == "care")


@desk.get("/moderation/bell")
@staff_only
def bell() -> Response:
    """How many texts wait for care, for a desk that lies open. Asking does not count as being there."""
    g.no_renewal = True
    me = moderator()
    seen = offering.may_see(me, queries.own_threads(me.pseudonym_ids))
    return Response(str(care_waits(queries.lane_counts(now(), seen))), mimetype="text/plain")


def _lane(count: queries.LaneCount) -> dict[str, Any]:
    first = f"{count.first_due:%H:%M} UTC" if count.first_due and count.waiting else None
    return {
        "name": count.name,
        "waiting": count.waiting,
        "late": count.late,
        "held": count.held,
        "first_due": first,
    }


def _held(review: Any) -> dict[str, Any]:
    return {
        "id": review.id,
        "lane": review.lane,
        "tier": review.tier,
        "summary": _("A review in your hands"),
        "until": f"{review.claimed_until:%H:%M} UTC",
    }


def _recent(decision: Any) -> dict[str, Any]:
    return {"id": decision.id, "what": said_outcome(decision.outcome), "day": said_day(decision.day)}


def _machine() -> str | None:
    pending = queue.count_pending()
    if not pending:
        return None
    return str(ngettext("%(num)d text is not scored yet.", "%(num)d texts are not scored yet.", pending))


@desk.post("/moderation/next")
@staff_only
def next_review() -> Response:
    """Take the most urgent free review."""
    me = moderator()
    threads = queries.own_threads(me.pseudonym_ids)
    wanted = wanted_of(request.form)
    with writing():
        review_id = claims.take_next(me, threads, now(), wanted=wanted)
        if review_id is not None:
            wellbeing.count(current_user.vault, db.session.get_one(Review, review_id), now())
    if review_id is None:
        flash(_("Nothing waits for you right now. Thank you for looking."))
        return redirect(url_for("moderation.lanes"), 303)
    return redirect(url_for("moderation.review", review_id=review_id), 303)


def wanted_of(form: Mapping[str, str]) -> Wanted:
    """What somebody chose to see of the queue; what is unknown is left out."""
    lane, circle_id, age = form.get("lane", ""), form.get("circle", ""), form.get("age", "")
    return Wanted(
        lane if lane in queries.LANES else "",
        circle_id if is_id(circle_id) else "",
        "unread" if form.get("language") == "unread" else "",
        int(age) if age.isdecimal() and len(age) < 4 else 0,
    )


@desk.get("/moderation/reviews/<review_id>")
@staff_only
def review(review_id: str) -> str:
    """The card of one review."""
    return card_page(card_of(review_id), moderator())


def card_of(review_id: str) -> queries.Card:
    """The card of a review that who asks may see; any other answers that there is nothing here."""
    card = queries.card(review_id) if is_id(review_id) else None
    me = moderator()
    if card is None or card.review.thread_id in queries.own_threads(me.pseudonym_ids):
        abort(404)
    if card.review.kind == "report" and card.review.revision_id in me.reported:
        abort(404)
    return card


@desk.post("/moderation/reviews/<review_id>/claim")
@staff_only
def claim(review_id: str) -> Response:
    """Take exactly this review."""
    card_of(review_id)
    with writing():
        taken = claims.claim(moderator(), review_id, now())
        if taken:
            wellbeing.count(current_user.vault, db.session.get_one(Review, review_id), now())
    if not taken:
        raise Conflict(_("Somebody else has it, or it is decided."), url_for("moderation.lanes"))
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@desk.post("/moderation/reviews/<review_id>/keep")
@staff_only
def keep(review_id: str) -> Response:
    """Keep holding a review for another 20 minutes."""
    card_of(review_id)
    at = now()
    with writing():
        kept = claims.claim(moderator(), review_id, at)
    if not kept:
        raise Conflict(_("Somebody else has it, or it is decided."), url_for("moderation.lanes"))
    answer = redirect(url_for("moderation.review", review_id=review_id), 303)
    answer.headers["X-Kept-Until"] = f"{at + life.LEASE:%H:%M} UTC"
    return answer


@desk.post("/moderation/reviews/<review_id>/release")
@staff_only
def release(review_id: str) -> Response:
    """Give a review back."""
    with writing():
        claims.release(moderator(), review_id)
    flash(_("You gave it back. It is free for somebody else."))
    return redirect(url_for("moderation.lanes"), 303)


@desk.post("/moderation/reviews/<review_id>/try_again")
@staff_only
def try_again(review_id: str) -> Response:
    """Let the machine read a text again that it could not read."""
    card = card_of(review_id)
    with writing():
        queue.try_again(card.revision.id)
        nudge()
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@desk.post("/moderation/reviews/<review_id>/<any({}):act>".format(",".join(OUTCOMES)))
@staff_only
def decide(review_id: str, act: str) -> Answer:
    """Decide. What is missing is said beside its field with everything kept."""
    card = card_of(review_id)
    me = moderator()
    form = DecisionForm(request.form)
    if not form.validate():
        abort(400)
    words = _words(form)
    known = frozenset(found.id for found in reasons())
    problems = problems_of(act, form.reason.data, words, policy.starter(form.reason.data), known)
    if problems:
        return _again(card, me, form, act, {p.field: said_problem(p.code) for p in problems})
    if words and not is_edited(words):
        return _again(card, me, form, act, {"note": said_problem("edit the template")})
    masked: Written | None = None
    if act == "propose":
        try:
            masked = make_ready(
                form.title.data,
                form.body.data,
                card.content.note if card.content else "",
                is_opening=card.post.is_opening,
            )
        except TextRefused as refused:
            return _again(card, me, form, act, {refused.field: refused.message})
    note = form.content_note.data if label_of(form.content_note.data) != form.content_note.data else ""
    if act == "annotate" and not note:
        return _again(card, me, form, act, {"content_note": _("Please choose the note.")})
    choice = actions.Choice(act, form.reason.data, words, note if act in NOTED else "", masked)
    return _decided(card, me, form, choice)


def _words(form: DecisionForm) -> str:
    passage = form.passage.data.strip()
    words = form.note.data.strip()
    return f"“{passage}”\n\n{words}" if passage and words else cast(str, words)


def _decided(card: queries.Card, me: Moderator, form: DecisionForm, choice: actions.Choice) -> Answer:
    at = now()
    seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
    try:
        with writing():
            others = shifts.others_on_duty(me.staff_id, at)
            decision = interventions.decide_appeal(me, card.review.id, seen, choice, at, others)
            wellbeing.ask_for_debrief(current_user.vault, card.review)
            if decision is not None:
                recent.remember(current_user.vault, decision.id)
            nudge()
    except (actions.Stale, life.NotAllowed):
        return changed_page(card, seen), 409
    except actions.OwnText:
        abort(404)
    except actions.TooEarly:
        why = _("A second person is wanted first. You can complete it alone after 30 minutes.")
        return _again(card, me, form, choice.outcome, {"note": why})
    except NotScreened:
        why = _("It is not scored yet. Publishing needs the finished screening.")
        return _again(card, me, form, choice.outcome, {"note": why})
    except effects.Blocked:
        why = _("Another version of this post is hidden or reported. Please decide about that one first.")
        return _again(card, me, form, choice.outcome, {"note": why})
    if decision is None:
        flash(_("Your voice is kept. A second person will look as well."))
    else:
        flash(said_outcome(choice.outcome) + ".")
    return redirect(url_for("moderation.lanes"), 303)


def _again(
    card: queries.Card, me: Moderator, form: DecisionForm, act: str, errors: dict[str, str]
) -> tuple[str, int]:
    db.session.rollback()
    fresh = queries.card(card.review.id) or card
    return card_page(fresh, me, {**form.data, "act": act}, errors), 422


def said_problem(code: str) -> str:
    """What is missing in a decision, in words for the moderator."""
    return str(
        {
            "unknown outcome": _("This is not a decision."),
            "choose a rule": _("Please choose the reason."),
            "write a reason": _("Please write to the author in your own words; a sentence is enough."),
            "too long": _("That is too long."),
            "edit the template": _("Please make the starter text your own first."),
        }[code]
    )


@desk.post("/moderation/decisions/<decision_id>/undo")
@staff_only
def undo(decision_id: str) -> Response:
    """Reverse a decision by a further one."""
    if not is_id(decision_id):
        abort(404)
    try:
        with writing():
            actions.undo(moderator(), decision_id, now())
    except actions.CannotUndo as refused:
        why = {
            "the author acted": _("The author has acted on it already, so it can no longer be undone."),
            "undone before": _("It was undone before."),
        }.get(refused.args[0], _("It has moved on, so it can no longer be undone."))
        raise Conflict(why, url_for("moderation.lanes")) from None
    except (actions.Stale, actions.OwnText):
        abort(404)
    flash(_("Undone. It is as it was before."))
    return redirect(url_for("moderation.lanes"), 303)


@desk.post("/moderation/duty")
@staff_only
def duty() -> Response:
    """Go on or off duty. Authors see whether somebody is there, never who."""
    at = now()
    with writing():
        if request.form.get("on") == "yes":
            shifts.start_now(current_user.staff.id, at)
        else:
            shifts.end_now(current_user.staff.id, at)
            wellbeing.end_shift(current_user.vault)
    return redirect(url_for("moderation.lanes"), 303)
