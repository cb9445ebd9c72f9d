"""What a member does on the page of a thread besides writing, and all that they keep."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import SimpleNamespace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from forum.circles import drafts, kept, reactions, tending
from forum.circles.actions import NotYours
from forum.circles.forms import ReplyForm
from forum.circles.models import PublishedPost, PublishedThread
from forum.circles.queries import POSTS_A_PAGE
from forum.circles.reviews import Changed
from forum.circles.views.reading import readable_circles, readable_thread, thread_page
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.web import limits
from forum.web.access import members_only
from forum.web.errors import Conflict

keeping = Blueprint("keeping", __name__)


Answer = Response | str


def _back(thread_id: str, post: PublishedPost | None = None) -> Answer:
    """Back to the thread; with the page itself where the form brought a reply that is not sent yet."""
    after = post.position - 1 if post and post.position > POSTS_A_PAGE else -1
    typed = ReplyForm(request.form).data
    if (typed["body"] or "").strip():
        return thread_page(readable_thread(thread_id), after, typed)
    page, anchor = (after if after >= 0 else None), (f"p-{post.post_id}" if post else None)
    return redirect(url_for("reading.thread", thread_id=thread_id, after=page, _anchor=anchor), 303)


def _readable_post(post_id: str) -> PublishedPost:
    """A published post in a thread that who asks may read; 404 otherwise."""
    post = db.session.get(PublishedPost, post_id) if is_id(post_id) else None
    if post is None:
        abort(404)
    readable_thread(post.thread_id)
    return post


def _act(act: Callable[[], object], thread_id: str) -> None:
    try:
        with writing():
            act()
    except NotYours:
        abort(404)
    except Changed:
        raise Conflict(_("Something changed meanwhile. Here is how it stands."), f"/t/{thread_id}") from None


@keeping.post("/posts/<post_id>/react")
@members_only
@limits.mark
def react(post_id: str) -> Answer:
    """Leave one of the three words on a post, or take it back. A script that asks to `stay` gets no page."""
    post = _readable_post(post_id)
    vault, take = current_user.vault, request.form.get("take", "")
    word = take or request.form.get("word", "")
    _act(lambda: reactions.react(vault, post_id, word, day_of(now()), take_back=bool(take)), post.thread_id)
    return Response(status=204) if request.form.get("stay") else _back(post.thread_id, post)


@keeping.post("/posts/<post_id>/helped")
@members_only
@limits.mark
def helped(post_id: str) -> Answer:
    """Name a reply in one's own challenge as what helped, or take that back."""
    post = _readable_post(post_id)
    vault, yes = current_user.vault, request.form.get("helped") == "yes"
    _act(lambda: tending.name_what_helped(vault, post_id, day_of(now()), helped=yes), post.thread_id)
    return _back(post.thread_id, post)


@keeping.post("/t/<thread_id>/close")
@members_only
@limits.mark
def close(thread_id: str) -> Answer:
    """Close one's own thread for replies, or open it again."""
    readable_thread(thread_id)
    vault, closed = current_user.vault, request.form.get("closed") == "yes"
    _act(lambda: tending.close_replies(vault, thread_id, closed=closed), thread_id)
    flash(_("It takes no more replies.") if closed else _("It takes replies again."))
    return _back(thread_id)


@keeping.post("/t/<thread_id>/keep")
@members_only
@limits.mark
def keep(thread_id: str) -> Answer:
    """Follow or bookmark a thread, or stop; or note that its replies were read."""
    head = readable_thread(thread_id)
    what = request.values.get("what", "")
    if what not in ("follow", "bookmark", "read"):
        abort(400)
    with writing():
        if what == "read":
            kept.read(current_user.vault, {thread_id: head.replies})
        else:
            kept.keep(current_user.vault, thread_id, head.replies, **{what: request.form.get("on") == "yes"})
    return _back(thread_id)


@keeping.post("/posts/<post_id>/mute")
@members_only
@limits.mark
def mute(post_id: str) -> Answer:
    """See no more of what is written under the name of a post."""
    post = _readable_post(post_id)
    with writing():
        kept.mute(current_user.vault, post.pseudonym_id, post.pseudonym)
    flash(
        _(
            "You will no longer see what is written under this name. The same person may write under "
            "another one. Nobody is told, and you can undo it under Kept."
        )
    )
    return _back(post.thread_id, post)


@keeping.get("/kept")
@members_only
def all_kept() -> str:
    """What I follow, bookmarked, saved and muted. All of it lies in my vault."""
    vault = current_user.vault
    vault.preload((kept.THREADS, kept.NAMES, kept.CARDS))
    threads = {one.id: one for one in kept.threads(vault)}
    rows = _readable_rows(list(threads))
    items = [
        SimpleNamespace(
            id=row.thread_id,
            title=row.title,
            follow=threads[row.thread_id].follow,
            bookmark=threads[row.thread_id].bookmark,
            news=bool(threads[row.thread_id].fresh(row.replies)),
        )
        for row in rows
    ]
    return render_template(
        "circles/kept.html",
        followed=[item for item in items if item.follow],
        bookmarked=[item for item in items if item.bookmark],
        gone=len(threads) - len(items),
        cards=kept.saved_cards(vault),
        muted=kept.muted(vault),
    )


@keeping.post("/kept/read")
@members_only
@limits.mark
def all_read() -> Response:
    """Note that the new replies of all followed threads were read."""
    vault = current_user.vault
    rows = _readable_rows([one.id for one in kept.threads(vault) if one.follow])
    replies = {row.thread_id: row.replies for row in rows}
    with writing():
        kept.read(vault, replies)
    return redirect(url_for("keeping.all_kept"), 303)


@keeping.post("/kept/unmute")
@members_only
@limits.mark
def unmute() -> Response:
    """See again what is written under a name."""
    with writing():
        kept.unmute(current_user.vault, request.form.get("name_id", ""))
    return redirect(url_for("keeping.all_kept"), 303)


def kept_drafts() -> list[SimpleNamespace]:
    """The drafts with where each goes on: nowhere for a reply whose thread cannot be read now."""
    found = drafts.listed(current_user.vault, now())
    threads = {row.thread_id: row.title for row in _readable_rows([one.get("thread", "") for one in found])}
    return [_draft(one, threads) for one in found]


def _draft(draft: drafts.Draft, threads: dict[str, str]) -> SimpleNamespace:
    thread = draft.get("thread")
    is_gone = thread is not None and thread not in threads
    path = f"/t/{thread}#reply" if thread else f"/c/{draft['circle']}/new?draft={draft['id']}"
    return SimpleNamespace(
        id=draft["id"],
        title=threads.get(thread) if thread else draft.get("title"),
        is_reply=thread is not None,
        path=None if is_gone else path,
        words=draft.get("body") if is_gone else None,
    )


@keeping.post("/mine/drafts/drop")
@members_only
def drop_draft() -> Response:
    """Let a draft go, now rather than after its 14 days."""
    with writing():
        drafts.drop(current_user.vault, request.form.get("draft", ""), now())
    flash(_("The draft is gone."))
    return redirect(url_for("mine.all_mine"), 303)


def _readable_rows(thread_ids: Collection[str]) -> list[PublishedThread]:
    """Those of some threads that who asks may read."""
    if not any(thread_ids):
        return []
    circles = [circle.id for circle in readable_circles()]
    wanted = select(PublishedThread).where(
        PublishedThread.thread_id.in_(thread_ids), PublishedThread.circle_id.in_(circles)
    )
    return list(db.session.scalars(wanted))
