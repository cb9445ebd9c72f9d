"""Writing a card, and a newer version of it. It waits for a person like every text."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from forum import content
from forum.circles import actions as circle_actions
from forum.circles import kept, mine, panels
from forum.circles.content import open_content
from forum.circles.models import Revision
from forum.circles.reviews import Changed
from forum.circles.rules import CARD, LIBRARY
from forum.circles.views.beside import preview, titled
from forum.circles.views.hints import blurred, hints_for
from forum.circles.views.reading import content_notes, own_names, said_note
from forum.circles.views.writing import check_limit, count_text, preview_wanted, refusal, sender_of
from forum.circles.writing import Written, make_ready
from forum.coping import actions, queries
from forum.coping.forms import CardForm, NewCardForm
from forum.coping.rules import PARTS, Parts, compose, split
from forum.coping.views.library import shown_html
from forum.jobs.nudge import nudge
from forum.members import pseudonyms
from forum.storage.clock import now
from forum.storage.database import AnyRow, db, writing
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.text.render import as_markup
from forum.web.access import members_only
from forum.web.errors import Conflict

card_writing = Blueprint("card_writing", __name__)

Answer = str | Response | tuple[str, int]
PageAgain = Callable[..., str]
PARENTS = {"built_on": "on", "also_on": "and"}
"""The fields of the cards that a card is built on, and how the address of the form names them."""

panels.edit_with(CARD, lambda post_id: url_for("card_writing.edit", post_id=post_id))


@card_writing.get("/library/new")
@members_only
def new_card() -> str:
    """The form for a new card: empty, built on another card, or begun with words of one's own."""
    values: dict[str, Any] = {"form_key": secrets.token_urlsafe(16)}
    thread_id = request.args.get("thread", "")
    values |= {field: _readable(request.args.get(asked, "")) for field, asked in PARENTS.items()}
    post_id = request.args.get("from", "")
    if is_id(thread_id):
        post_id = actions.opening_of(thread_id) or ""
    source = actions.source_text(current_user.vault, post_id) if is_id(post_id) else None
    if source is not None:
        values["grew_from"] = post_id
        values["what"] = open_content(db.session.get_one(Revision, source.revision_id)).body
        values["pseudonym"] = source.pseudonym
    return _new_page(values)


def _readable(card_id: str) -> str:
    """The id of a card that can be read, or nothing."""
    return card_id if is_id(card_id) and queries.card(card_id) else ""


@card_writing.post("/library/new")
@members_only
def send_card() -> Answer:
    """Take a new card, or show how it will look."""
    form = NewCardForm(titled(request.form))
    typed = form.data

    def again(errors: dict[str, Any] | None = None, **more: Any) -> str:
        return _new_page(typed, errors, **more)

    ready = _ready(form, typed, again)
    if not isinstance(ready, Written):
        return ready
    known = {topic.id for topic in content.topics()}
    check_limit(ready, typed["form_key"])
    tags = [tag for tag in typed["tags"] or [] if tag in known]
    origin = actions.Origin(typed["built_on"] or None, typed["grew_from"] or None, typed["also_on"] or None)
    try:
        with writing():
            sender = sender_of(typed["form_key"])
            sent = actions.send_card(sender, ready, tags, origin, typed["pseudonym"], now())
            nudge()
    except circle_actions.NotTaken as refused:
        count_text(ready, None)
        return again({"what": refusal(refused.args[0])}), 409
    except pseudonyms.NameRefused as refused:
        return again({"pseudonym": str(refused)}), 422
    except (pseudonyms.NameTaken, IntegrityError):
        return again({"pseudonym": _("Somebody writes under this name. Please take another one.")}), 422
    except (Changed, circle_actions.NotYours):
        typed |= dict.fromkeys((*PARENTS, "grew_from"), "")
        problem = _("What this card came from cannot be read any more. You can send it without.")
        return again({"title": problem}), 409
    count_text(ready, sent)
    with writing():
        pseudonyms.remember(current_user.vault, LIBRARY, typed["pseudonym"])
    return redirect(url_for("mine.one", post_id=sent.post_id), 303)


@card_writing.get("/library/edit/<post_id>")
@members_only
def edit(post_id: str) -> str:
    """The form with a card of one's own as it was sent last."""
    content_now = _own(post_id).content
    assert content_now is not None
    values = {part: getattr(split(content_now.body), part) for part in PARTS}
    values |= {"title": content_now.title, "content_note": content_now.note}
    return _edit_page(post_id, {**values, "form_key": secrets.token_urlsafe(16)})


@card_writing.post("/library/edit/<post_id>")
@members_only
def send_edit(post_id: str) -> Answer:
    """Take a newer version of a card; it waits for a person like the first one."""
    _own(post_id)
    form = CardForm(titled(request.form))
    typed = form.data

    def again(errors: dict[str, Any] | None = None, **more: Any) -> str:
        return _edit_page(post_id, typed, errors, **more)

    ready = _ready(form, typed, again)
    if not isinstance(ready, Written):
        return ready
    check_limit(ready, typed["form_key"])
    try:
        with writing():
            sent = circle_actions.revise(sender_of(typed["form_key"]), post_id, ready, now())
            nudge()
    except circle_actions.NotTaken as refused:
        count_text(ready, None)
        return again({"what": refusal(refused.args[0])}), 409
    count_text(ready, sent)
    return redirect(url_for("mine.one", post_id=post_id), 303)


def _own(post_id: str) -> mine.OwnText:
    """The latest text of a card of one's own that may still be changed."""
    names = [name.id for name in pseudonyms.ring(current_user.vault)]
    found = mine.own_post(post_id, names, now()) if is_id(post_id) else None
    if found is None or found.kind != CARD:
        abort(404)
    text = found.current
    if text is None or text.content is None or text.state in ("declined", "removed", "withdrawn", "hidden"):
        raise Conflict(_("This text can no longer be changed."), url_for("mine.one", post_id=post_id))
    return text


def _ready(form: CardForm, typed: dict[str, Any], again: PageAgain) -> Written | Answer:
    """The card ready to be taken, or the page to answer with: a problem, or a preview."""
    if not form.validate():
        return again(form.errors), 422
    wanted = preview_wanted()
    if wanted == "blur":
        typed |= {name: blurred(typed[name]) for name in ("title", *PARTS)}
    body = compose(Parts(*(typed[part] for part in PARTS)))
    try:
        written = make_ready(typed["title"], body, typed["content_note"] or "", is_opening=True)
    except TextRefused as refused:
        return again({"what" if refused.field == "body" else refused.field: refused.message}), 422
    if not wanted:
        return written
    words = "\n".join(typed[name] for name in ("title", *PARTS))
    return again(preview=preview(written), hints=hints_for(words) if wanted != "plain" else None)


def _new_page(form: dict[str, Any], errors: dict[str, Any] | None = None, **more: Any) -> str:
    own = own_names(LIBRARY)
    parents = [card for card in (queries.card(form.get(field) or "") for field in PARENTS) if card]
    first = parents[0].card_id if parents else ""
    return _page(
        form,
        errors,
        action=url_for("card_writing.send_card"),
        names=own.names,
        offered_name=own.suggested,
        parents=[_parent(card) for card in parents],
        saved=[one for one in kept.saved_cards(current_user.vault) if first and one[0] != first],
        editing=False,
        **more,
    )


def _parent(card: AnyRow) -> SimpleNamespace:
    """A card that is built on, with its words to look at while writing."""
    return SimpleNamespace(
        id=card.card_id,
        title=card.title,
        pseudonym=card.pseudonym,
        content_note=said_note(card.content_note),
        html=as_markup(shown_html(card)),
    )


def _edit_page(post_id: str, form: dict[str, Any], errors: dict[str, Any] | None = None, **more: Any) -> str:
    action = url_for("card_writing.send_edit", post_id=post_id)
    return _page(form, errors, action=action, parents=[], saved=[], editing=True, post_id=post_id, **more)


def _page(form: dict[str, Any], errors: dict[str, Any] | None, **more: Any) -> str:
    given = {"preview": None, "hints": None, **more}
    return render_template(
        "coping/write.html",
        form=form,
        errors=errors or {},
        topics=[(topic.id, topic.label) for topic in content.topics()],
        content_notes=content_notes(),
        **given,
    )
