"""The training, the story and the badge of a peer supporter, and their desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import shelf
from forum.circles.actions import NotTaken
from forum.circles.reviews import Changed
from forum.circles.views.reading import readable_circles, thread_row
from forum.circles.views.writing import check_limit, count_text, refusal, sender_of
from forum.circles.writing import make_ready
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.text.refusal import TextRefused
from forum.training import actions, badges, queries, reading, rules
from forum.training.forms import StoryForm
from forum.training.modules import IDS, Module, module, modules
from forum.web import limits
from forum.web.access import members_only
from forum.web.errors import Conflict

training = Blueprint("training", __name__)

Answer = str | Response | tuple[str, int]
ON_DESK = 24


@training.get("/training")
@members_only
def overview() -> str:
    """The twelve modules, and after them the story and the badge."""
    return _overview({}, {})


def _overview(form: dict[str, Any], errors: dict[str, Any]) -> str:
    vault, today = current_user.vault, day_of(now())
    ring = pseudonyms.ring(vault)
    names = {own.id: own.name for own in ring}
    done = reading.done(vault)
    story = queries.own_story(names)
    return render_template(
        "training/overview.html",
        modules=modules(),
        done=done,
        is_trained=rules.is_trained(done, IDS),
        story=story and SimpleNamespace(post_id=story.post_id, name=names[story.pseudonym_id]),
        names=[(own.name, own.name) for own in ring if not own.retired],
        badge=_badge(names, today),
        renewed=[one for one in modules() if one.id in rules.RENEWED],
        form={**form, "form_key": secrets.token_urlsafe(16)},
        errors=errors,
    )


def _badge(names: dict[str, str], today: date) -> SimpleNamespace | None:
    for pseudonym_id, until in badges.of(names, today).items():
        return SimpleNamespace(
            name=names[pseudonym_id],
            until=format_date(until, "d MMMM yyyy"),
            may_renew=rules.may_renew(until, today),
            is_refreshed=reading.is_refreshed(current_user.vault, today),
        )
    return None


@training.get("/training/<module_id>")
@members_only
def one(module_id: str) -> str:
    """One module: a page to read, two scenarios, and what can be said about the answers chosen."""
    found = module(module_id) or abort(404)
    chosen = reading.chosen(current_user.vault, found)
    after = modules()[modules().index(found) + 1 :]
    return render_template(
        "training/module.html",
        module=found,
        scenarios=[_scenario(place, found, answer) for place, answer in enumerate(chosen, 1)],
        is_done=found.id in reading.done(current_user.vault),
        next=after[0] if after else None,
    )


def _scenario(place: int, found: Module, chosen: int | None) -> SimpleNamespace:
    scenario = found.scenarios[place - 1]
    answers = list(enumerate(scenario.answers))
    return SimpleNamespace(
        field=f"scenario-{place}",
        question=scenario.question,
        choices=[(str(at), answer.text) for at, answer in answers],
        chosen=None if chosen is None else str(chosen),
        answer=None if chosen is None else scenario.answers[chosen],
        others=[] if chosen is None else [answer for at, answer in answers if at != chosen],
    )


@training.post("/training/<module_id>")
@members_only
@limits.own
def choose(module_id: str) -> Response:
    """Keep the answers that were chosen, and show what can be said about each."""
    found = module(module_id) or abort(404)
    answers = [
        _place(request.form.get(f"scenario-{place}", ""), len(scenario.answers))
        for place, scenario in enumerate(found.scenarios, 1)
    ]
    with writing():
        reading.choose(current_user.vault, found, answers, day_of(now()))
    return redirect(url_for("training.one", module_id=found.id, _anchor="scenarios"), 303)


def _place(text: str, many: int) -> int | None:
    return int(text) if text in map(str, range(many)) else None


@training.post("/training/story")
@members_only
def tell_story() -> Answer:
    """Send the story that a moderator reads."""
    form = StoryForm(request.form)
    if not form.validate():
        return _overview(form.data, form.errors), 422
    try:
        written = make_ready(_("A story of my own"), form.body.data, "", is_opening=True)
    except TextRefused as refused:
        return _overview(form.data, {"body": refused.message}), 422
    check_limit(written, form.form_key.data)
    try:
        with writing():
            sent = actions.tell_story(sender_of(form.form_key.data), written, form.pseudonym.data, now())
            nudge()
    except actions.NotReady as refused:
        field = "pseudonym" if refused.args[0] == "name" else "body"
        return _overview(form.data, {field: _not_ready(refused.args[0])}), 409
    except NotTaken as refused:
        count_text(written, None)
        return _overview(form.data, {"body": refusal(refused.args[0])}), 409
    count_text(written, sent)
    return redirect(url_for("mine.one", post_id=sent.post_id), 303)


@training.post("/training/badge/put-away")
@members_only
@limits.own
def put_away() -> Response:
    """Put the badge away, and the story with it."""
    return _act(lambda: actions.lay_down(current_user.vault, now()), _("The badge is put away."))


@training.post("/training/badge/renew")
@members_only
@limits.own
def renew() -> Response:
    """Carry the badge for another year."""
    return _act(lambda: actions.renew(current_user.vault, now()), _("Your badge is renewed. Thank you."))


def _act(act: Callable[[], None], said: str) -> Response:
    here = url_for("training.overview")
    try:
        with writing():
            act()
    except actions.NotReady as refused:
        raise Conflict(_not_ready(refused.args[0]), here) from None
    except Changed:
        raise Conflict(_("Something changed meanwhile. Here is how it stands."), here) from None
    flash(said)
    return redirect(here, 303)


def _not_ready(reason: str) -> str:
    return str(
        {
            "modules": _("A few modules come first. They are marked on the page of the training."),
            "name": _("Please choose a name that you have written under before."),
            "story": _("There is no accepted story to put away."),
            "time": _("A badge can be renewed in its final three months."),
            "suspended": _("Writing is paused for you at the moment, and the badge cannot be renewed."),
        }[reason]
    )


@training.get("/training/desk")
@members_only
def desk() -> str | Response:
    """The desk of peer supporters: who is new here, and where few have answered."""
    if not is_supporter():
        return redirect(url_for("training.overview"), 303)
    circles = readable_circles()
    own = [name.id for name in pseudonyms.ring(current_user.vault)]
    readable = [circle.id for circle in circles]
    welcome = shelf.welcome(readable, own)
    known = {row.thread_id for row in welcome}
    others = [row for row in shelf.shelf_of_supporters(readable, own, now()) if row.thread_id not in known]
    return render_template(
        "training/desk.html",
        welcome=[thread_row(row, circles) for row in welcome],
        shelf=[thread_row(row, circles) for row in others],
    )


def is_supporter() -> bool:
    """Whether who asks carries the badge under one of their names."""
    if not current_user.is_authenticated:
        return False
    return bool(badges.of([name.id for name in pseudonyms.ring(current_user.vault)], day_of(now())))


shelf.know_supporters_by(is_supporter)
