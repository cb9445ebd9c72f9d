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

LOOKED_FIRST = ("threshold.", "due.")
"""Figures whose effect is shown before they count."""


@rulebook.get("/moderation/policy")
@leads_only
def overview() -> str:
    """Everything that leads can set, with what counts now."""
    thresholds = [f"threshold.{label}" for label in THRESHOLDS]
    names = [*thresholds, *policy.DUE, policy.WATCH, policy.JOINING]
    return render_template(
        "moderation/policy.html",
        figures=[
            SimpleNamespace(name=name, value=_said(name, policy.value_of(name)), trial=_trial_value(name))
            for name in names
        ],
        starters=[(said, [one for one in reasons() if use in one.uses]) for use, said in _uses()],
        circles=circles.circles(),
        paused=watch.paused_circles(),
    )


def _uses() -> list[tuple[str, str]]:
    return [("return", _("To return")), ("decline", _("To decline")), ("hide", _("To hide or remove"))]


def _trial_value(name: str) -> str | None:
    """The value of a threshold that is on trial, in figures."""
    kind, _dot, label = name.partition(".")
    trial = policy.on_trial(label) if kind == "threshold" else None
    return f"{trial.value:.2f}" if trial else None


@rulebook.get("/moderation/policy/<name>")
@leads_only
def one(name: str) -> str:
    """One policy: what counts, what past decisions say, and every earlier version with its reason."""
    return _page(name, {"value": _said(name, _value(name)), "why": ""}, {})


def _value(name: str) -> Any:
    if name.startswith(policy.TRIAL):
        abort(404)
    try:
        return policy.value_of(name)
    except KeyError:
        abort(404)


def _page(name: str, form: dict[str, str], errors: dict[str, str], looked: float | None = None) -> str:
    now_counts = _value(name)
    scores = _scores(name)
    versions = policy.history(name)
    return render_template(
        "moderation/policy_one.html",
        name=name,
        is_long=name.startswith("template.") or name in (policy.WATCH, policy.JOINING, policy.RULES),
        form=form,
        errors=errors,
        present=numbers.cut_at(now_counts, scores) if scores else None,
        tried=numbers.cut_at(looked, scores) if looked is not None else None,
        late=_late(name, [now_counts, looked]),
        present_value=_said(name, now_counts),
        bounds=_bounds(name),
        grounds=_grounds(name),
        looked_first=name.startswith(LOOKED_FIRST),
        looked=looked,
        trial=_trial(name, now_counts),
        best=numbers.best_cut(scores),
        decided=len(scores),
        fewest=numbers.FEWEST,
        wait=_wait(name),
        history=[
            SimpleNamespace(
                version=v.version, value=_said(name, v.value), reason=v.reason, day=said_day(v.day)
            )
            for v in versions
        ],
        as_it_came=_said(name, policy.default_of(name)) if versions else None,
    )


def _grounds(name: str) -> str | None:
    """Why a threshold stands where it came."""
    kind, _dot, label = name.partition(".")
    return THRESHOLDS[label].reason if kind == "threshold" else None


def _bounds(name: str) -> str:
    """What can be set, in words."""
    if not name.startswith("due."):
        return str(_("From 0.05 to 1."))
    most = policy.longest_due(name)
    return str(_("Minutes, from %(least)s to %(most)s.", least=policy.SHORTEST_DUE, most=most))


def _late(name: str, minutes: list[Any]) -> list[numbers.Late]:
    """What due times would have made of the last weeks in their lane: the present one, then the looked at."""
    if not name.startswith("due."):
        return []
    lane, today = name.split(".")[1], day_of(now())
    found = [numbers.late_with(lane, int(one), today) for one in minutes if one is not None]
    return [one for one in found if one is not None]


def _scores(name: str) -> list[tuple[float, bool, bool]]:
    kind, _dot, label = name.partition(".")
    return numbers.past_scores(label, day_of(now())) if kind == "threshold" else []


def _trial(name: str, present: Any) -> numbers.Trial | None:
    """What a threshold on trial would have done since its first day."""
    kind, _dot, label = name.partition(".")
    trial = policy.on_trial(label) if kind == "threshold" else None
    if trial is None:
        return None
    today = day_of(now())
    scores = numbers.past_scores(label, today, trial.day)
    return numbers.trial_of(trial.value, present, trial.day, today, scores)


def _wait(name: str) -> numbers.LaneWait | None:
    """How long the lane of a due time took lately."""
    if not name.startswith("due."):
        return None
    lane = name.split(".")[1]
    return next(one for one in numbers.waits_by_lane(day_of(now())) if one.lane == lane)


@rulebook.post("/moderation/policy/<name>")
@leads_only
def choose(name: str) -> Answer:
    """Set a policy anew. Figures are looked at first; a threshold may be tried beside the one that counts."""
    _value(name)
    form = {"value": request.form.get("value", "").strip(), "why": request.form.get("why", "").strip()}
    value = _read(name, form["value"])
    if value is None:
        return _page(name, form, {"value": _("This value cannot be set.")}), 422
    is_threshold = name.startswith("threshold.")
    if name.startswith(LOOKED_FIRST) and request.form.get("looked") != form["value"]:
        return _look(name, form, value)
    label, on_trial = name.removeprefix("threshold."), is_threshold and bool(request.form.get("trial"))
    set_name = policy.TRIAL + label if on_trial else name
    try:
        policy.check(set_name, value)
        with writing():
            policy.choose(set_name, value, form["why"], current_user.staff.id, day_of(now()))
            if is_threshold and not on_trial and policy.on_trial(label):
                policy.choose(
                    policy.TRIAL + label, policy.NO_TRIAL, form["why"], current_user.staff.id, day_of(now())
                )
    except policy.BadPolicy as bad:
        errors = {"why" if bad.args[0] == "reason" else "value": _said_bad(bad.args[0])}
        return _page(name, form, errors, value if is_threshold else None), 422
    flash(_("It is tried from now on and changes nothing.") if on_trial else _("It counts from now on."))
    return redirect(url_for("rulebook.one", name=name), 303)


def _look(name: str, form: dict[str, str], value: Any) -> Answer:
    """What a figure would do, before it counts; one that cannot be set is refused at once."""
    try:
        policy.check(name, value)
    except policy.BadPolicy:
        return _page(name, form, {"value": f"{_said_bad('value')} {_bounds(name)}"}), 422
    return _page(name, form, {}, value)


@rulebook.post("/moderation/policy/<name>/back")
@leads_only
def put_back(name: str) -> Response:
    """Let an earlier version count again."""
    _value(name)
    typed = request.form.get("version", "")
    if not typed.isdecimal() or len(typed) > 6:
        abort(400)
    why = _("Put back as it was in version %(count)s.", count=typed)
    if int(typed) == policy.AS_IT_CAME:
        why = _("Put back as it came with the forum.")
    try:
        with writing():
            policy.put_back(name, int(typed), str(why), current_user.staff.id, day_of(now()))
    except KeyError:
        abort(404)
    except policy.BadPolicy:
        flash(_("That value cannot be set any more."), "warm")
    else:
        flash(_("It is as it was, and counts from now on."))
    return redirect(url_for("rulebook.one", name=name), 303)


def _said_bad(problem: str) -> str:
    return str(
        {
            "reason": _("Please say why, so that others can follow it later."),
            "value": _("This value cannot be set."),
            "rules": _("Each rule that a reason names must stay, as a heading of its own with its number."),
        }[problem]
    )


@rulebook.post("/moderation/policy/<name>/end-trial")
@leads_only
def end_trial(name: str) -> Response:
    """End the trial of a threshold; what counts stays as it is."""
    _value(name)
    label = name.removeprefix("threshold.")
    with writing():
        if policy.on_trial(label):
            why = str(_("The trial is over."))
            policy.choose(policy.TRIAL + label, policy.NO_TRIAL, why, current_user.staff.id, day_of(now()))
    flash(_("The trial is over. Nothing else has changed."))
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
