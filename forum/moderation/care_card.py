"""What the card of a care review says beside the text: target, why it is here, place, first words."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from forum.care import directory
from forum.care.panel import starters_for
from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.reviews import weighed_by
from forum.circles.waits import ANSWERED
from forum.moderation import queries
from forum.moderation.reports import WORRIED
from forum.screening.lanes import target_minutes
from forum.web.days import said_minutes


def beside(card: queries.Card) -> SimpleNamespace | None:
    """All of it for a review of the care lane or of tier E, or None for any other."""
    review = card.review
    if review.lane != "care" and review.tier != "E":
        return None
    minutes = target_minutes(review.lane, review.tier, review.flags)  # type: ignore[arg-type]
    return SimpleNamespace(
        target=_("To be read within %(span)s.", span=said_minutes(minutes)) if minutes else None,
        why=_why(card),
        place=_place(review.country),
        earlier=_earlier(card),
        starters=starters_for(review.tier),
    )


def answered(card: queries.Card, *, is_decided: bool) -> str | None:
    """That the author has written and waits for an answer."""
    if ANSWERED not in card.review.flags:
        return None
    if is_decided:
        return str(_("It is decided, and its author has written again. Somebody is due to answer."))
    return str(_("The author has answered."))


def weighed(card: queries.Card) -> str | None:
    """That a person chose the tier, and what follows for who lowered it."""
    chosen = weighed_by(card.review.weighed)
    if chosen is None:
        return None
    said = _("A person chose this tier; before it was %(tier)s.", tier=chosen.before or _("none"))
    if chosen.lowered_from_two and chosen.by == current_user.staff.id:
        said += " " + _("You lowered it, so somebody else is wanted to publish or decline it.")
    return str(said)


def second(card: queries.Card, at: datetime) -> SimpleNamespace | None:
    """How the wanted second voice stands; `alone` is the decision that may be finished without it."""
    review = card.review
    if review.first_by is None:
        return None
    alone = ""
    if review.first_by != current_user.staff.id:
        words = _("One person has looked already. This needs a second voice, yours, to take effect.")
    elif life.may_decide_alone(review.first_at or at, at, shifts.others_on_duty(current_user.staff.id, at)):
        alone = review.first_outcome or ""
        words = _(
            "Two people should decide this, and nobody else has looked. Nothing has happened yet: your"
            " voice is kept, and it can wait for a second one. If you finish it, it is marked as decided"
            " alone, and somebody looks at it later."
        )
    else:
        words = _("Your voice is kept. A second person is wanted.")
    return SimpleNamespace(words=words, alone=alone)


def _why(card: queries.Card) -> str | None:
    """What brought it here where no passage of the text did."""
    if WORRIED in card.review.flags:
        return str(
            _("Somebody who read it is worried. No message went out: whether to write is yours to decide.")
        )
    found = card.screening.findings if card.screening else []
    if any(one["tier"] in ("B", "C", "D", "E") for one in found):
        return None
    return str(
        _("What its author wrote to the moderators raised it, or an earlier version, or the watch list.")
    )


def _place(code: str | None) -> SimpleNamespace | None:
    """The country that the author chose, with what could be named to them there."""
    chosen = directory.country(code)
    if chosen is None:
        return None
    first = directory.contacts_for(code, 1)
    return SimpleNamespace(
        code=chosen.code,
        name=_(chosen.name),
        emergency=chosen.emergency,
        contacts=[f"{one.name} {one.ways[0].shown}" for one in first],
    )


def _earlier(card: queries.Card) -> str | None:
    count = queries.earlier_under_care(card.post)
    if not count:
        return None
    return str(
        ngettext(
            "%(num)d other text under this name was under care.",
            "%(num)d other texts under this name were under care.",
            count,
        )
    )
