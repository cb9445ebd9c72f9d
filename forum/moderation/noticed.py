"""What the machine noticed in a text, in words: findings with their reasons, sentences, scores, aim."""

from __future__ import annotations

from typing import Any, cast

from flask_babel import gettext as _

from forum.circles.models import Review
from forum.circles.waits import ANSWERED
from forum.circles.watching import WATCHED
from forum.moderation import policy, watch
from forum.moderation.queries import Card
from forum.moderation.rules import Shown, shown_once
from forum.moderation.words import said_paused
from forum.screening.findings import Aim
from forum.screening.lanes import hostile_labels
from forum.screening.models import Screening


def noticed(card: Card) -> dict[str, Any]:
    """What the machine noticed, for the card."""
    return {
        "findings": findings(card),
        "scores": card.screening.labels if card.screening else {},
        "aim": _aim(card.review.aim),
        "band": _band(card),
        "flags": [flag for flag in card.review.flags if flag != ANSWERED],
        "machine": _machine(card),
    }


def _aim(aim: str) -> str:
    return str(
        {
            "self": _("the writer"),
            "other": _("somebody else"),
            "nobody": _("nobody"),
            "unclear": _("unclear"),
        }[aim]
    )


def _band(card: Card) -> str:
    band = card.review.band
    if not band:
        return str(_("No history is kept."))
    first = _("First text ever.") if band["first_text"] else _("Has written before.")
    strikes = {"none": _("No strikes."), "some": _("Some strikes."), "many": _("Many strikes.")}
    said = f"{first} {strikes[str(band['strikes'])]}"
    return f"{said} {said_paused()}" if band.get("paused") else said


def _machine(card: Card) -> str:
    screening = card.screening
    if screening is None or screening.state != "done":
        return str((screening and screening.problem) or _("Not scored yet."))
    return str(_("%(model)s, %(count)s windows.", model=screening.model, count=screening.windows))


def findings(card: Card) -> list[Shown]:
    """What the rules found, the sentences that score high, and where phrases of the watch list stand.

    Nothing is said twice; what is stored stays as it is. Offsets count from the title on.
    """
    return shown_once([*_found(card), *_watched(card)])


def _found(card: Card) -> list[dict[str, Any]]:
    if card.screening is None:
        return []
    return [*card.screening.findings, *_sentences(card.screening, card.review)]


def _watched(card: Card) -> list[dict[str, Any]]:
    """Where phrases of the watch list stand, looked for anew each time."""
    if WATCHED not in card.review.flags or card.content is None:
        return []
    content = card.content
    text = f"{content.title}\n{content.body}" if content.title else content.body
    return [
        {
            "rule": "watch",
            "kind": WATCHED,
            "tier": None,
            "start": one.start,
            "end": one.end,
            "reason": str(_("The leads watch for “%(phrase)s”.", phrase=one.phrase)),
        }
        for one in watch.passages(text, policy.value_of(policy.WATCH))
    ]


def _sentences(screening: Screening, review: Review) -> list[dict[str, Any]]:
    """The sentences that alone come near a threshold over which the whole text lies, each with its scores."""
    hostile = hostile_labels(screening.labels, cast(Aim, review.aim))
    scores: dict[tuple[int, int], list[str]] = {}
    for mark in screening.marks:
        if mark["label"] in hostile:
            said = f"{mark['label'].replace('_', ' ')} {mark['score']:.2f}"
            scores.setdefault((mark["start"], mark["end"]), []).append(said)
    return [
        {
            "rule": ", ".join(said),
            "kind": "sentence",
            "tier": None,
            "start": start,
            "end": end,
            "reason": str(_("A sentence that scores high by itself.")),
        }
        for (start, end), said in sorted(scores.items())
    ]
