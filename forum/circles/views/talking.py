"""Talking with the moderators, opened from the account."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from forum.circles import actions, rules, talking, waits
from forum.circles.forms import TalkForm
from forum.circles.reviews import Changed
from forum.circles.views import words as said
from forum.circles.views.reading import own_names
from forum.circles.views.writing import check_limit, count_text, refusal, sender_of
from forum.circles.writing import Written, make_ready
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.storage.clock import now
from forum.storage.database import writing
from forum.text.refusal import TextRefused
from forum.web.access import members_only

talking_pages = Blueprint("talking", __name__)

Answer = str | Response | tuple[str, int]


@talking_pages.get("/account/conversation")
@members_only
def form() -> str:
    """The form to open a conversation, and those that go on."""
    return _page({}, {})


@talking_pages.post("/account/conversation")
@members_only
def start() -> Answer:
    """Take the first words of a conversation, whether or not writing is paused for this member."""
    form = TalkForm(request.form)
    typed = form.data
    if not form.validate():
        return _page(typed, form.errors), 422
    try:
        written = make_ready(_("To the moderators"), form.note.data, "", is_opening=True)
    except TextRefused as refused:
        return _page(typed, {"note": refused.message}), 422
    check_limit(written, form.form_key.data)
    try:
        sent = _send(form, written)
    except _Refused as refused:
        count_text(written, None)
        return _page(typed, refused.errors), 409
    count_text(written, sent)
    with writing():
        pseudonyms.remember(current_user.vault, rules.TALK, form.pseudonym.data)
    if sent.joined:
        return redirect(url_for("mine.one", post_id=sent.post_id, said=1, _anchor="said"), 303)
    return redirect(url_for("mine.one", post_id=sent.post_id), 303)


class _Refused(Exception):
    """The words cannot be taken as they are; `errors` says why, by field."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field)
        self.errors = {field: why}


def _send(form: TalkForm, written: Written) -> actions.Sent:
    sender = sender_of(form.form_key.data)
    try:
        with writing():
            sent = talking.start(sender, written, form.pseudonym.data, now())
            nudge()
    except actions.NotTaken as refused:
        raise _Refused("note", refusal(refused.args[0])) from refused
    except pseudonyms.NameRefused as refused:
        raise _Refused("pseudonym", str(refused)) from refused
    except (pseudonyms.NameTaken, IntegrityError) as error:
        taken = _("Somebody writes under this name. Please take another one.")
        raise _Refused("pseudonym", taken) from error
    except Changed as error:
        raise _Refused("note", _("Something changed meanwhile. Please send it once more.")) from error
    return sent


def _page(typed: dict[str, Any], errors: Any) -> str:
    own = own_names(rules.TALK)
    ring = {name.id: name.name for name in pseudonyms.ring(current_user.vault)}
    open_now = talking.going_on(list(ring))
    wait = waits.measured("routine", now())
    return render_template(
        "circles/talk.html",
        going_on=[(post_id, ring[name_id]) for name_id, post_id in open_now.items()],
        names=own.names,
        offered_name=own.suggested,
        form={**typed, "form_key": secrets.token_urlsafe(16)},
        errors=errors,
        measured=said.measured(wait),
        duty=said.duty(wait.staffing),
    )
