"""One's own goals: steps, obstacles, how doable it feels. Nobody else can open them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import drafts
from forum.circles.views.reading import readable_circle, readable_circles
from forum.growth import goals, rules, texts
from forum.growth.forms import DoneForm, GoalForm, ObstacleForm, StepForm, number
from forum.growth.views.help_beside import help_beside
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.web import limits
from forum.web.access import members_only
from forum.web.errors import Conflict
from forum.web.forms import Form

goal_pages = Blueprint("goals", __name__)

Answer = str | Response | tuple[str, int]
IDEAS = 3


@goal_pages.get("/goals")
@members_only
def all_goals() -> str:
    """My goals, those that rest apart, and a form for a new one."""
    return _list_page({}, {})


def _list_page(form: dict[str, Any], errors: dict[str, Any]) -> str:
    found = goals.listed(current_user.vault)
    return render_template(
        "growth/goals.html",
        words=texts.words("goal"),
        awake=[goal for goal in found if not goal.rests],
        resting=[goal for goal in found if goal.rests],
        form={**form, "form_key": secrets.token_urlsafe(16)},
        errors=errors,
    )


@goal_pages.post("/goals")
@members_only
@limits.own
def begin() -> Answer:
    """Write a goal down."""
    form = GoalForm(request.form)
    if not form.validate():
        return _list_page(form.data, form.errors), 422
    vault = current_user.vault
    try:
        with writing():
            found = goals.begin(vault, form.key, form.name.data, now())
            if form.step.data:
                goals.add_step(vault, found, form.key, form.step.data, number(form.before.data), now())
    except goals.Full:
        return _list_page(form.data, {"name": _("There are forty goals here. Please let one go first.")}), 422
    return _to(found)


@goal_pages.get("/goals/<int:goal>")
@members_only
def one(goal: int) -> str:
    """One goal with everything that belongs to it."""
    return _page(goal)


def _page(at: int, form: dict[str, Any] | None = None, errors: dict[str, Any] | None = None) -> str:
    try:
        goal = goals.find(current_user.vault, at)
    except goals.NotThere:
        abort(404)
    return render_template(
        "growth/goal.html",
        words=texts.words("goal"),
        goal=goal,
        asks=not goal.rests and rules.is_resting(goal.touched, day_of(now())),
        smaller={
            step.id: rules.some_of(texts.lines("goal", "smaller"), step.id, IDEAS)
            for step in goal.steps_in("open")
            if rules.needs_smaller(step.before)
        },
        help_panel=help_beside(" . ".join([goal.name, *(step.text for step in goal.steps)])),
        obstacles=texts.lines("goal", "obstacle"),
        circles=[(circle.id, circle.name) for circle in readable_circles() if not circle.paused],
        form=form or {},
        form_key=secrets.token_urlsafe(16),
        errors=errors or {},
    )


@goal_pages.post("/goals/<int:goal>/steps")
@members_only
@limits.own
def add_step(goal: int) -> Answer:
    """Add a step."""
    form = StepForm(request.form)
    if not form.validate():
        return _page(goal, form.data, form.errors), 422
    step, before = form.step.data, number(form.before.data)
    full = _("There are thirty steps here. A new goal may be easier to look at.")
    return _add(
        goal, form, "step", full, lambda vault: goals.add_step(vault, goal, form.key, step, before, now())
    )


@goal_pages.post("/goals/<int:goal>/obstacles")
@members_only
@limits.own
def foresee(goal: int) -> Answer:
    """Add what might get in the way, and what to do then."""
    form = ObstacleForm(request.form)
    if not form.validate():
        return _page(goal, form.data, form.errors), 422
    full = _("There are ten of these here already. Please strike one out first.")
    given = form.hindrance.data, form.answer.data
    return _add(goal, form, "hindrance", full, lambda vault: goals.foresee(vault, goal, form.key, *given))


def _add(goal: int, form: Form, field: str, full: str, act: Callable[[Any], None]) -> Answer:
    try:
        return _act(goal, act)
    except goals.Full:
        return _page(goal, form.data, {field: full}), 422


@goal_pages.post("/goals/<int:goal>/steps/<step>/change")
@members_only
@limits.own
def change_step(goal: int, step: str) -> Answer:
    """Make a step smaller, or say it in other words."""
    form = StepForm(request.form)
    if not form.validate():
        return _page(goal, form.data, form.errors), 422
    text, before = form.step.data, number(form.before.data)
    return _act(goal, lambda vault: goals.change_step(vault, goal, step, text, before))


@goal_pages.post("/goals/<int:goal>/steps/<step>/done")
@members_only
@limits.own
def finish_step(goal: int, step: str) -> Answer:
    """A step is done."""
    after = number(DoneForm(request.form).after.data)
    said = texts.words("goal")["done"]
    return _act(goal, lambda vault: goals.finish_step(vault, goal, step, after, now()), said)


@goal_pages.post("/goals/<int:goal>/steps/<step>/aside")
@members_only
@limits.own
def set_aside(goal: int, step: str) -> Answer:
    """A step was not for now."""
    said = texts.words("goal")["not_done"]
    return _act(goal, lambda vault: goals.set_aside(vault, goal, step, now()), said)


@goal_pages.post("/goals/<int:goal>/obstacles/<obstacle>/drop")
@members_only
@limits.own
def drop_obstacle(goal: int, obstacle: str) -> Answer:
    """Strike an obstacle out."""
    return _act(goal, lambda vault: goals.drop_obstacle(vault, goal, obstacle))


@goal_pages.post("/goals/<int:goal>/rest")
@members_only
@limits.own
def rest(goal: int) -> Answer:
    """Let a goal rest, or take it up again."""
    rests = request.form.get("rests") == "yes"
    return _act(goal, lambda vault: goals.rest(vault, goal, rests=rests, now=now()))


@goal_pages.post("/goals/<int:goal>/let-go")
@members_only
@limits.own
def let_go(goal: int) -> Answer:
    """Throw a goal away."""
    answer = _act(goal, lambda vault: goals.let_go(vault, goal), texts.words("goal")["let_go_said"])
    answer.location = url_for("goals.all_goals")
    return answer


@goal_pages.post("/goals/<int:goal>/steps/<step>/celebrate")
@members_only
@limits.own
def celebrate(goal: int, step: str) -> Answer:
    """Begin a celebration as a draft, and open it in the form for a new thread. Nothing is sent."""
    circle = readable_circle(request.form.get("circle", ""))
    vault = current_user.vault
    found = next((one for one in _goal(goal).steps_in("done") if one.id == step), None) or abort(404)
    earlier = drafts.find(vault, found.draft, now()) if found.draft else None
    if earlier is not None:
        return redirect(url_for("writing.new_thread", circle_id=earlier["circle"], draft=found.draft), 303)
    body = texts.words("goal")["draft"] + found.text
    values: dict[str, object] = {"kind": "celebration", "wish": "listen", "body": body}
    with writing():
        draft = drafts.keep(vault, circle.id, values, "", now())
        goals.remember_draft(vault, goal, step, draft)
    return redirect(url_for("writing.new_thread", circle_id=circle.id, draft=draft), 303)


def _goal(number: int) -> goals.Goal:
    try:
        return goals.find(current_user.vault, number)
    except goals.NotThere:
        abort(404)


def _act(goal: int, act: Callable[[Any], None], said: str = "") -> Response:
    """Do one thing about a goal; when it has changed in another tab, say so."""
    _goal(goal)
    try:
        with writing():
            act(current_user.vault)
    except goals.NotThere:
        here = url_for("goals.one", goal=goal)
        raise Conflict(_("Something changed meanwhile. Here is how it stands."), here) from None
    if said:
        flash(said)
    return _to(goal)


def _to(goal: int) -> Response:
    return redirect(url_for("goals.one", goal=goal), 303)
