"""Care for moderators. What they can bear lies in their own vault: no colleague and no thief sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forum.circles.models import Review
from forum.members.vault import OpenVault

PLACE = ("settings", "desk")
LIGHT_AFTER = 5
SHIFT = timedelta(hours=12)
"""After so long without a heavy one the count starts anew, also when nobody went off duty."""

TOPICS = (
    "eating-disorder-detail",
    "self-harm",
    "abuse-at-home",
    "danger-to-others",
    "minor",
    "goodbye",
    "encouragement",
)
"""Kinds of findings that a moderator may leave to others."""


@dataclass(frozen=True, slots=True)
class Strain:
    """How much somebody has read, what they leave to others, and after what a debrief is due."""

    heavy: int = 0
    streak: int = 0
    left_out: frozenset[str] = frozenset()
    softened: bool = True
    debriefs: tuple[str, ...] = ()

    @property
    def wants_light(self) -> bool:
        """Whether the next one should be light."""
        return self.streak >= LIGHT_AFTER


def strain_of(vault: OpenVault, now: datetime) -> Strain:
    """What a moderator's vault says of their shift."""
    kept = vault.about(*PLACE) or {}
    is_over = "since" in kept and now - datetime.fromisoformat(kept["since"]) > SHIFT
    return Strain(
        0 if is_over else int(kept.get("heavy", 0)),
        0 if is_over else int(kept.get("streak", 0)),
        frozenset(kept.get("left_out", ())),
        bool(kept.get("softened", True)),
        tuple(kept.get("debriefs", ())),
    )


def is_heavy(review: Review) -> bool:
    """Whether a review counts as heavy to read."""
    return review.lane in ("care", "conduct") or review.tier in ("B", "C", "D", "E")


def count(vault: OpenVault, review: Review, now: datetime) -> None:
    """Count a review that somebody has taken; a light one ends the row of heavy ones."""
    before = strain_of(vault, now)
    heavy = is_heavy(review)
    if not heavy and not before.streak:
        return
    _keep(vault, heavy=before.heavy + heavy, streak=before.streak + 1 if heavy else 0, since=now.isoformat())


def end_shift(vault: OpenVault) -> None:
    """Start counting anew."""
    _keep(vault, heavy=0, streak=0)


def ask_for_debrief(vault: OpenVault, review: Review) -> None:
    """Remember that a text of tier D was read, until its reader has talked about it."""
    due = (vault.about(*PLACE) or {}).get("debriefs", [])
    if review.tier == "D" and review.id not in due:
        _keep(vault, debriefs=[*due, review.id])


def end_debriefs(vault: OpenVault) -> None:
    """The talk has been."""
    _keep(vault, debriefs=[])


def choose(vault: OpenVault, left_out: list[str], *, softened: bool) -> None:
    """Keep what a moderator leaves to others, and whether heavy texts open softened."""
    _keep(vault, left_out=sorted(set(left_out) & set(TOPICS)), softened=softened)


def _keep(vault: OpenVault, **changes: object) -> None:
    vault.put_about(*PLACE, {**(vault.about(*PLACE) or {}), **changes})
