"""The check-in, the card of early signs and the one thing to drop. Only their owner can open them."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.growth import check_ins, rules, texts
from forum.growth.forms import CheckInForm, DropForm, EarlySignsForm, number, tidy
from forum.growth.views.help_beside import own_panel, speaks_of_dying
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.web import limits
from forum.web.access import members_only
from forum.web.days import said_day

check_in_pages = Blueprint("check_in", __name__)

Answer = str | Response | tuple[str, int]
DASHES = ("none", "7 4", "2 3")
"""One for each line of the picture, so that colour alone tells nothing."""


@check_in_pages.get("/check-in")
@members_only
def page() -> str:
    """How it is just now, my own line, my early signs, and the one thing to drop."""
    return _page({}, {})


@check_in_pages.post("/check-in")
@members_only
@limits.own
def keep() -> Answer:
    """Keep a check-in."""
    form = CheckInForm(request.form)
    if not form.validate():
        return _page(request.form.to_dict(), form.errors), 422
    if form.is_empty():
        return _page({}, {"emotional": _("There is nothing in it yet. One answer is plenty.")}), 422
    names = [slider["id"] for slider in texts.sliders()]
    values = {
        "answers": {name: number(form[name].data) for name in names},
        "how_long": form.how_long.data,
        "hours": form.hours.data,
        "note": form.note.data,
    }
    with writing():
        check_ins.keep(current_user.vault, form.key, values, now())
    flash(texts.words("check_in")["saved"])
    return redirect(url_for("check_in.page"), 303)


@check_in_pages.post("/check-in/<int:entry>/forget")
@members_only
@limits.own
def forget(entry: int) -> Answer:
    """Throw one entry away."""
    with writing():
        found = check_ins.forget(current_user.vault, entry)
    if not found:
        abort(404)
    flash(_("Gone."))
    return redirect(url_for("check_in.page"), 303)


def _page(form: dict[str, Any], errors: dict[str, Any]) -> str:
    vault = current_user.vault
    vault.preload(
        [check_ins.KIND],
        [
            (check_ins.ABOUT, check_ins.SIGNS),
            (check_ins.ABOUT, check_ins.DROP),
        ],
    )
    entries = check_ins.listed(vault)
    latest = entries[-1] if entries else None
    is_fresh = latest is not None and latest.day == day_of(now())
    skip = _skipped()
    there = entries[::-1]
    return render_template(
        "growth/check_in.html",
        words=texts.words("check_in"),
        drop_words=texts.words("drop"),
        signs_words=texts.words("early_signs"),
        sliders=texts.sliders(),
        spans=list(texts.spans().items()),
        picture=_picture(entries) if len(entries) >= rules.ENOUGH_FOR_A_LINE else None,
        entries=[_said(entry) for entry in there[skip : skip + check_ins.PAGE]],
        newer=url_for("check_in.page", skip=max(0, skip - check_ins.PAGE)) if skip else None,
        older=url_for("check_in.page", skip=skip + check_ins.PAGE)
        if there[skip + check_ins.PAGE :]
        else None,
        help=_help(latest) if latest is not None and is_fresh else None,
        back=latest is not None and not is_fresh,
        signs=_signs(),
        dropped=check_ins.dropped(vault),
        form={**form, "form_key": secrets.token_urlsafe(16)},
        errors=errors,
    )


def _skipped() -> int:
    text = request.args.get("skip", "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _said(entry: check_ins.CheckIn) -> SimpleNamespace:
    return SimpleNamespace(
        number=entry.number,
        day=said_day(entry.day),
        answers=[(slider["label"], entry.answers[slider["id"]]) for slider in texts.sliders()],
        how_long=texts.spans().get(entry.how_long, ""),
        hours=entry.hours,
        note=entry.note,
    )


def _picture(entries: list[check_ins.CheckIn]) -> SimpleNamespace:
    """The line of the last entries: for each exhaustion its points, and the same as rows of a table."""
    shown = entries[-rules.POINTS :]
    lines = [
        SimpleNamespace(
            id=slider["id"],
            label=slider["label"],
            dashes=dashes,
            strokes=rules.strokes([entry.answers[slider["id"]] for entry in shown]),
        )
        for slider, dashes in zip(texts.sliders(), DASHES, strict=True)
    ]
    levels = [(level, rules.down(level)) for level in (rules.LEAST, 5, rules.MOST)]
    return SimpleNamespace(
        lines=lines,
        rows=[_said(entry) for entry in shown],
        levels=levels,
        width=rules.WIDTH,
        height=rules.HEIGHT,
        left=rules.LEFT,
        right=rules.RIGHT,
    )


def _help(latest: check_ins.CheckIn) -> SimpleNamespace | None:
    """The soft help beside an entry of today: for a very heavy one, or one whose note speaks of a crisis.

    The note is read by the same local rules as a post, for this page only; nobody is told, nothing is kept.
    """
    speaks = bool(latest.note) and speaks_of_dying(latest.note)
    if not speaks and not latest.is_very_heavy:
        return None
    return SimpleNamespace(panel=own_panel(), is_heavy=latest.is_very_heavy)


def _signs() -> SimpleNamespace:
    card = check_ins.early_signs(current_user.vault)
    prompts = texts.lines("early_signs", "prompt")
    written = [(prompt, line) for prompt, line in zip(prompts, card.get("signs", []), strict=False) if line]
    return SimpleNamespace(
        lines=written, who=card.get("who", ""), then=card.get("then", ""), there=bool(card)
    )


@check_in_pages.get("/check-in/early-signs")
@members_only
def early_signs() -> str:
    """The card of early signs, to be written or changed."""
    card = check_ins.early_signs(current_user.vault)
    return _signs_page(card.get("signs", []), {"who": card.get("who", ""), "then": card.get("then", "")}, {})


@check_in_pages.post("/check-in/early-signs")
@members_only
@limits.own
def keep_early_signs() -> Answer:
    """Keep the card."""
    form = EarlySignsForm(request.form)
    prompts = texts.words("early_signs")["prompt"]
    signs = [tidy(request.form.get(f"sign-{place}")) for place in range(1, len(prompts) + 1)]
    too_long = {
        f"sign-{place}": _("That is longer than there is room for. Please shorten it a little.")
        for place, sign in enumerate(signs, 1)
        if len(sign) > check_ins.LONGEST_LINE
    }
    if not form.validate() or too_long:
        return _signs_page(signs, form.data, {**form.errors, **too_long}), 422
    with writing():
        check_ins.keep_early_signs(current_user.vault, signs, form.who.data, form.then.data)
    flash(_("Kept. Only you can read it."))
    return redirect(url_for("check_in.page"), 303)


def _signs_page(signs: list[str], form: dict[str, Any], errors: dict[str, Any]) -> str:
    prompts = texts.words("early_signs")["prompt"]
    typed = [*signs, *[""] * len(prompts)]
    return render_template(
        "growth/early_signs.html",
        words=texts.words("early_signs"),
        lines=[(f"sign-{at}", prompt, typed[at - 1]) for at, prompt in enumerate(prompts, 1)],
        form=form,
        errors=errors,
    )


@check_in_pages.get("/check-in/drop")
@members_only
def choose_drop() -> str:
    """Choose one thing that may wait."""
    return _drop_page({}, {})


@check_in_pages.post("/check-in/drop")
@members_only
@limits.own
def drop() -> Answer:
    """Take one thing off the list, or pick it up again."""
    form = DropForm(request.form)
    if request.form.get("back"):
        text, said = "", texts.words("drop")["back"]
    elif not form.validate():
        return _drop_page(form.data, form.errors), 422
    else:
        text, said = form.own.data or form.chosen.data, texts.words("drop")["chosen"]
        if not text:
            return _drop_page({}, {"own": _("Please pick one, or write your own.")}), 422
    with writing():
        check_ins.drop(current_user.vault, text)
    flash(said)
    return redirect(url_for("check_in.page"), 303)


def _drop_page(form: dict[str, Any], errors: dict[str, Any]) -> str:
    return render_template(
        "growth/drop.html",
        words=texts.words("drop"),
        suggestions=texts.lines("drop", "suggestion"),
        dropped=check_ins.dropped(current_user.vault),
        form=form,
        errors=errors,
    )
