"""What anybody reads: the circles, a circle, a thread. Every page shows published text and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from sqlalchemy import Row
from werkzeug.wrappers import Response

from forum.circles import queries, rules
from forum.circles.content import open_content
from forum.circles.forms import MODE_WORDS, NOTE_WORDS, ReplyForm
from forum.circles.models import Circle, Revision
from forum.members import pseudonyms
from forum.members.access import visitors
from forum.storage.database import db
from forum.storage.types import is_id
from forum.text.render import RENDERER, render
from forum.text.shown import shown_html
from forum.web.days import said_day
from forum.web.page_cache import cached_page

reading = Blueprint("reading", __name__)


@reading.get("/")
@visitors
def home() -> str:
    """The circles, and threads that nobody or only one person has answered."""
    circles = readable_circles()
    ids = [circle.id for circle in circles]
    counts = queries.published_counts()
    shelf = [thread_row(row, circles) for row in queries.shelf(ids)]
    return render_template(
        "circles/home.html",
        nav="circles",
        circles=[circle_card(circle, counts.get(circle.id, 0)) for circle in circles],
        shelf=shelf,
    )


@reading.get("/c/<circle_id>")
@visitors
def circle(circle_id: str) -> str:
    """One circle: its threads by latest reply."""
    found = readable_circle(circle_id)
    kind = request.args.get("kind", "")
    topic = request.args.get("topic", "")
    rows = queries.threads_of([found.id], _before(), kind if kind in rules.THREAD_KINDS else "", topic)
    page, more = rows[: queries.THREADS_A_PAGE], rows[queries.THREADS_A_PAGE :]
    older = f"{page[-1].latest}.{page[-1].thread_id}" if more else None
    return render_template(
        "circles/circle.html",
        nav="circles",
        circle=found,
        threads=[thread_row(row, []) for row in page],
        older=older,
        kind=kind,
        topic=topic,
    )


@reading.get("/t/<thread_id>")
@visitors
def thread(thread_id: str) -> str | Response:
    """A thread with its replies. For visitors a copy of the finished page may be kept while it is unchanged."""
    head = readable_thread(thread_id)
    after = request.args.get("after", "-1")
    place = int(after) if after.lstrip("-").isdecimal() and len(after) < 9 else -1
    if current_user.is_authenticated:
        return thread_page(head, place)
    key = ("thread", thread_id, place, head.version, RENDERER, head.audience)
    return cached_page(key, lambda: thread_page(head, place), lambda: _is_unchanged(head))


def _is_unchanged(head: queries.ThreadHead) -> bool:
    again = queries.head_of(head.id)
    return again is not None and again.version == head.version and again.audience == head.audience


def thread_page(
    head: queries.ThreadHead, after: int = -1, form: ReplyForm | None = None, preview: str = ""
) -> str:
    """The page of a thread, with a reply form for members, filled again where it was sent before."""
    rows = queries.posts_of(head.id, after)
    page, more = rows[: queries.POSTS_A_PAGE], rows[queries.POSTS_A_PAGE :]
    own = own_names(head.circle_id) if current_user.is_authenticated else None
    posts = [_post(row, head, own) for row in page]
    return render_template(
        "circles/thread.html",
        nav="circles",
        thread=head,
        opening=posts[0] if posts and posts[0].kind else None,
        posts=posts[1:] if posts and posts[0].kind else posts,
        next_after=page[-1].position if more else None,
        form=form or (new_reply_form(own.suggested) if own else None),
        modes=[(mode, MODE_WORDS[mode]) for mode in rules.reply_modes(head.wish)],
        names=own.names if own else [],
        offered=own.offered if own else "",
        preview=preview,
        can_reply=not head.closed and not head.paused,
    )


def new_reply_form(name: str) -> ReplyForm:
    """An empty reply form with a fresh one-time key."""
    return ReplyForm(data={"form_key": secrets.token_urlsafe(16), "mode": "support", "pseudonym": name})


def own_names(circle_id: str) -> SimpleNamespace:
    """The member's names, the one they would most likely write under in a circle, and a fresh offer."""
    vault = current_user.vault
    names = [name for name in pseudonyms.ring(vault) if not name.retired]
    offered = pseudonyms.offer(circle_id)
    remembered = pseudonyms.remembered(vault, circle_id)
    return SimpleNamespace(
        ids={name.id for name in pseudonyms.ring(vault)},
        names=[name.name for name in names],
        offered=offered,
        suggested=remembered or offered,
    )


def _post(row: Row[Any], head: queries.ThreadHead, own: SimpleNamespace | None) -> SimpleNamespace:
    return SimpleNamespace(
        id=row.post_id,
        pseudonym=row.pseudonym,
        badge=None,
        day=said_day(row.day),
        mode=None if row.is_opening else row.mode,
        kind=head.kind if row.is_opening else None,
        wish=head.wish if row.is_opening else None,
        content_note=said_note(row.content_note),
        edited=row.edited,
        mine=bool(own and row.pseudonym_id in own.ids),
        html=shown_html(row.html if row.renderer == RENDERER else _rendered_again(row)),
    )


def _rendered_again(row: Row[Any]) -> str:
    """The HTML of the present renderer for a post that was stored by an older one."""
    revision = db.session.get(Revision, row.revision_id)
    return row.html if revision is None else render(open_content(revision).body).html  # type: ignore[no-any-return]


def said_note(note: str) -> str:
    """A content note in the reader's language."""
    return str(NOTE_WORDS[note]) if note in NOTE_WORDS else note


def circle_card(circle: Circle, count: int) -> SimpleNamespace:
    """A circle as a card on the first page."""
    return SimpleNamespace(
        id=circle.id,
        name=circle.name,
        description=circle.description,
        audience=circle.audience,
        threads=count,
    )


def thread_row(row: Row[Any], circles: Sequence[Circle]) -> SimpleNamespace:
    """A thread as a line in a list."""
    names = {circle.id: circle.name for circle in circles}
    return SimpleNamespace(
        id=row.thread_id,
        title=row.title,
        pseudonym=row.pseudonym,
        kind=row.kind,
        wish=row.wish,
        content_note=said_note(row.content_note),
        replies=row.replies,
        day=said_day(row.day),
        circle_name=names.get(getattr(row, "circle_id", "")),
        unread=False,
    )


def readable_circles() -> list[Circle]:
    """The circles that who asks may read."""
    return [circle for circle in queries.circles() if _may_read(circle.id, circle.audience)]


def readable_circle(circle_id: str) -> Circle:
    """A circle that who asks may read; otherwise the answer is that there is nothing here."""
    found = queries.circle(circle_id) if is_id(circle_id) else None
    if found is None or not _may_read(found.id, found.audience):
        abort(404)
    return found


def readable_thread(thread_id: str) -> queries.ThreadHead:
    """A thread that who asks may read; a waiting, hidden, removed or unknown one answers alike."""
    head = queries.head_of(thread_id) if is_id(thread_id) else None
    if head is None or not _may_read(head.circle_id, head.audience):
        abort(404)
    return head


def _may_read(circle_id: str, audience: str) -> bool:
    signed_in = bool(current_user.is_authenticated)
    inside = (
        audience == "invited"
        and signed_in
        and current_user.vault.about("membership", circle_id) is not None
    )
    return rules.may_read(audience, signed_in=signed_in, is_inside=inside)


def _before() -> tuple[int, str] | None:
    latest, _, thread_id = request.args.get("before", "").partition(".")
    return (int(latest), thread_id) if latest.isdecimal() and len(latest) < 12 and is_id(thread_id) else None
