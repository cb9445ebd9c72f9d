"""The team: shifts, the hand-over between them, and what each moderator chose for themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import shifts
from forum.moderation import notes, queries, wellbeing
from forum.moderation.views.desk import Answer
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.web.access import staff_only
from forum.web.days import said_day

team = Blueprint("team", __name__)

HOURS = (1, 2, 3, 4, 6, 8)


@team.get("/moderation/shifts")
@staff_only
def all_shifts() -> str:
    """Who is on duty when, my own shifts, and the last hand-overs."""
    return _page({}, {})


def _page(form: dict[str, str], errors: dict[str, str]) -> str:
    at = now()
    return render_template(
        "moderation/shifts.html",
        mine=[
            _shift(one.id, one.starts_at, one.ends_at) for one in shifts.planned(current_user.staff.id, at)
        ],
        all=[_shift(row.staff_name, row.starts_at, row.ends_at) for row in queries.shifts_ahead(at)],
        handovers=[_note(one) for one in notes.latest("handover", day_of(at), 5)],
        debriefs=[_note(one) for one in notes.latest("debrief", day_of(at), 5)],
        form=form or {"day": day_of(at).isoformat(), "start": "18:00", "hours": "2"},
        hours=[(str(count), ngettext("%(num)d hour", "%(num)d hours", count)) for count in HOURS],
        errors=errors,
    )


def _shift(name: str, starts_at: datetime, ends_at: datetime) -> SimpleNamespace:
    when = f"{starts_at:%d.%m. %H:%M} – {ends_at:%H:%M} UTC"
    return SimpleNamespace(id=name, name=name, when=when)


def _note(one: notes.Note) -> SimpleNamespace:
    return SimpleNamespace(words=one.words, by=one.by, day=said_day(one.day))


@team.post("/moderation/shifts")
@staff_only
def plan() -> Answer:
    """Set a shift to come. Authors see when somebody is there, never who."""
    form = {name: request.form.get(name, "") for name in ("day", "start", "hours")}
    try:
        starts = datetime.fromisoformat(f"{form['day']}T{form['start']}").replace(tzinfo=UTC)
        ends = starts + timedelta(hours=int(form["hours"]))
    except ValueError:
        return _page(form, {"day": _("Please give a day and a time.")}), 422
    try:
        with writing():
            shifts.plan(current_user.staff.id, starts, ends, now())
    except shifts.BadShift:
        return _page(form, {"day": _("A shift lies ahead and lasts twelve hours at most.")}), 422
    flash(_("Your shift is set."))
    return redirect(url_for("team.all_shifts"), 303)


@team.post("/moderation/shifts/<shift_id>/cancel")
@staff_only
def cancel(shift_id: str) -> Response:
    """Take back a shift of one's own."""
    with writing():
        shifts.cancel(current_user.staff.id, shift_id)
    flash(_("The shift is taken back."))
    return redirect(url_for("team.all_shifts"), 303)


@team.post("/moderation/notes")
@staff_only
def leave_note() -> Response:
    """Leave a hand-over, or the few words after a debrief."""
    kind, words = request.form.get("kind", ""), request.form.get("note", "").strip()
    if kind in notes.KINDS and (kind == "debrief" or words) and len(words) <= notes.LONGEST:
        with writing():
            if words:
                notes.leave(kind, current_user.staff.id, words, day_of(now()))
            if kind == "debrief":
                wellbeing.end_debriefs(current_user.vault)
        flash(_("Kept for the team, for 14 days.") if words else _("Thank you for talking about it."))
    return redirect(url_for("team.all_shifts"), 303)


def keys_wanted() -> dict[str, bool]:
    """Whether single keys work at the desk, for every page of it."""
    if not current_user.is_staff:
        return {}
    return {"keys": not (current_user.vault.about("settings", "keys") or {}).get("off")}


@team.get("/moderation/settings")
@staff_only
def settings() -> str:
    """Keys, softening, the sound, and what one leaves to others. It lies in one's own vault."""
    kept = current_user.vault.about("settings", "keys") or {}
    strain = wellbeing.strain_of(current_user.vault, now())
    return render_template(
        "moderation/settings.html",
        keys_on=not kept.get("off"),
        sound=bool(kept.get("sound")),
        softened=strain.softened,
        topics=[(topic, topic.replace("-", " ")) for topic in wellbeing.TOPICS],
        left_out=strain.left_out,
    )


@team.post("/moderation/settings")
@staff_only
def keep_settings() -> Response:
    """Keep what was chosen."""
    vault = current_user.vault
    keys = {"off": request.form.get("keys") != "yes", "sound": request.form.get("sound") == "yes"}
    with writing():
        vault.put_about("settings", "keys", keys)
        wellbeing.choose(
            vault, request.form.getlist("left_out"), softened=request.form.get("softened") == "yes"
        )
    flash(_("Kept. Only you can see it."))
    return redirect(url_for("team.settings"), 303)
