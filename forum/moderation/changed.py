"""The page of a stale click: what changed since the text was read, word by word."""

from __future__ import annotations

import difflib
from html import escape

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from forum.circles.content import Content, open_content
from forum.circles.models import Revision
from forum.moderation import queries
from forum.moderation.actions import Seen
from forum.storage.database import db
from forum.storage.sealing import CannotOpen
from forum.text.render import as_markup


def changed_page(card: queries.Card, seen: Seen) -> str:
    """What happened to a review meanwhile, with the difference where its text is another one now."""
    db.session.rollback()
    fresh = queries.card(card.review.id)
    if fresh is None or not fresh.review.open:
        why = _("This review was decided or withdrawn meanwhile. Nothing was changed by your click.")
        return _page(why, None, url_for("moderation.lanes"))
    back = url_for("moderation.review", review_id=card.review.id)
    if fresh.revision.hash == seen.hash:
        return _page(_("Something about this review changed meanwhile. Please look once more."), None, back)
    before = _read_before(card, seen)
    difference = difference_of(before, fresh.content) if before and fresh.content else None
    why = _("The author has changed the text meanwhile. Please read the new version first.")
    return _page(why, difference, back)


def _page(why: str, difference: Markup | None, back: str) -> str:
    return render_template("moderation/changed.html", why=why, difference=difference, back=back)


def _read_before(card: queries.Card, seen: Seen) -> Content | None:
    wanted = db.select(Revision).where(Revision.post_id == card.post.id, Revision.hash == seen.hash)
    revision = db.session.scalars(wanted).first()
    try:
        return open_content(revision) if revision else None
    except CannotOpen:
        return None


def difference_of(before: Content, after: Content) -> Markup:
    """Two texts as one, with the words that went and came marked; both are escaped."""
    old, new = _words(before), _words(after)
    parts: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(escape("".join(old[a:b])))
            continue
        if a < b:
            parts.append(f"<del>{escape(''.join(old[a:b]))}</del>")
        if c < d:
            parts.append(f"<ins>{escape(''.join(new[c:d]))}</ins>")
    return as_markup("".join(parts))


def _words(content: Content) -> list[str]:
    text = f"{content.title}\n\n{content.body}" if content.title else content.body
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        pieces += [word + " " for word in line.rstrip("\n").split(" ")]
        pieces.append("\n")
    return pieces
