"""The desk: lanes, one review at a time, decisions, undo. HTTP only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.care.panel import aftercare
from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.content import open_content
from forum.circles.models import Review
from forum.jobs.nudge import nudge
from forum.members import marks, pseudonyms
from forum.moderation import (
    alerts,
    claims,
    later,
    notes,
    offering,
    queries,
    recent,
    reports,
    watch,
    wellbeing,
)
from forum.moderation.card import card_page, clock_words
from forum.moderation.changed import words_back, words_in
from forum.moderation.offering import Moderator, Wanted
from forum.moderation.words import said_kind, said_outcome
from forum.screening import queue
from forum.storage.clock import day_of, now
from forum.storage.database import AnyRow, db, writing
from forum.storage.sealing import CannotOpen
from forum.storage.types import is_id
from forum.text.render import excerpt
from forum.web.access import staff_only
from forum.web.days import said_day, said_minutes
from forum.web.errors import Conflict

desk = Blueprint("moderation", __name__)

Answer = str | Response | tuple[str, int]


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
    until = shifts.on_duty_until(staff_id, at)
    last = recent.ids(current_user.vault)
    own = queries.own_threads(me.pseudonym_ids)
    counts = queries.lane_counts(at, offering.may_see(me, own))
    return render_template(
        "moderation/lanes.html",
        lanes=[_lane(count, at) for count in counts],
        on_duty=until is not None,
        duty_words=_duty_words(until),
        hours=[(n, ngettext("for %(num)d hour", "for %(num)d hours", n)) for n in shifts.OPEN_HOURS],
        usual_hours=shifts.USUAL_HOURS,
        heavy=strain.heavy,
        rest=_rest(strain),
        debrief=_(aftercare()["debrief"]) if strain.debriefs else None,
        handover=notes.latest("handover", day_of(at)),
        alert_failed=_alert_failed(),
        cares=care_waits(counts),
        sound=bool((current_user.vault.about("settings", "keys") or {}).get("sound")),
        is_lead=me.is_lead,
        mine=[_held(row, at) for row in queries.held_by(staff_id, at)],
        recent=[_recent(row, at) for row in queries.last_decisions(staff_id, day_of(at), last)],
        machine=_machine(),
        paused=_paused(),
        alone=later.count_alone(me, own, day_of(at)),
    )


def _duty_words(until: datetime | None) -> str:
    if until is None:
        return str(_("You are off duty."))
    return str(_("You are on duty until %(time)s.", time=f"{until:%H:%M} UTC"))


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


def _lane(count: queries.LaneCount, at: datetime) -> dict[str, Any]:
    first = clock_words(count.first_due, at)[0] if count.first_due and count.waiting else None
    return {
        "name": count.name,
        "waiting": count.waiting,
        "late": count.late,
        "held": count.held,
        "answered": count.answered,
        "first_due": first,
    }


def _held(row: AnyRow, at: datetime) -> dict[str, Any]:
    review, circle = row
    words, look = clock_words(review.due_at, at)
    return {
        "id": review.id,
        "lane": review.lane,
        "tier": review.tier,
        "summary": f"{said_kind(review.kind)} · {circle}",
        "clock": words,
        "clock_look": look,
        "until": f"{review.claimed_until:%H:%M} UTC",
    }


def _recent(row: AnyRow, at: datetime) -> dict[str, Any]:
    """What was decided, with enough of the text to know it again; a heavy one shows only its name."""
    decision, review, revision, circle = row
    try:
        content = open_content(revision)
        beginning = (content.title or excerpt(content.plain, 50)) if not wellbeing.is_heavy(review) else ""
        about = f"{content.name}: {beginning}" if beginning else content.name
    except CannotOpen:
        about = ""
    told = f"{revision.grace_until:%H:%M} UTC" if life.is_in_grace(revision.grace_until, at) else None
    return {
        "id": decision.id,
        "review_id": review.id,
        "what": _said_done(decision.outcome, review.circle_id),
        "about": about,
        "circle": circle,
        "day": said_day(decision.day),
        "told": told,
    }


def _said_done(outcome: str, circle_id: str) -> str:
    is_closed = outcome == "publish" and circle_id == life.TALK
    return str(_("Closed")) if is_closed else said_outcome(outcome)


def _paused() -> str | None:
    """What is paused, so that nobody forgets a valve."""
    count = len(watch.paused_circles())
    said = []
    if count:
        said.append(
            ngettext(
                "New threads are paused in %(num)d circle.",
                "New threads are paused in %(num)d circles.",
                count,
            )
        )
    if watch.joining_paused():
        said.append(_("Joining is paused."))
    return " ".join(said) or None


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
    if _hands_full(me.staff_id):
        flash(_("You hold three heavy ones already. Please decide one or give it back first."), "warm")
        return redirect(url_for("moderation.lanes"), 303)
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


def _hands_full(staff_id: str) -> bool:
    """Whether somebody holds so many heavy reviews that others wait for them."""
    held = (review for review, _circle in queries.held_by(staff_id, now()))
    return sum(wellbeing.is_heavy(review) for review in held) >= claims.MOST_HEAVY


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
    answer: Response = redirect(url_for("moderation.review", review_id=review_id), 303)
    if request.form.get("open"):  # an open page only wants to know until when
        answer = Response(status=204)
    answer.headers["X-Kept-Until"] = f"{at + life.LEASE:%H:%M} UTC"
    return answer


@desk.post("/moderation/reviews/<review_id>/release")
@staff_only
def release(review_id: str) -> Answer:
    """Give a review back; words that were typed are shown for copying."""
    with writing():
        claims.release(moderator(), review_id)
    said, words = _("You gave it back. It is free for somebody else."), words_in(request.form)
    if words:
        return words_back(said, words)
    flash(said)
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


@desk.post("/moderation/duty")
@staff_only
def duty() -> Response:
    """Go on duty for some hours, or off. Authors see whether somebody is there, never who."""
    at = now()
    with writing():
        if request.form.get("on") == "yes":
            typed = request.form.get("hours", "")
            hours = int(typed) if typed in map(str, shifts.OPEN_HOURS) else shifts.USUAL_HOURS
            shifts.start_now(current_user.staff.id, at, hours)
        else:
            shifts.end_now(current_user.staff.id, at)
            wellbeing.end_shift(current_user.vault)
    return redirect(url_for("moderation.lanes"), 303)
