"""The page of a stale click: what changed since the text was read, word by word."""

from __future__ import annotations

import difflib
import re

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from forum.circles.content import Content, open_content
from forum.circles.models import Revision
from forum.moderation import queries
from forum.moderation.actions import Seen
from forum.storage.database import db
from forum.storage.sealing import CannotOpen
from forum.text.render import marked_text

WORDS = re.compile(r"\S+")


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
    difference = difference_of(text_of(before), text_of(fresh.content)) if before and fresh.content else None
    why = _("The author has changed the text meanwhile. Please read the new version first.")
    return _page(why, difference, back)


def _page(why: str, difference: tuple[Markup, Markup] | None, back: str) -> str:
    return render_template("moderation/changed.html", why=why, difference=difference, back=back)


def _read_before(card: queries.Card, seen: Seen) -> Content | None:
    wanted = db.select(Revision).where(Revision.post_id == card.post.id, Revision.hash == seen.hash)
    revision = db.session.scalars(wanted).first()
    try:
        return open_content(revision) if revision else None
    except CannotOpen:
        return None


def text_of(content: Content) -> str:
    """Title and words of a text, one under the other."""
    return f"{content.title}\n\n{content.body}" if content.title else content.body


def difference_of(before: str, after: str) -> tuple[Markup, Markup]:
    """The two texts, escaped: in the first the words that went are marked, in the second those that came."""
    old, new = list(WORDS.finditer(before)), list(WORDS.finditer(after))
    went: list[tuple[int, int]] = []
    came: list[tuple[int, int]] = []
    matcher = difflib.SequenceMatcher(a=[m[0] for m in old], b=[m[0] for m in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal" and a < b:
            went.append((old[a].start(), old[b - 1].end()))
        if kind != "equal" and c < d:
            came.append((new[c].start(), new[d - 1].end()))
    return marked_text(before, went), marked_text(after, came)
