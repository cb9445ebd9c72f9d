"""The page of a stale click: what changed since the text was read; and words that went nowhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from forum.circles.content import Content, open_content
from forum.circles.models import Revision
from forum.moderation import queries
from forum.moderation.actions import Seen
from forum.storage.clock import now
from forum.storage.database import db
from forum.storage.sealing import CannotOpen
from forum.text.render import marked_text

WORDS = re.compile(r"\S+")


TYPED = ("passage", "note", "title", "body", "desk_note")


def words_in(form: Mapping[str, str]) -> str:
    """Everything that was typed into the forms of a card, one under the other."""
    typed = (form.get(name) for name in TYPED)
    return "\n\n".join(words.strip() for words in typed if words and words.strip())


def words_back(said: str, words: str) -> str:
    """The page after a review was given back, with the words that were typed and not sent."""
    return render_template("moderation/words_back.html", said=said, words=words)


def changed_page(card: queries.Card, seen: Seen, words: str = "") -> str:
    """What happened to a review meanwhile, the difference where its text changed, and what was typed."""
    db.session.rollback()
    fresh = queries.card(card.review.id)
    if fresh is None or not fresh.review.open:
        why = f"{_said_state(fresh)} {_('Nothing was changed by your click.')}"
        return _page(why, None, url_for("moderation.review", review_id=card.review.id), words)
    back = url_for("moderation.review", review_id=card.review.id)
    if fresh.revision.hash == seen.hash:
        return _page(_said_open(fresh), None, back, words)
    before = _read_before(card, seen)
    difference = difference_of(text_of(before), text_of(fresh.content)) if before and fresh.content else None
    why = _("The author has changed the text meanwhile. Please read the new version first.")
    return _page(why, difference, back, words)


def _page(why: str, difference: tuple[Markup, Markup] | None, back: str, words: str) -> str:
    return render_template("moderation/changed.html", why=why, difference=difference, back=back, words=words)


def _said_state(fresh: queries.Card | None) -> str:
    """What became of a text whose review is closed; never who did it."""
    known = {
        "published": _("It was published meanwhile."),
        "returned": _("It was returned meanwhile."),
        "declined": _("It was declined meanwhile."),
        "proposed": _("Another version was offered to its author meanwhile."),
        "hidden": _("It was hidden meanwhile."),
        "removed": _("It was removed meanwhile."),
        "withdrawn": _("Its author withdrew it meanwhile."),
        "superseded": _("Its author sent a newer version meanwhile."),
    }
    state = fresh.revision.state if fresh else ""
    return str(known.get(state) or _("It was decided or withdrawn meanwhile."))


def _said_open(fresh: queries.Card) -> str:
    """What changed about a review that is still open and whose text is the same."""
    review = fresh.review
    is_held = review.claimed_until is not None and review.claimed_until > now()
    if is_held and review.claimed_by != current_user.staff.id:
        return str(_("Somebody else holds it now. Nothing was changed by your click."))
    if fresh.revision.state == "hidden":
        return str(_("It was hidden meanwhile. Please look once more."))
    if fresh.revision.state == "held":
        return str(
            _("Somebody wrote to its author meanwhile, or its author answered. Please look once more.")
        )
    return str(_("Something about this review changed meanwhile. Please look once more."))


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
