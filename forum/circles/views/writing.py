"""Where members write: a new thread, a reply, a preview, a draft. The text is never lost."""

from __future__ import annotations

import secrets
from datetime import datetime
from types import SimpleNamespace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import Form

from forum.circles import actions, drafts, queries, rules, waits
from forum.circles.forms import OpeningForm, ReplyForm
from forum.circles.models import Circle, Thread
from forum.circles.reviews import Changed
from forum.circles.views.reading import own_names, readable_circle, readable_thread, thread_page
from forum.circles.writing import Written, make_ready
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.members.access import members_only
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.text.render import TextRefused
from forum.text.shown import shown_html
from forum.web.days import said_minutes, said_next
from forum.web.limits import limited

writing_pages = Blueprint("writing", __name__)


@writing_pages.get("/c/<circle_id>/new")
@members_only
def new_thread(circle_id: str) -> str:
    """The form for a new thread, with a draft put back where one is asked for."""
    circle = readable_circle(circle_id)
    own = own_names(circle.id)
    draft = drafts.find(current_user.vault, request.args.get("draft", ""), now())
    values = {"pseudonym": own.suggested, **(draft or {}), "form_key": secrets.token_urlsafe(16)}
    return opening_page(circle, OpeningForm(data=values))


@writing_pages.post("/c/<circle_id>/new")
@members_only
@limited("post")
def send_thread(circle_id: str) -> str | Response | tuple[str, int]:
    """Take a new thread, show how it will look, or keep it as a draft."""
    circle = readable_circle(circle_id)
    form = OpeningForm(request.form)
    if request.form.get("act") == "draft":
        return _keep_draft(form, circle)
    if form.form_key.data == "" or not form.validate():
        return opening_page(circle, form), 422
    try:
        written = make_ready(form.title.data, form.body.data, form.content_note.data, is_opening=True)
    except TextRefused as refused:
        return opening_page(circle, _say(form, refused.field, refused.reason)), 422
    if request.form.get("act") == "preview":
        return opening_page(circle, form, written)
    topics = [topic for topic in form.topics.data or [] if topic in circle.topics]

    def send(sender: actions.Sender, moment: datetime) -> actions.Sent:
        fresh = db.session.get_one(Circle, circle.id)
        return actions.open_thread(
            sender, fresh, form.kind.data, form.wish.data, topics, written, form.pseudonym.data, moment
        )

    return _send(form, circle.id, send, lambda: opening_page(circle, form))


@writing_pages.post("/t/<thread_id>/reply")
@members_only
@limited("post")
def send_reply(thread_id: str) -> str | Response | tuple[str, int]:
    """Take a reply, or show how it will look."""
    head = readable_thread(thread_id)
    form = ReplyForm(request.form)
    if not form.validate():
        return thread_page(head, form=form), 422
    if form.mode.data not in rules.reply_modes(head.wish):
        return thread_page(head, form=_say(form, "mode", _("The author asked for listening, not advice."))), 422
    try:
        written = make_ready("", form.body.data, form.content_note.data, is_opening=False)
    except TextRefused as refused:
        return thread_page(head, form=_say(form, refused.field, refused.reason)), 422
    if request.form.get("act") == "preview":
        return thread_page(head, form=form, preview=shown_html(written.html))

    def send(sender: actions.Sender, moment: datetime) -> actions.Sent:
        fresh = db.session.get_one(Thread, head.id)
        return actions.reply(sender, fresh, form.mode.data, written, form.pseudonym.data, moment)

    return _send(form, head.circle_id, send, lambda: thread_page(head, form=form))


def _send(form, circle_id, send, page_again):  # type: ignore[no-untyped-def]
    raise RuntimeError
