"""What anybody reads: the circles, a circle, a thread. Every page shows published text and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum import content
from forum.circles import drafts, kept, panels, queries, reactions, rules, shelf
from forum.circles.content import open_content
from forum.circles.invitations import ABOUT
from forum.circles.models import Circle, Revision
from forum.circles.views import words
from forum.content import label_of
from forum.members import pseudonyms
from forum.storage.clock import day_of, now
from forum.storage.database import AnyRow, db
from forum.storage.types import is_id
from forum.text.render import RENDERER, as_markup, render
from forum.web.access import visitors
from forum.web.days import said_day
from forum.web.page_cache import visitor_page

reading = Blueprint("reading", __name__)

SHOWN = ("experiences", "feelings", "challenges")
"""The three filters of a circle: what people went through, what they feel, what they are stuck with."""


@reading.get("/")
@visitors
def home() -> str:
    """The circles, and for members the threads that few have answered."""
    circles = readable_circles()
    counts = queries.published_counts()
    lonely = _lonely(circles) if current_user.is_authenticated else []
    return render_template(
        "circles/home.html",
        circles=[_circle_card(circle, counts.get(circle.id, 0)) for circle in circles],
        shelf=[thread_row(row, circles) for row in lonely],
        answered=shelf.answered_share(day_of(now())),
    )


def _lonely(circles: Sequence[Circle]) -> Sequence[AnyRow]:
    """The shelf, in the order of peer supporters for who is one."""
    ids = [circle.id for circle in circles]
    own = [name.id for name in pseudonyms.ring(current_user.vault)]
    if shelf.asked_by_supporter():
        return shelf.shelf_of_supporters(ids, own, now())[: shelf.ON_SHELF]
    return shelf.shelf(ids, own)


@reading.get("/needs-a-reply")
@visitors
def needs_reply() -> str:
    """Threads in every circle that fewer than two others have answered."""
    circles = readable_circles()
    rows = queries.threads_of([circle.id for circle in circles], list_place(), needs_reply=True)
    page, more = rows[: queries.THREADS_A_PAGE], rows[queries.THREADS_A_PAGE :]
    older = f"{page[-1].latest}.{page[-1].thread_id}" if more else None
    here = url_for("reading.needs_reply")
    return render_template(
        "circles/needs_reply.html",
        threads=[thread_row(row, circles) for row in page],
        older=url_for("reading.needs_reply", before=older) if older else None,
        newer=here if request.args.get("before") else None,
    )


@reading.get("/c/<circle_id>")
@visitors
def circle(circle_id: str) -> str:
    """One circle: its threads by latest reply."""
    found = readable_circle(circle_id)
    only = _only()
    rows = queries.threads_of(
        [found.id],
        list_place(),
        "challenge" if only["show"] == "challenges" else only["kind"],
        only["tag"],
        any_of=_shown_tags(only["show"]),
        needs_reply=bool(only["needs"]),
    )
    page, more = rows[: queries.THREADS_A_PAGE], rows[queries.THREADS_A_PAGE :]
    older = f"{page[-1].latest}.{page[-1].thread_id}" if more else None
    here = url_for("reading.circle", circle_id=found.id)
    with_news = kept.with_news(current_user.vault, page) if current_user.is_authenticated else ()
    chosen = urlencode({name: value for name, value in only.items() if value})
    return render_template(
        "circles/circle.html",
        circle=found,
        threads=[thread_row(row, [], with_news) for row in page],
        older=f"{here}?before={older}&{chosen}".rstrip("&") if older else None,
        newer=f"{here}?{chosen}".rstrip("?") if request.args.get("before") else None,
        may_write=current_user.is_authenticated,
        paused=found.paused,
        only=only,
        tags=tag_groups(found),
    )


def tag_groups(circle: Circle) -> list[tuple[str, list[tuple[str, str]]]]:
    """The tags by which threads can be chosen: feelings, experiences, and what the circle is about."""
    return [
        (_("Feelings"), [(tag.id, tag.label) for tag in content.feelings()]),
        (_("Experiences"), [(tag.id, tag.label) for tag in content.experiences()]),
        (_("About"), [(topic, label_of(topic)) for topic in circle.topics]),
    ]


def _only() -> dict[str, str]:
    """What a list is narrowed to; anything unknown narrows nothing."""
    kind, tag = request.args.get("kind", ""), request.args.get("tag", "")
    return {
        "kind": kind if kind in rules.THREAD_KINDS else "",
        "tag": tag if tag in content.tag_ids() else "",
        "needs": "reply" if request.args.get("needs") == "reply" else "",
        "show": show if (show := request.args.get("show", "")) in SHOWN else "",
    }


def _shown_tags(show: str) -> list[str]:
    """The tags of which a thread carries one, for the filters Experiences and Feelings."""
    if show == "experiences":
        return [tag.id for tag in content.experiences()]
    return [tag.id for tag in content.feelings()] if show == "feelings" else []


@reading.get("/t/<thread_id>")
@visitors
def thread(thread_id: str) -> str:
    """A thread with its replies. For visitors the finished page is kept while nothing in it has changed."""
    after = _after()
    if current_user.is_authenticated:
        return thread_page(readable_thread(thread_id), after)

    read: list[queries.ThreadHead] = []

    def version() -> tuple[int, str] | None:
        head = queries.glance_at(thread_id) if is_id(thread_id) else None
        if head is None or head.audience != "everyone":
            return None
        read.append(head)
        return head.version, head.audience

    page = visitor_page(("thread", thread_id, after), RENDERER, version, lambda: thread_page(read[0], after))
    if page is None:
        readable_thread(thread_id)  # a card is read elsewhere
        abort(404)
    return page


def thread_page(
    head: queries.ThreadHead,
    after: int = -1,
    form: dict[str, Any] | None = None,
    errors: dict[str, Any] | None = None,
    preview: SimpleNamespace | None = None,
    hints: SimpleNamespace | None = None,
) -> str:
    """The page of a thread, with a reply form for members, filled again where it was sent before."""
    rows = queries.posts_of(head.id, after)
    page, more = rows[: queries.POSTS_A_PAGE], rows[queries.POSTS_A_PAGE :]
    own = _own(head, page) if current_user.is_authenticated else None
    badges = panels.badges(head.id)
    here = url_for("reading.thread", thread_id=head.id)
    fresh = own.kept.fresh(head.replies) if own else 0
    return render_template(
        "circles/thread.html",
        thread=head,
        posts=_posts(page, head, own, badges),
        older=f"{here}?after={page[-1].position}" if more else None,
        newer=here if page and not page[0].is_opening else None,
        first_new=_first_new(fresh, page, after, is_last=not more),
        to_new=_to_new(here, fresh, after) if more else None,
        newest=f"{here}?after=newest" if more else None,
        may_reply=own is not None,
        closed=_closed(head),
        form=form or {**(own.draft or {} if own else {}), "form_key": secrets.token_urlsafe(16)},
        errors=errors or {},
        draft_day=words.day(date.fromordinal(own.draft["until"])) if own and own.draft and not form else None,
        names=own.names if own else [],
        offered_name=own.suggested if own else "",
        preview=preview,
        hints=hints,
        own=own,
        tags=[label_of(tag) for tag in head.topics],
        content_notes=content_notes() if own else [],
        reactions=said_reactions() if own else [],
        word=own.word if own else None,
    )


def _to_new(here: str, fresh: int, after: int) -> str | None:
    """The way to the page on which what is new begins, unless this is it."""
    if not fresh or after == -fresh:
        return None
    return f"{here}?after={'newest' if fresh <= queries.POSTS_A_PAGE else f'last.{fresh}'}#new"


def content_notes() -> list[tuple[str, str]]:
    """The choices of a content note, the first for none."""
    return [("", str(_("none"))), *((note.id, note.label) for note in content.content_notes())]


def said_reactions() -> list[tuple[str, str]]:
    """The three words that readers can leave, in the language of the reader."""
    said = {"me too": _("Me too"), "with you": _("With you"), "thank you": _("Thank you")}
    return [(word, str(said[word])) for word in rules.REACTIONS]


def _own(head: queries.ThreadHead, page: Sequence[AnyRow]) -> SimpleNamespace:
    """What the vault tells of a thread and its posts, read with one statement."""
    vault = current_user.vault
    about = [(pseudonyms.CHOICE, head.circle_id), (kept.THREAD, head.id), (drafts.REPLY, head.id)]
    about += [(kept.NAME, name_id) for name_id in {row.pseudonym_id for row in page}]
    about += [(reactions.ABOUT, row.post_id) for row in page]
    vault.preload((pseudonyms.KIND, kept.CARDS), about)
    own = own_names(head.circle_id)
    own.kept = kept.thread(vault, head.id)
    own.cards = kept.saved_cards(vault)
    own.draft = drafts.reply_in(vault, head.id, now())
    own.word = panels.word_for_repliers("", is_noted=True) if any(row.content_note for row in page) else None
    own.wrote_opening = any(row.is_opening and row.pseudonym_id in own.ids for row in page)
    return own


def _first_new(fresh: int, page: Sequence[AnyRow], after: int, *, is_last: bool) -> str | None:
    """The first post of a page that is new: on the last one, and on the one that begins with what is new."""
    replies: list[str] = [row.post_id for row in page if not row.is_opening]
    if fresh and replies and is_last:
        return replies[-min(fresh, len(replies))]
    return replies[0] if fresh and replies and after == -fresh else None


def _closed(head: queries.ThreadHead) -> str | None:
    if head.closed:
        return str(_("The author has closed this thread for replies."))
    return None


def own_names(circle_id: str) -> SimpleNamespace:
    """The member's names, the one they most likely write under in a circle, and a fresh offer."""
    ring = pseudonyms.ring(current_user.vault)
    offered = pseudonyms.offer(circle_id)
    return SimpleNamespace(
        ids={name.id for name in ring},
        names=[name.name for name in ring if not name.retired],
        suggested=pseudonyms.remembered(current_user.vault, circle_id) or offered,
    )


def _posts(
    page: Sequence[AnyRow], head: queries.ThreadHead, own: SimpleNamespace | None, badges: Collection[str]
) -> list[SimpleNamespace]:
    """The posts of a page as the template shows them. What many posts say alike is worked out once."""
    badge = str(_("Peer supporter")) if badges else ""
    days = {day: said_day(day) for day in {row.day for row in page}}
    modes = {mode: words.mode(mode) for mode in {row.mode for row in page if not row.is_opening}}
    is_staff = current_user.is_staff
    shown = []
    for row in page:
        post = SimpleNamespace(**row._asdict())
        post.id, post.html = (
            post.post_id,
            as_markup(post.html if post.renderer == RENDERER else _rendered_again(row)),
        )
        post.badge = badge if post.pseudonym_id in badges else None
        post.day = days[post.day]
        post.kind, post.wish = (head.kind, head.wish) if post.is_opening else (None, None)
        post.mode, post.mode_word = (None, None) if post.is_opening else (post.mode, modes[post.mode])
        post.content_note = said_note(post.content_note)
        post.card = (
            SimpleNamespace(id=post.card_id, title=post.card_title, pseudonym=post.card_pseudonym)
            if post.card_id
            else None
        )
        _mark_own(post, head, own, is_staff=is_staff)
        shown.append(post)
    return shown


def _mark_own(
    post: SimpleNamespace, head: queries.ThreadHead, own: SimpleNamespace | None, *, is_staff: bool
) -> None:
    """Say what a member may do with a post; visitors can only read and report."""
    post.mine = post.muted = post.may_hide = post.may_say_helped = False
    post.given = ()
    if own is None:
        return
    post.mine = post.pseudonym_id in own.ids
    post.muted = kept.is_muted(current_user.vault, post.pseudonym_id)
    post.given = reactions.given_to(current_user.vault, post.id)
    post.may_hide = is_staff and not post.mine
    post.may_say_helped = own.wrote_opening and head.kind == "challenge" and not post.mine


def _rendered_again(row: AnyRow) -> str:
    """The HTML of the present renderer for a post that an older one rendered."""
    return render(open_content(db.session.get_one(Revision, row.revision_id)).body).html


def said_note(note: str) -> str | None:
    """A content note in the reader's language."""
    return label_of(note) if note else None


def _circle_card(circle: Circle, threads: int) -> SimpleNamespace:
    return SimpleNamespace(
        id=circle.id,
        name=circle.name,
        summary=circle.description,
        audience=circle.audience,
        threads=threads,
    )


def thread_row(row: AnyRow, circles: Sequence[Circle], with_news: Collection[str] = ()) -> SimpleNamespace:
    """A thread as a line in a list; `with_news` are the followed ones with replies not yet read."""
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
        circle_name=names.get(row.circle_id),
        unread=row.thread_id in with_news,
        first_text=bool(getattr(row, "first_text", False)),
    )


def readable_circles() -> list[Circle]:
    """The circles that who asks may read."""
    every = queries.circles()
    if current_user.is_authenticated:
        invited = [(ABOUT, circle.id) for circle in every if circle.audience == "invited"]
        current_user.vault.preload([pseudonyms.KIND], invited)
    return [circle for circle in every if _may_read(circle.id, circle.audience)]


def readable_circle(circle_id: str) -> Circle:
    """A circle that who asks may read; any other answers that there is nothing here."""
    found = queries.circle(circle_id) if is_id(circle_id) else None
    if found is None or not _may_read(found.id, found.audience):
        abort(404)
    return found


def readable_thread(thread_id: str) -> queries.ThreadHead:
    """A thread that who asks may read; a waiting, hidden, removed or unknown one answers alike.

    A card is read in the library.
    """
    head = queries.head_of(thread_id) if is_id(thread_id) else None
    if head is not None and head.kind == rules.CARD:
        abort(redirect(f"/library/{head.id}", 303))
    if head is None or not _may_read(head.circle_id, head.audience):
        abort(404)
    return head


def readable_head(thread_id: str) -> queries.ThreadHead:
    """As `readable_thread`, and a card of the library too: for what can be done with both."""
    head = queries.head_of(thread_id) if is_id(thread_id) else None
    if head is not None and head.kind == rules.CARD and head.circle_id == rules.LIBRARY:
        return head
    return readable_thread(thread_id)


def _may_read(circle_id: str, audience: str) -> bool:
    signed_in = bool(current_user.is_authenticated)
    is_inside = audience == "invited" and signed_in and bool(current_user.vault.about(ABOUT, circle_id))
    return rules.may_read(audience, signed_in=signed_in, is_inside=is_inside)


def _after() -> int:
    text = request.args.get("after", "")
    if text == "newest":
        return queries.NEWEST
    sign, many = (-1, text[5:]) if text.startswith("last.") else (1, text)
    return sign * int(many) if many.isdecimal() and len(many) < 9 else -1


def list_place() -> tuple[int, str] | None:
    """The place in a list from which on it is asked for."""
    latest, _dot, thread_id = request.args.get("before", "").partition(".")
    return (int(latest), thread_id) if latest.isdecimal() and len(latest) < 12 and is_id(thread_id) else None
