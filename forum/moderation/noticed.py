"""What the machine noticed in a text, in words: findings with their reasons, sentences, scores, aim."""

from __future__ import annotations

from typing import Any, cast

from flask_babel import gettext as _

from forum.circles.models import Review
from forum.circles.waits import ANSWERED
from forum.circles.watching import WATCHED
from forum.moderation import policy, watch
from forum.moderation.queries import Card
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


def findings(card: Card) -> list[dict[str, Any]]:
    """What the rules found, the sentences that score high, and where phrases of the watch list stand.

    The last are looked for anew each time. Offsets count from the title on.
    """
    found = [*card.screening.findings, *_sentences(card.screening, card.review)] if card.screening else []
    if WATCHED not in card.review.flags or card.content is None:
        return found
    content = card.content
    text = f"{content.title}\n{content.body}" if content.title else content.body
    for one in watch.passages(text, policy.value_of(policy.WATCH)):
        why = str(_("The leads watch for “%(phrase)s”.", phrase=one.phrase))
        found.append(
            {
                "rule": "watch",
                "kind": WATCHED,
                "tier": None,
                "start": one.start,
                "end": one.end,
                "reason": why,
            }
        )
    return found


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
