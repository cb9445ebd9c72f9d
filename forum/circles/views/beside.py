"""What stands beside words of one's own: the help that they call for, and what their author may do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from forum.circles import conversation, mine, panels, queries, rules, waits
from forum.circles.models import Decision, Review
from forum.circles.reviews import weighed_by
from forum.circles.views.reading import said_note
from forum.circles.writing import Written
from forum.screening.care import read_care
from forum.screening.lanes import is_crisis
from forum.storage.clock import now
from forum.storage.database import db
from forum.text.render import as_markup


def preview(written: Written) -> SimpleNamespace:
    """How a text will look, with help before it where it speaks of dying: not everybody presses Submit."""
    help_now = _help_now() if is_crisis(written.care) else None
    html = (help_now or as_markup("")) + as_markup(written.html)
    return SimpleNamespace(title=written.title, note=said_note(written.note), html=html)


def titled(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed, with a plain title where words of a crisis have none: care is always taken."""
    words = "\n".join(text for text in typed.values() if " " in text.strip())
    if typed.get("title", "").strip() or not is_crisis(read_care(words)):
        return typed
    filled = MultiDict(typed)
    filled["title"] = _("No title")
    return filled


def help_for_draft(draft: dict[str, Any]) -> Markup | None:
    """The help beside a draft that was just kept, where it speaks of dying. Read here, told to nobody."""
    words = "\n".join(str(draft.get(part) or "") for part in ("title", "body"))
    return _help_now() if is_crisis(read_care(words)) else None


def _help_now() -> Markup | None:
    return panels.help_panel(panels.NOT_SENT, current_user.country or None, waits.measured("care", now()))


def help_panel(
    post: mine.OwnPost, text: mine.OwnText, review: Review | None, told: mine.Told | None, wait: waits.Wait
) -> Markup | None:
    """The help beside a text with a tier, with everything that its author may do from there."""
    tier = _tier_of_help(review, text)
    if review is None or tier is None:
        return None
    allowed = may(post, text, told)
    if review.open and tier in ("B", "C", "D"):
        allowed += ["check-ins"] if post.circle_id == rules.TALK else ["check-ins", "contact"]
    own = panels.OwnText(post.post_id, review.contact, allowed)
    return panels.help_panel(tier, review.country or current_user.country or None, wait, own)


def help_for_word(talk: SimpleNamespace, wait: waits.Wait) -> Markup | None:
    """The help beside the last private word, where it speaks of dying."""
    care = read_care(talk.messages[-1].text)
    return panels.help_panel(care.tier, current_user.country or None, wait) if is_crisis(care) else None


def asks_before_withdrawing(
    post: mine.OwnPost, text: mine.OwnText, review: Review | None, talk: SimpleNamespace
) -> bool:
    """Whether more ends with a text than the text: a talk, a wish to be written to, somebody's care."""
    if text.state == "held" or post.circle_id == rules.TALK or (talk.may_write and talk.messages):
        return True
    return review is not None and (review.contact == "welcome" or review.tier in ("B", "C", "D", "E"))


def word_for_repliers(post: mine.OwnPost, text: mine.OwnText) -> str | None:
    """A word for who answers a heavy text: read anew from what everybody reads, so that it tells no more."""
    if post.is_opening or text.state not in rules.PENDING:
        return None
    opening = queries.opening_of(post.thread_id)
    return panels.word_for_repliers(opening) if opening else None


def _tier_of_help(review: Review | None, text: mine.OwnText) -> str | None:
    """Which help is shown beside a text: its tier's while it waits, later one that promises no reader.

    Help that was offered stays, also where a moderator lowered the tier.
    """
    weighed = weighed_by(review.weighed) if review else None
    tier = rules.higher(review.tier, weighed.before if weighed else None) if review else None  # type: ignore[arg-type]
    if text.state in rules.PENDING:
        return tier
    return panels.TAKEN_BACK if text.state == "withdrawn" and tier not in (None, "A") else None


def may(post: mine.OwnPost, text: mine.OwnText, told: mine.Told | None) -> list[str]:
    """What its author may do with a text as it stands."""
    allowed = []
    if text.state in (*rules.PENDING, "returned", "published"):
        allowed.append("edit")
    if text.state in (*rules.PENDING, "returned"):
        allowed.append("withdraw")
    if any(other.state in rules.SHOWN for other in post.texts):
        allowed.append("remove")
    decision = db.session.get(Decision, told.decision_id) if told else None
    if decision is not None and conversation.may_appeal(decision, now()):
        allowed.append("appeal")
    return allowed
