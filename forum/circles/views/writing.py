"""Where members write: a new thread, a reply, a preview, a draft. What was typed is never lost."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from forum import content
from forum.circles import actions, drafts, queries, rules, waits
from forum.circles.forms import OpeningForm, ReplyForm, TextForm
from forum.circles.models import Circle, Thread
from forum.circles.reviews import Changed
from forum.circles.views import words as said
from forum.circles.views.beside import preview, titled
from forum.circles.views.hints import blurred, hints_for, turn_coach
from forum.circles.views.reading import (
    content_notes,
    own_names,
    readable_circle,
    readable_thread,
    thread_page,
)
from forum.circles.writing import Written, make_ready
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.members.vault import VaultFull
from forum.screening.lanes import is_crisis
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.text.render import excerpt
from forum.web import limits
from forum.web.access import members_only

writing_pages = Blueprint("writing", __name__)

QUOTED = 300
"""Characters that the button quotes; a script quotes the passage that is marked, up to as many."""

Answer = str | Response | tuple[str, int]
PageAgain = Callable[[dict[str, Any]], str]


@writing_pages.get("/c/<circle_id>/new")
@members_only
def new_thread(circle_id: str) -> str:
    """The form for a new thread, with a draft put back where one is asked for."""
    circle = readable_circle(circle_id)
    draft = drafts.find(current_user.vault, request.args.get("draft", ""), now()) or {}
    return opening_page(
        circle, {**draft, "draft": draft.get("id", ""), "form_key": secrets.token_urlsafe(16)}
    )


@writing_pages.post("/c/<circle_id>/new")
@members_only
def send_thread(circle_id: str) -> Answer:
    """Take a new thread, show how it will look, or keep it as a draft."""
    circle = readable_circle(circle_id)
    form = OpeningForm(titled(request.form))
    typed = {**form.data, "draft": request.form.get("draft", "")}
    if request.form.get("draft_wanted"):
        return _keep_draft(circle, {**typed, "title": request.form.get("title", "")})
    if not form.validate():
        return opening_page(circle, typed, form.errors), 422
    wanted = preview_wanted()
    if wanted == "blur":
        typed |= {name: blurred(typed[name]) for name in ("title", "body")}
    try:
        written = make_ready(typed["title"], typed["body"], form.content_note.data, is_opening=True)
    except TextRefused as refused:
        return opening_page(circle, typed, {refused.field: refused.message}), 422
    if wanted:
        hints = hints_for(f"{typed['title']}\n{typed['body']}") if wanted != "plain" else None
        return opening_page(circle, typed, preview=preview(written), hints=hints)
    check_limit(written, form.form_key.data)
    topics = _known_topics(circle, form.topics.data or [])

    def send(sender: actions.Sender, moment: datetime) -> actions.Sent:
        fresh = db.session.get_one(Circle, circle.id)
        opening = actions.Opening(form.kind.data, form.wish.data, topics)
        return actions.open_thread(sender, fresh, opening, written, form.pseudonym.data, moment)

    return _send(
        form, written, circle.id, send, lambda errors: opening_page(circle, typed, errors), typed["draft"]
    )


@writing_pages.post("/t/<thread_id>")
@members_only
def send_reply(thread_id: str) -> Answer:
    """Take a reply, or show how it will look."""
    head = readable_thread(thread_id)
    form = ReplyForm(request.form)
    typed = form.data

    def again(errors: dict[str, Any]) -> str:
        return thread_page(head, form=typed, errors=errors)

    if request.form.get("quote"):
        return thread_page(head, form=_with_quote(typed, head.id, request.form["quote"]))
    if request.form.get("draft_wanted"):
        return _keep_reply(head.id, typed, again)
    errors = _wrong_with(form, head.wish)
    if errors:
        return again(errors), 422
    wanted = preview_wanted()
    if wanted == "blur":
        typed["body"] = blurred(typed["body"])
    try:
        written = make_ready(
            "", typed["body"], form.content_note.data, is_opening=False, card=_known_card(form.card.data)
        )
    except TextRefused as refused:
        return again({refused.field: refused.message}), 422
    if wanted:
        return _reply_preview(head, typed, written, wanted)
    check_limit(written, form.form_key.data)

    def send(sender: actions.Sender, moment: datetime) -> actions.Sent:
        fresh = db.session.get_one(Thread, head.id)
        return actions.reply(sender, fresh, form.mode.data, written, form.pseudonym.data, moment)

    return _send(form, written, head.circle_id, send, again, head.id)


def _wrong_with(form: ReplyForm, wish: str) -> dict[str, Any]:
    """What is wrong with the fields of a reply to a thread with a wish."""
    if not form.validate():
        return dict(form.errors)
    if form.mode.data not in rules.reply_modes(wish):
        return {"mode": _("The writer asked to be heard, not advised.")}
    return {}


def _reply_preview(head: queries.ThreadHead, typed: dict[str, Any], written: Written, wanted: str) -> str:
    if wanted.startswith("coach"):
        turn_coach(off=wanted == "coach-off")
    hints = hints_for(typed["body"], head.wish) if wanted != "plain" else None
    return thread_page(head, form=typed, preview=preview(written), hints=hints)


def _with_quote(typed: dict[str, Any], thread_id: str, post_id: str) -> dict[str, Any]:
    """A reply begun with words of another post. A quote carries no name: names can be given up."""
    words = queries.words_of(thread_id, post_id) if is_id(post_id) else None
    if words is None:
        return typed
    note = typed["content_note"] or words.content_note
    before = (typed["body"] or "").rstrip()
    quote = f"> {excerpt(words.plain, QUOTED)}\n\n"
    return {**typed, "body": f"{before}\n\n{quote}".lstrip(), "content_note": note}


def preview_wanted() -> str:
    """Whether the form asked how it will look: "yes", "plain" without hints, "blur" with names blurred.

    "coach-off" and "coach-on" turn the hints about replies off and on.
    """
    wanted = request.form.get("preview", "")
    return wanted if wanted in ("", "plain", "blur", "coach-off", "coach-on") else "yes"


def _known_topics(circle: Circle, chosen: list[str]) -> list[str]:
    own = (*content.feelings(), *content.experiences())
    known = {*circle.topics, *(tag.id for tag in own)}
    return [topic for topic in chosen if topic in known]


def _known_card(card_id: str | None) -> str:
    """The id of a card that can be read, or nothing."""
    return card_id if card_id and is_id(card_id) and queries.card_title(card_id) else ""


def _send(
    form: TextForm,
    written: Written,
    circle_id: str,
    send: Callable[[actions.Sender, datetime], actions.Sent],
    page_again: PageAgain,
    draft_id: str,
) -> Answer:
    """Take a text in one short transaction, or show the form again with the reason and the text kept.

    The draft that it was made from is let go.
    """
    sender = sender_of(form.form_key.data)
    try:
        with writing():
            sent = send(sender, now())
            nudge()
    except actions.NotTaken as refused:
        count_text(written, None)
        why = refusal(refused.args[0], keeps_drafts=isinstance(form, OpeningForm))
        return page_again({"body": why}), 409
    except pseudonyms.NameRefused as refused:
        return page_again({"pseudonym": str(refused)}), 422
    except (pseudonyms.NameTaken, IntegrityError):
        return page_again({"pseudonym": _("Somebody writes under this name. Please take another one.")}), 422
    except Changed:
        return page_again(
            {"body": _("This thread takes no replies any more. Your words are kept here.")}
        ), 409
    count_text(written, sent)
    _remember(circle_id, request.form.get("pseudonym", ""), draft_id)
    return redirect(url_for("mine.one", post_id=sent.post_id), 303)


def check_limit(written: Written, form_key: str) -> None:
    """Hold a text against the limit on posts, after the care rules: one that needs care is always taken.

    Before the limit comes the question whether this form was taken already, so that a second click is
    answered like the first. Raises `TooMany`.
    """
    if not is_crisis(written.care):
        sender = actions.Sender(current_user.vault, form_key)
        limits.post.refuse_unless(lambda: actions.is_taken(sender))


def count_text(written: Written, sent: actions.Sent | None) -> None:
    """Count a text that was taken, once, however often its form came; and each that was not taken (None)."""
    if not is_crisis(written.care) and not (sent and sent.again):
        limits.post.count()


def sender_of(form_key: str) -> actions.Sender:
    """Who sends, with the country they chose for help, if any."""
    return actions.Sender(current_user.vault, form_key, current_user.country or None)


def refusal(reason: str, *, keeps_drafts: bool = False) -> str:
    """Why a text cannot be taken now, in words for its author, with the way to keep it where there is one."""
    if keeps_drafts and reason == "too many waiting":
        return str(
            _(
                "Five of your texts already wait for a person. Please let one be read first. “Keep as draft” "
                "keeps this one for 14 days. If tonight is hard, the page Help shows whom you can reach now."
            )
        )
    return str(
        {
            "suspended": _(
                "Writing is paused for you at the moment. You can read, ask for help, and appeal."
            ),
            "paused": _(
                "New threads are paused in this circle for a while. You can still answer others. "
                "Please keep your words and try later."
            ),
            "too many waiting": _(
                "Five of your texts already wait for a person. Please let one be read first. "
                "If tonight is hard, the page Help shows whom you can reach now."
            ),
        }[reason]
    )


def _remember(circle_id: str, name: str, draft_id: str) -> None:
    """Keep the choice of name and let the sent draft go, in a transaction that writes no post."""
    with writing():
        pseudonyms.remember(current_user.vault, circle_id, name)
        drafts.drop(current_user.vault, draft_id, now())


def _keep_draft(circle: Circle, typed: dict[str, Any]) -> Answer:
    try:
        with writing():
            draft_id = drafts.keep(current_user.vault, circle.id, typed, typed["draft"], now())
    except VaultFull:
        return opening_page(circle, typed, {"body": _too_long()}), 422
    return _kept(draft_id)


def _keep_reply(thread_id: str, typed: dict[str, Any], again: PageAgain) -> Answer:
    if not (typed["body"] or "").strip():
        return again({"body": _("Please write something first.")}), 422
    try:
        with writing():
            drafts.keep_reply(current_user.vault, thread_id, typed, now())
    except VaultFull:
        return again({"body": _too_long()}), 422
    return _kept(thread_id)


def _too_long() -> str:
    return str(_("This is longer than a draft can be. Please shorten it, or keep the rest elsewhere."))


def _kept(draft_id: str) -> Response:
    flash(_("Your draft is kept for 14 days. Only you can open it."))
    return redirect(url_for("mine.all_mine", kept=draft_id), 303)


def opening_page(
    circle: Circle,
    form: dict[str, Any],
    errors: dict[str, Any] | None = None,
    preview: SimpleNamespace | None = None,
    hints: SimpleNamespace | None = None,
) -> str:
    """The form for a new thread, with what was typed."""
    own = own_names(circle.id)
    wait = waits.measured("routine", now())
    return render_template(
        "circles/new_thread.html",
        circle=circle,
        action=url_for("writing.send_thread", circle_id=circle.id),
        editing=False,
        form=form,
        errors=errors or {},
        content_notes=content_notes(),
        topics=[(topic, content.label_of(topic)) for topic in circle.topics],
        feelings=[(feeling.id, feeling.label) for feeling in content.feelings()],
        experiences=[(tag.id, tag.label) for tag in content.experiences()],
        names=own.names,
        offered_name=own.suggested,
        preview=preview,
        hints=hints,
        paused=circle.paused,
        measured=said.measured(wait),
        duty=said.duty(wait.staffing),
    )
