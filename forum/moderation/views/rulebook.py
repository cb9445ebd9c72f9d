"""What leads decide, each with a reason and a history: figures, starter texts, the watch list, valves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import queries as circles
from forum.circles.invitations import NotInvited
from forum.circles.reviews import Changed
from forum.content import reasons
from forum.moderation import numbers, policy, watch
from forum.moderation.views.desk import Answer
from forum.screening.lanes import THRESHOLDS
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.storage.types import is_id
from forum.web.access import leads_only
from forum.web.days import said_day

rulebook = Blueprint("rulebook", __name__)


@rulebook.get("/moderation/policy")
@leads_only
def overview() -> str:
    """Everything that leads can set, with what counts now."""
    names = [*(f"threshold.{label}" for label in THRESHOLDS), *policy.DUE, policy.WATCH, policy.JOINING]
    return render_template(
        "moderation/policy.html",
        figures=[SimpleNamespace(name=name, value=_said(name, policy.value_of(name))) for name in names],
        starters=[SimpleNamespace(name=f"template.{one.id}", title=one.title) for one in reasons()],
        circles=circles.circles(),
    )


@rulebook.get("/moderation/policy/<name>")
@leads_only
def one(name: str) -> str:
    """One policy: what counts, what past decisions say, and every earlier version with its reason."""
    return _page(name, {"value": _said(name, _value(name)), "why": ""}, {})


def _value(name: str) -> Any:
    try:
        return policy.value_of(name)
    except KeyError:
        abort(404)


def _page(name: str, form: dict[str, str], errors: dict[str, str], tried: numbers.Cut | None = None) -> str:
    now_counts = _value(name)
    scores = _scores(name)
    return render_template(
        "moderation/policy_one.html",
        name=name,
        is_long=name.startswith("template.") or name in (policy.WATCH, policy.JOINING),
        form=form,
        errors=errors,
        present=numbers.cut_at(now_counts, scores) if scores else None,
        tried=tried,
        best=numbers.best_cut(scores),
        decided=len(scores),
        fewest=numbers.FEWEST,
        history=[
            SimpleNamespace(
                version=v.version, value=_said(name, v.value), reason=v.reason, day=said_day(v.day)
            )
            for v in policy.history(name)
        ],
    )


def _scores(name: str) -> list[tuple[float, bool, bool]]:
    kind, _dot, label = name.partition(".")
    return numbers.past_scores(label, day_of(now())) if kind == "threshold" else []


@rulebook.post("/moderation/policy/<name>")
@leads_only
def choose(name: str) -> Answer:
    """Set a policy anew; with `look`, only show what past decisions say about it."""
    _value(name)
    form = {"value": request.form.get("value", "").strip(), "why": request.form.get("why", "").strip()}
    value = _read(name, form["value"])
    if value is None:
        return _page(name, form, {"value": _("This value cannot be set.")}), 422
    if request.form.get("look") and name.startswith("threshold."):
        return _page(name, form, {}, numbers.cut_at(value, _scores(name)))
    try:
        with writing():
            policy.choose(name, value, form["why"], current_user.staff.id, day_of(now()))
    except policy.BadPolicy as bad:
        words = {
            "reason": _("Please say why, so that others can follow it later."),
            "value": _("This value cannot be set."),
        }
        return _page(name, form, {"why" if bad.args[0] == "reason" else "value": words[bad.args[0]]}), 422
    flash(_("It counts from now on."))
    return redirect(url_for("rulebook.one", name=name), 303)


def _read(name: str, typed: str) -> Any:
    """What was typed as a value of this policy, or None."""
    kind = name.partition(".")[0]
    try:
        if kind == "threshold":
            return float(typed)
        if kind == "due":
            return int(typed)
    except ValueError:
        return None
    return _watch_list(typed) if name == policy.WATCH else typed


def _watch_list(typed: str) -> list[dict[str, str]] | None:
    """One phrase a line, `care:` before those for the care lane."""
    found = []
    for line in filter(None, map(str.strip, typed.splitlines())):
        level, colon, phrase = line.partition(":")
        if colon and level.strip() in policy.LEVELS:
            found.append({"level": level.strip(), "phrase": phrase.strip()})
        else:
            found.append({"level": "look", "phrase": line})
    return found if all(len(one["phrase"]) >= 2 for one in found) else None


def _said(name: str, value: Any) -> str:
    if name == policy.WATCH:
        return "\n".join(f"{one['level']}: {one['phrase']}" for one in value)
    return str(value)


@rulebook.post("/moderation/valves")
@leads_only
def turn() -> Response:
    """Pause new threads in one circle or all, with words for who comes, or open them again."""
    circle_id, words = request.form.get("circle", ""), request.form.get("message", "").strip()
    if (circle_id and not is_id(circle_id)) or len(words) > 500:
        abort(400)
    with writing():
        watch.pause_threads(circle_id or None, words, current_user.staff.id, day_of(now()))
    flash(_("Paused. What needs care is always taken.") if words else _("Open again."))
    return redirect(url_for("rulebook.overview"), 303)


@rulebook.post("/moderation/circles/<circle_id>/days")
@leads_only
def keep_for_days(circle_id: str) -> Response:
    """Say for how many days a circle by invitation keeps posts. Fewer is always possible, more is not."""
    typed = request.form.get("days", "")
    days = int(typed) if typed.isdecimal() and len(typed) < 4 else None
    try:
        with writing():
            watch.keep_posts_for(circle_id, days, current_user.staff.id, day_of(now()))
    except NotInvited:
        abort(404)
    except Changed:
        flash(_("Members were told a number when they wrote, so posts cannot stay longer than that."))
    else:
        flash(_("The circle and its forms say so now."))
    return redirect(url_for("entering.codes"), 303)
