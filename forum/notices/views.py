"""What I am told."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_login import current_user

from forum.care.panel import aftercare
from forum.members import pseudonyms
from forum.notices import queries
from forum.storage.clock import now
from forum.web.access import members_only
from forum.web.days import said_day

notices = Blueprint("notices", __name__)


@notices.get("/notices")
@members_only
def all_notices() -> str:
    """The notices to all my names, newest day first."""
    names = {name.id: name.name for name in pseudonyms.ring(current_user.vault)}
    told = queries.notices_of(names, now())
    return render_template("notices/all.html", notices=[_said(notice) for notice in told])


def _said(notice: queries.Told) -> SimpleNamespace:
    path = f"/mine/{notice.post_id}" if notice.post_id else None
    if notice.kind == "reply" and notice.thread_id:
        path = f"/t/{notice.thread_id}"
    if notice.kind == "strike":
        path = "/account/notes"
    if notice.kind == "badge":
        path = "/training"
    is_care = notice.kind == "care"
    return SimpleNamespace(
        title=said_kind(notice.kind),
        words=_check_in(notice.words) if is_care else notice.words,
        stop=f"/mine/{notice.post_id}/check-ins" if is_care and notice.words == "day" else None,
        path=path,
        day=said_day(notice.day),
        kind=notice.kind,
    )


def _check_in(step: str) -> str:
    """The words of a check-in note, in the language of the reader; a notice keeps only which of the two."""
    words = aftercare().get(f"check_{step}")
    return str(_(words)) if words else ""


def said_kind(kind: str) -> str:
    """What a kind of notice says, in one sentence."""
    return str(
        {
            "published": _("Your text is published."),
            "accepted": _("A moderator read what you told them, and accepted it."),
            "closed": _("A moderator answered you and closed the conversation."),
            "reopened": _("It is open again: a moderator took the last step back."),
            "returned": _("A text came back to you."),
            "declined": _("A text was declined."),
            "proposed": _("A moderator offers you a version of your text."),
            "word": _("A moderator wrote to you."),
            "hidden": _("A text of yours is hidden while somebody looks again."),
            "shown": _("A text of yours can be read again."),
            "removed": _("A text of yours was removed."),
            "late": _("A text of yours waits longer than we aim for. It has moved up."),
            "reply": _("Somebody answered in your thread."),
            "report": _("Your report was looked at."),
            "appeal": _("Your appeal was decided."),
            "care": _("We are thinking of you. A short check-in is here if you want it."),
            "ending": _("A returned text ends in a week unless you change it."),
            "strike": _("A moderator left a note on one of your names."),
            "noted": _("A moderator put a content note on a text of yours."),
            "thanks": _("Somebody left you a kind word."),
            "helped": _("Somebody said that your reply helped. If you like, make a strategy card of it."),
            "badge": _("Your badge ends with this quarter. If you like, you can renew it."),
            "unreadable": _(
                "The machine could not read a text of yours, so it came back to you. It is not your fault."
            ),
        }[kind]
    )
