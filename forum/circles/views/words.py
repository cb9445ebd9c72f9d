"""How a state, a wait, a reason and a conversation are said to an author."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from types import SimpleNamespace

from flask_babel import format_date
from flask_babel import gettext as _

from forum.circles import conversation, mine, rules
from forum.circles.content import open_content
from forum.circles.models import Review, Revision
from forum.circles.waits import Staffing, Wait
from forum.content import reason
from forum.web.days import said_day, said_minutes, said_next
from forum.web.languages import language

DECIDED = ("published", "hidden", "returned", "declined", "removed")
"""What an author reads once somebody has decided."""


def day(value: date) -> str:
    """A day to come, by name."""
    return str(format_date(value, "d MMMM"))


def what(post: mine.OwnPost) -> str:
    """What kind of text a post is, and where."""
    if post.kind == rules.CARD:
        return str(_("A card in the library"))
    if post.circle_id == rules.TALK:
        return str(_("A conversation with the moderators"))
    if post.is_opening:
        return str(_("A thread in %(circle)s", circle=post.circle_name))
    return str(_("A reply in %(circle)s", circle=post.circle_name))


def state(value: str) -> str:
    """A state in one or two words."""
    return str(
        {
            "waiting": _("Waiting"),
            "proposed": _("A version is offered"),
            "held": _("In conversation"),
            "published": _("Published"),
            "accepted": _("Accepted"),
            "asked": _("Waiting"),
            "answered": _("Closed"),
            "hidden": _("Hidden"),
            "returned": _("Returned to you"),
            "declined": _("Declined"),
            "removed": _("Removed"),
            "withdrawn": _("Withdrawn"),
            "superseded": _("Replaced"),
        }[value]
    )


def mode(value: str) -> str:
    """What a reply is meant as."""
    return _mode(value, language())


@lru_cache(maxsize=64)
def _mode(value: str, _language: str) -> str:
    words = {
        "support": _("Support"),
        "experience": _("Experience"),
        "advice": _("Advice"),
        "question": _("Question"),
    }
    return str(words[value])


def heading(value: str, removed_by: str | None) -> str:
    """The first line of the page about one text."""
    if value == "removed" and removed_by == "author":
        return str(_("You removed this"))
    if value == "removed" and removed_by == "clock":
        return str(_("Its time was over"))
    return str(
        {
            "waiting": _("Received. It waits for a person"),
            "proposed": _("A moderator offers you a version"),
            "held": _("A moderator is talking with you"),
            "published": _("It is published"),
            "accepted": _("A moderator read it and accepted it"),
            "asked": _("Received. A moderator will read it"),
            "answered": _("This conversation is closed"),
            "hidden": _("It is hidden for now"),
            "returned": _("It came back to you"),
            "declined": _("It was declined"),
            "removed": _("It was removed"),
            "withdrawn": _("It is withdrawn"),
            "superseded": _("A newer version took its place"),
        }[value]
    )


def explained(value: str, removed_by: str | None) -> str:
    """What the state means and what comes next."""
    if value == "removed" and removed_by == "author":
        return str(_("It is gone from the forum. The text itself is erased after a day."))
    if value == "removed" and removed_by == "clock":
        return str(_("This circle keeps posts for a while only. The text itself is erased after a day."))
    return str(
        {
            "waiting": _(
                "Your words have arrived and are kept. Nobody but you and the moderators can read them."
            ),
            "proposed": _(
                "Some detail could hurt a reader or you. You decide whether the version below appears."
            ),
            "held": _("It is not public. You can answer below, change your text, or withdraw it."),
            "published": _("Others can read it. You can change or remove it whenever you like."),
            "accepted": _("Only moderators can read it, now and later. You can change or remove it."),
            "asked": _("Only moderators can read it. An answer appears here, and among your notices."),
            "answered": _(
                "A moderator answered and closed it. The answer is below. You can open another under Account."
            ),
            "hidden": _("Somebody asked for a second look. It cannot be read until a person has decided."),
            "returned": _("Something needs to change first. The reason is below; your text is kept to edit."),
            "declined": _(
                "It will not appear. The reason is below, and you can ask somebody else to decide."
            ),
            "removed": _(
                "A moderator took it away. The reason is below, and you can ask for another decision."
            ),
            "withdrawn": _("It will not appear. The text is erased after a day."),
            "superseded": _("This version is no longer used."),
        }[value]
    )


def stage(text: mine.OwnText) -> str | None:
    """The step at which a text is, for the picture of the way."""
    if text.state == "published":
        return "published"
    if text.state not in rules.PENDING:
        return None
    return "person" if text.scored == "done" else "screened"


def measured(wait: Wait) -> str | None:
    """The measured wait of the last seven days in words, or None while there is too little to say."""
    if wait.half is None or wait.most is None:
        return str(_("There are too few decisions this week to say how long it takes."))
    return str(
        _(
            "In the last seven days half were read within %(half)s, and nine in ten within %(most)s.",
            half=said_minutes(wait.half),
            most=said_minutes(wait.most),
        )
    )


def duty(staffing: Staffing) -> str:
    """Whether somebody is on duty."""
    if staffing.on_duty:
        return str(_("A moderator is on duty now."))
    if staffing.next_at is not None:
        return str(
            _(
                "Nobody is on duty right now. The next shift starts %(next)s.",
                next=said_next(staffing.next_at),
            )
        )
    return str(_("Nobody is on duty right now. Moderators are volunteers and look in every day."))


def answer(told: mine.Told | None, text: mine.OwnText) -> SimpleNamespace | None:
    """The reason of a decision, as its author reads it."""
    if told is None or told.outcome not in ("return", "decline", "hide", "remove"):
        return None
    alone = _("One moderator decided this alone, since nobody else was there.") if told.alone else None
    until = _("Your text is kept until %(day)s.", day=day(text.until)) if text.until else None
    return SimpleNamespace(
        reason=_said_rule(told.rule),
        passage=None,
        note="\n\n".join(filter(None, (told.words, alone))),
        until=until,
    )


def _said_rule(reason_id: str) -> str:
    """The rule that a decision names, by its number and the title of the reason."""
    found = reason(reason_id)
    if found is None:
        return ""
    return f"{found.rule} · {found.title}" if found.rule else found.title


def proposal(offer: Revision | None, text: mine.OwnText) -> SimpleNamespace | None:
    """The version that a moderator offers."""
    if offer is None:
        return None
    content = open_content(offer)
    return SimpleNamespace(
        title=content.title,
        body=content.body,
        note=None,
        hash=offer.hash.hex(),
        until=_("It is offered until %(day)s.", day=day(text.until)) if text.until else None,
    )


def talk(
    review: Review | None, value: str, asked: list[Review], goes_on: Review | None = None
) -> SimpleNamespace:
    """The conversations about a text, as its author sees them: a moderator, never who.

    `asked` are the reviews in which moderators have written to the author, `goes_on` the one about a decided
    text in which the author may still speak.
    """
    own = [one for one in (review, goes_on) if one]
    every = list({one.id: one for one in (*own, *asked)}.values())
    messages = [
        SimpleNamespace(
            own=word.side == "author",
            who=_("You") if word.side == "author" else _("A moderator"),
            day=said_day(word.day),
            text=word.words,
        )
        for one in every
        for word in mine.conversation(one.id, for_author=True)
    ]
    is_pending = review is not None and value in ("waiting", "held")
    is_open = any(one.open for one in every if one is not review)
    after = not is_pending and (goes_on or (review if review and review.open else None))
    return SimpleNamespace(
        messages=messages,
        may_write=is_pending or is_open or bool(after),
        after=_after(value) if after and value in DECIDED else None,
    )


def _after(value: str) -> str:
    """That somebody can still be written to about a decided text."""
    if value == "published":
        return str(
            _("Your text is published, and the conversation stays open: write here whenever you want.")
        )
    return str(_("A decision was made, and the conversation stays open: write here whenever you want."))


def appeal(told: mine.Told | None) -> str | None:
    """Where an appeal stands, in words."""
    review = conversation.appeal_of(told.decision_id) if told else None
    if review is None:
        return None
    if review.open:
        return str(_("Your appeal waits. Somebody who did not make the decision will read it."))
    return str(_("Your appeal was read, and the decision stands. The reason is in your notices."))
