"""One's own texts: where each stands, and everything that its author may do about it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import actions, conversation, drafts, mine, panels, queries, reactions, rules, waits
from forum.circles.forms import RevisionForm, WordForm
from forum.circles.models import Review
from forum.circles.reviews import Changed
from forum.circles.views import beside
from forum.circles.views import words as said
from forum.circles.views.hints import blurred, hints_for
from forum.circles.views.keeping import kept_drafts
from forum.circles.views.reading import content_notes, said_note, said_reactions
from forum.circles.views.writing import check_limit, count_text, preview_wanted, refusal, sender_of
from forum.circles.writing import make_ready
from forum.jobs.nudge import nudge
from forum.members import person, pseudonyms
from forum.screening.care import read_care
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.storage.sealing import keyed_hash
from forum.storage.settings import lasting_key
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.text.render import excerpt
from forum.web import limits
from forum.web.access import members_only
from forum.web.errors import Conflict

mine_pages = Blueprint("mine", __name__)

Answer = str | Response | tuple[str, int]


def _own_ids() -> set[str]:
    return {name.id for name in pseudonyms.ring(current_user.vault)}


def _own(post_id: str) -> mine.OwnPost:
    found = mine.own_post(post_id, _own_ids(), now()) if is_id(post_id) else None
    return found or abort(404)


@mine_pages.get("/mine")
@members_only
def all_mine() -> str:
    """Everything I wrote, under all my names, with its state; and my drafts."""
    own = _own_ids()
    posts = mine.own_posts(own, now())
    asked = mine.awaiting(own)
    kept = drafts.find(current_user.vault, request.args.get("kept", ""), now())
    return render_template(
        "circles/mine.html",
        help_panel=beside.help_for_draft(kept) if kept else None,
        items=[_item(post, asked) for post in posts],
        drafts=kept_drafts(),
    )


def _item(post: mine.OwnPost, asked: set[str]) -> SimpleNamespace:
    text = post.current
    content = text.content if text else None
    state = text.state if text else "withdrawn"
    title = (content.title or excerpt(content.plain, 60)) if content else _("A text that is erased")
    return SimpleNamespace(
        id=post.post_id,
        title=title,
        what=said.what(post),
        pseudonym=content.name if content else "",
        state=state,
        state_words=said.state(_said_state(post, state)),
        day=_("until %(day)s", day=said.day(text.until)) if text and text.until else "",
        needs_you=state in ("proposed", "returned") or (state == "held" and post.post_id in asked),
    )


def _said_state(post: mine.OwnPost, state: str, *, is_answered: bool = True) -> str:
    """What a state is called: a text that only moderators read is accepted, or answered, not published.

    Nobody talks yet where a text was held before a moderator wrote.
    """
    if state == "held" and not is_answered:
        return "asked"
    if post.circle_id == rules.TALK:
        return {"waiting": "asked", "published": "answered"}.get(state, state)
    return "accepted" if state == "published" and post.is_for_moderators else state


@mine_pages.get("/mine/<post_id>")
@members_only
def one(post_id: str) -> str:
    """Where one text stands: the state, the measured wait, the reason, the conversation, what can be done."""
    return _page(_own(post_id))


def _page(
    post: mine.OwnPost, form: dict[str, Any] | None = None, errors: dict[str, Any] | None = None
) -> str:
    text = post.current
    if text is None:
        abort(404)
    review = mine.review_of(text.revision_id)
    wait = waits.measured(review.lane if review and text.state in rules.PENDING else "routine", now())
    decision = mine.told(text.revision_id) if text.state not in ("waiting", "published") else None
    help_panel = beside.help_panel(post, text, review, decision, wait)
    talk = _talk(post, text, review)
    shown = _said_state(post, text.state, is_answered=any(not word.own for word in talk.messages))
    just_said = request.args.get("said") == "1" and bool(talk.messages) and talk.messages[-1].own
    help_panel = help_panel or (beside.help_for_word(talk, wait) if just_said else None)
    return render_template(
        "circles/waiting.html",
        post=_post_words(post, text),
        state=text.state,
        heading=said.heading(shown, text.removed_by),
        explained=said.explained(shown, text.removed_by),
        stage=None if post.is_for_moderators else said.stage(text),
        measured=said.measured(wait),
        duty=said.duty(wait.staffing),
        late=bool(review and review.told_late and text.state == "waiting"),
        help_panel=help_panel,
        aftercare=None if help_panel else panels.aftercare(post.post_id, offered=False),
        word=beside.word_for_repliers(post, text),
        answer=said.answer(decision, text),
        proposal=said.proposal(mine.offered(text.revision_id), text) if text.state == "proposed" else None,
        talk=talk,
        just_said=just_said,
        may=beside.may(post, text, decision),
        appeal=said.appeal(decision),
        form=form or {"note": "", "form_key": ""},
        form_key=secrets.token_urlsafe(16),
        errors=errors or {},
        just_sent=request.args.get("sent") == "1",
        kind_words=_kind_words(post.post_id) if text.state == "published" else [],
        others=[other for other in post.texts[1:] if other.state in ("published", "hidden")],
    )


def _talk(post: mine.OwnPost, text: mine.OwnText, review: Review | None) -> SimpleNamespace:
    asked = conversation.asked_about(post.post_id)
    return said.talk(review, text.state, asked, conversation.goes_on(post, day_of(now())))


def _kind_words(post_id: str) -> list[str]:
    left = reactions.left_on(post_id)
    return [said for word, said in said_reactions() if word in left]


def _post_words(post: mine.OwnPost, text: mine.OwnText) -> SimpleNamespace:
    content = text.content
    is_shown = not post.is_for_moderators and any(one.state == "published" for one in post.texts)
    return SimpleNamespace(
        id=post.post_id,
        title=content.title if content else None,
        body=content.body if content else _("The text is erased."),
        pseudonym=content.name if content else "",
        what=said.what(post),
        content_note=said_note(content.note) if content else None,
        day="",
        thread_id=post.thread_id if is_shown and queries.head_of(post.thread_id) else None,
    )


@mine_pages.get("/mine/<post_id>/edit")
@members_only
def edit(post_id: str) -> Answer:
    """The form with the text as it was sent last."""
    post = _own(post_id)
    elsewhere = panels.editor_of(post.kind)
    if elsewhere:
        return redirect(elsewhere(post_id), 303)
    text = post.current
    if text is None or text.content is None or "edit" not in beside.may(post, text, None):
        raise Conflict(_("This text can no longer be changed."), url_for("mine.one", post_id=post_id))
    values = {
        "title": text.content.title,
        "body": text.content.body,
        "content_note": text.content.note,
        "pseudonym": text.content.name,
        "form_key": secrets.token_urlsafe(16),
    }
    return _edit_page(post, values)


@mine_pages.post("/mine/<post_id>/edit")
@members_only
def send_edit(post_id: str) -> Answer:
    """Take a newer version; it waits for a person like the first one."""
    post = _own(post_id)
    form = RevisionForm(beside.titled(request.form) if post.is_opening else request.form)
    typed = form.data
    if post.is_opening and not (form.title.data or "").strip():
        return _edit_page(post, typed, {"title": _("Please give it a title; a few words are enough.")}), 422
    if not form.validate():
        return _edit_page(post, typed, form.errors), 422
    wanted = preview_wanted()
    if wanted == "blur":
        typed |= {name: blurred(typed[name] or "") for name in ("title", "body")}
    before = post.current.content if post.current else None
    try:
        written = make_ready(
            typed["title"] or "",
            typed["body"],
            form.content_note.data,
            is_opening=post.is_opening,
            card=before.card if before and request.form.get("keep_card") else "",
        )
    except TextRefused as refused:
        return _edit_page(post, typed, {refused.field: refused.message}), 422
    if wanted:
        hints = hints_for(f"{typed['title'] or ''}\n{typed['body']}") if wanted != "plain" else None
        return _edit_page(post, typed, preview=beside.preview(written), hints=hints)
    check_limit(written, form.form_key.data)
    try:
        with writing():
            sent = actions.revise(sender_of(form.form_key.data), post_id, written, now())
            nudge()
    except actions.NotTaken as refused:
        count_text(written, None)
        return _edit_page(post, typed, {"body": refusal(refused.args[0])}), 409
    count_text(written, sent)
    return _back(post_id)


def _edit_page(
    post: mine.OwnPost,
    form: dict[str, Any],
    errors: dict[str, Any] | None = None,
    preview: object = None,
    hints: object = None,
) -> str:
    text = post.current
    told = mine.told(text.revision_id) if text and text.state == "returned" else None
    return render_template(
        "circles/edit.html",
        post=post,
        form=form,
        errors=errors or {},
        content_notes=content_notes(),
        preview=preview,
        hints=hints,
        has_card=bool(text and text.content and text.content.card),
        returned=told.words if told else None,
        is_published=any(other.state == "published" for other in post.texts),
    )


def _act(post_id: str, act: Callable[[datetime], object], said_after: str = "") -> Response:
    """Do one thing about one's own text; when it has moved on meanwhile, show how it stands."""
    _own(post_id)
    try:
        with writing():
            act(now())
    except (Changed, rules.NotAllowed):
        raise Conflict(_("Something changed meanwhile. Here is how it stands."), f"/mine/{post_id}") from None
    if said_after:
        flash(said_after)
    return _back(post_id)


def _back(post_id: str) -> Response:
    return redirect(url_for("mine.one", post_id=post_id), 303)


@mine_pages.post("/mine/<post_id>/withdraw")
@members_only
def withdraw(post_id: str) -> Answer:
    """Take a text back before it is published. Where more would end than the text, ask once first."""
    vault, post = current_user.vault, _own(post_id)
    text = post.current
    if text is not None and "withdraw" in beside.may(post, text, None) and not request.form.get("sure"):
        review = mine.review_of(text.revision_id)
        talk = _talk(post, text, review)
        if beside.asks_before_withdrawing(post, text, review, talk):
            is_talk = bool(talk.messages) or post.circle_id == rules.TALK
            wished = review is not None and review.contact == "welcome"
            return render_template("circles/withdraw.html", post_id=post_id, is_talk=is_talk, wished=wished)
    return _act(post_id, lambda at: actions.withdraw(vault, post_id, at), _("It is withdrawn."))


@mine_pages.post("/mine/<post_id>/remove")
@members_only
def remove(post_id: str) -> Response:
    """Remove one's own published text."""
    vault = current_user.vault
    return _act(post_id, lambda at: actions.remove(vault, post_id, at), _("It is removed from the forum."))


@mine_pages.post("/mine/<post_id>/accept")
@members_only
def accept(post_id: str) -> Response:
    """Accept the version that a moderator offered; exactly what was shown is published."""
    vault = current_user.vault
    try:
        seen = bytes.fromhex(request.form.get("hash", ""))
    except ValueError:
        abort(400)
    return _act(
        post_id,
        lambda at: actions.accept_proposal(vault, post_id, seen, at),
        _("Thank you. It is published."),
    )


@mine_pages.post("/mine/<post_id>/refuse")
@members_only
def refuse(post_id: str) -> Response:
    """Refuse the version that a moderator offered."""
    vault = current_user.vault
    return _act(
        post_id,
        lambda at: actions.refuse_proposal(vault, post_id, at),
        _("Your own version is back with the moderators."),
    )


@mine_pages.post("/mine/<post_id>/contact")
@members_only
def contact(post_id: str) -> Response:
    """Say whether a moderator may write first."""
    vault, wish = current_user.vault, request.form.get("contact", "")
    answer = _act(post_id, lambda _at: actions.set_contact(vault, post_id, wish))
    answer.location = url_for("mine.one", post_id=post_id, _anchor="contact")
    return answer


@mine_pages.post("/mine/<post_id>/country")
@members_only
def country(post_id: str) -> Response:
    """Choose the country whose help is shown; it is kept in the vault and told to this text's moderators."""
    vault = current_user.vault
    code = request.form.get("country", "")
    chosen = code if code in dict(panels.countries()) else None
    answer = _act(
        post_id,
        lambda _at: actions.choose_country(vault, post_id, chosen),
        _("The help for the place you chose is shown."),
    )
    with writing():
        person.choose_country(chosen or "")
    answer.location = url_for("mine.one", post_id=post_id, _anchor="help")
    return answer


@mine_pages.post("/mine/<post_id>/write")
@members_only
def write(post_id: str) -> Answer:
    """Write to the moderators about this text."""
    post = _own(post_id)
    form = WordForm(request.form)
    if not form.validate():
        return _page(post, form.data, form.errors), 422
    key = keyed_hash(lasting_key("form-key"), form.form_key.data)
    care = read_care(form.note.data)
    if care.tier not in ("B", "C", "D") and not conversation.was_said(key):
        limits.post.check()

    vault = current_user.vault
    answer = _act(post_id, lambda at: conversation.speak(vault, post_id, form.note.data, care.tier, at, key))
    answer.location = url_for("mine.one", post_id=post_id, said=1, _anchor="said")
    return answer


@mine_pages.post("/mine/<post_id>/appeal")
@members_only
@limits.report
def appeal(post_id: str) -> Answer:
    """Ask for somebody else to decide again."""
    post = _own(post_id)
    words = request.form.get("note", "").strip()
    told = mine.told(post.current.revision_id) if post.current else None
    if told is None:
        raise Conflict(_("There is no decision to appeal."), f"/mine/{post_id}")
    if not words or len(words) > 4000:
        problem = _("Please say in a few words what the next person should know.")
        return _page(post, {"note": words}, {"appeal-note": problem}), 422
    tier = read_care(words).tier
    return _act(
        post_id,
        lambda at: conversation.appeal(told.decision_id, words, at, tier),
        _("Your appeal is received. Somebody else will read it."),
    )
