"""The desk: lanes, one review at a time, decisions, undo. HTTP only."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.publishing import NotScreened
from forum.circles.writing import Written, make_ready
from forum.content import label_of, reason, reasons
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.moderation import actions, effects, log, queries
from forum.moderation.card import card_page
from forum.moderation.forms import DecisionForm
from forum.moderation.models import LogEntry
from forum.moderation.rules import problems_of
from forum.screening import queue
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.web.access import staff_only
from forum.web.days import said_day
from forum.web.errors import Conflict

desk = Blueprint("moderation", __name__)

Answer = str | Response | tuple[str, int]
LOG_PAGE = 100


def moderator() -> actions.Moderator:
    """Who sits at the desk, with their own names so that they are left out of their own matters."""
    names = frozenset(name.id for name in pseudonyms.ring(current_user.vault))
    return actions.Moderator(current_user.staff.id, current_user.is_lead, names)


@desk.get("/moderation")
@staff_only
def lanes() -> str:
    """The lanes with their counts, what I hold, and what I can still undo."""
    at = now()
    staff_id = current_user.staff.id
    return render_template(
        "moderation/lanes.html",
        lanes=[_lane(count) for count in queries.lane_counts(at)],
        on_duty=shifts.is_on_duty(staff_id, at),
        duty_words=_("You are on duty.") if shifts.is_on_duty(staff_id, at) else _("You are off duty."),
        mine=[_held(review) for review in queries.held_by(staff_id, at)],
        recent=[_recent(decision) for decision in queries.last_decisions(staff_id, day_of(at))],
        machine=_machine(),
    )


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


def said_outcome(outcome: str) -> str:
    """A decision in one word."""
    return str(
        {
            "publish": _("Published"),
            "return": _("Returned"),
            "decline": _("Declined"),
            "propose": _("Proposed a version"),
            "hold": _("Held and talked"),
            "hide": _("Hidden"),
            "remove": _("Removed"),
            "escalate": _("Escalated"),
            "undo": _("Undone"),
        }.get(outcome, outcome)
    )


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
    lane = request.form.get("lane", "")
    threads = queries.own_threads(me.pseudonym_ids)
    with writing():
        review_id = actions.take_next(me, threads, now(), lane if lane in queries.LANES else "")
    if review_id is None:
        flash(_("Nothing waits for you right now. Thank you for looking."))
        return redirect(url_for("moderation.lanes"), 303)
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@desk.get("/moderation/reviews/<review_id>")
@staff_only
def review(review_id: str) -> str:
    """The card of one review."""
    return card_page(_card(review_id), moderator())


def _card(review_id: str) -> queries.Card:
    card = queries.card(review_id) if is_id(review_id) else None
    if card is None or card.review.thread_id in queries.own_threads(moderator().pseudonym_ids):
        abort(404)
    return card


@desk.post("/moderation/reviews/<review_id>/claim")
@staff_only
def claim(review_id: str) -> Response:
    """Take exactly this review."""
    _card(review_id)
    with writing():
        taken = actions.claim(moderator(), review_id, now())
    if not taken:
        raise Conflict(_("Somebody else has it, or it is decided."), url_for("moderation.lanes"))
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@desk.post("/moderation/reviews/<review_id>/keep")
@staff_only
def keep(review_id: str) -> Response:
    """Keep holding a review for another 20 minutes."""
    at = now()
    with writing():
        kept = actions.claim(moderator(), review_id, at)
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
        actions.release(moderator(), review_id)
    flash(_("You gave it back. It is free for somebody else."))
    return redirect(url_for("moderation.lanes"), 303)


@desk.post("/moderation/reviews/<review_id>/try_again")
@staff_only
def try_again(review_id: str) -> Response:
    """Let the machine read a text again that it could not read."""
    card = _card(review_id)
    with writing():
        queue.try_again(card.revision.id)
        nudge()
    return redirect(url_for("moderation.review", review_id=review_id), 303)


@desk.post(
    "/moderation/reviews/<review_id>/<any(publish,return,decline,hold,propose,escalate,hide,remove):act>"
)
@staff_only
def decide(review_id: str, act: str) -> Answer:
    """Decide. What is missing is said beside its field with everything kept."""
    card = _card(review_id)
    me = moderator()
    form = DecisionForm(request.form)
    if not form.validate():
        abort(400)
    words = _words(form)
    chosen = reason(form.reason.data)
    known = frozenset(found.id for found in reasons())
    problems = problems_of(act, form.reason.data, words, chosen.template if chosen else "", known)
    if problems:
        return _again(card, me, form, act, {p.field: said_problem(p.code) for p in problems})
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
    choice = actions.Choice(act, form.reason.data, words, note if act == "publish" else "", masked)
    return _decided(card, me, form, choice)


def _words(form: DecisionForm) -> str:
    passage = form.passage.data.strip()
    words = form.note.data.strip()
    return f"“{passage}”\n\n{words}" if passage and words else cast(str, words)


def _decided(card: queries.Card, me: actions.Moderator, form: DecisionForm, choice: actions.Choice) -> Answer:
    at = now()
    seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
    try:
        with writing():
            others = shifts.others_on_duty(me.staff_id, at)
            decision = actions.decide(me, card.review.id, seen, choice, at, others)
            nudge()
    except (actions.Stale, life.NotAllowed):
        raise Conflict(_changed(card, seen), url_for("moderation.review", review_id=card.review.id)) from None
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


def _changed(card: queries.Card, seen: actions.Seen) -> str:
    db.session.rollback()
    fresh = queries.card(card.review.id)
    if fresh is None or not fresh.review.open:
        return str(_("This review was decided or withdrawn meanwhile. Nothing was changed by your click."))
    if fresh.revision.hash != seen.hash:
        return str(_("The author has changed the text meanwhile. Please read the new version first."))
    return str(_("Something about this review changed meanwhile. Please look once more."))


def _again(
    card: queries.Card, me: actions.Moderator, form: DecisionForm, act: str, errors: dict[str, str]
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
    return redirect(url_for("moderation.lanes"), 303)


@desk.get("/moderation/log")
@staff_only
def log_page() -> str:
    """The log, newest first, with the verdict of the verifier."""
    before = request.args.get("before", "")
    wanted = db.select(LogEntry).order_by(LogEntry.place.desc()).limit(LOG_PAGE + 1)
    if before.isdecimal():
        wanted = wanted.where(LogEntry.place < int(before))
    entries = list(db.session.scalars(wanted))
    return render_template(
        "moderation/log.html",
        entries=[_entry(entry) for entry in entries[:LOG_PAGE]],
        older=url_for("moderation.log_page", before=entries[LOG_PAGE - 1].place)
        if entries[LOG_PAGE:]
        else None,
        fault=log.verify(current_settings().anchor_file),
    )


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "place": entry.place,
        "day": said_day(entry.day),
        "act": entry.act,
        "object": f"{entry.object_kind} {entry.object_id[:6]}",
        "rule": entry.rule,
    }
