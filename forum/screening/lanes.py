"""From what the machine found to a lane, an order and a target: advice for people, never a decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from forum.screening.findings import NO_CONTEMPT, Aim, Care, Contempt, Lane, Tier

UNREAD_LANGUAGE: Final = "unread-language"
"""The flag of a text in a language the machine does not read."""

ENCOURAGEMENT: Final = "encouragement"
"""The one kind of tier E that is conduct: words that push a reader towards death."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which score (0 to 1) a label counts as hostility, and why there."""

    value: float
    reason: str


THRESHOLDS: Final[Mapping[str, Threshold]] = MappingProxyType(
    {
        "toxicity": Threshold(0.72, "Swearing and despair raise this label too, so it must be aimed."),
        "severe_toxicity": Threshold(0.45, "Rare and seldom wrong: a middling score is worth a look."),
        "obscene": Threshold(0.90, "Coarse words alone are never conduct; the score is only shown."),
        "threat": Threshold(0.20, "A missed threat costs more than a false alarm."),
        "insult": Threshold(0.50, "Cold cruelty without swear words begins here; self-blame stays below."),
        "identity_attack": Threshold(0.42, "Naming one's own group stays below; an attack does not."),
    }
)

_COUNTED: Final[Mapping[Aim, frozenset[str]]] = MappingProxyType(
    {
        "other": frozenset({"toxicity", "severe_toxicity", "threat", "insult", "identity_attack"}),
        "unclear": frozenset({"toxicity", "severe_toxicity", "threat", "insult", "identity_attack"}),
        "nobody": frozenset({"severe_toxicity", "threat", "insult", "identity_attack"}),
        "self": frozenset(),
    }
)

_COUNTED_IF_KIND: Final = frozenset({"severe_toxicity", "identity_attack"})
"""Of words that comfort, ask or advise, the score of an insult is high as often as of cruel ones."""

_SURER: Final[Mapping[str, float]] = MappingProxyType({"insult": 0.7, "threat": 0.35, "identity_attack": 0.3})
"""Where no words point at anybody a label must be surer: this share of the way from its threshold to 1.

Measured on functional cases: between 0.42 and 0.59 as many neutral words about a group fall as attacks.
"""

_CARE_ORDER: Final[Mapping[Tier | None, int]] = MappingProxyType(
    {"D": 0, "C": 1, "E": 2, "B": 3, "A": 3, None: 3}
)
_CARE_MINUTES: Final[Mapping[Tier | None, int]] = MappingProxyType(
    {"D": 15, "C": 60, "E": 60, "B": 240, "A": 240, None: 240}
)
_LANE_MINUTES: Final[Mapping[str, int]] = MappingProxyType({"conduct": 480, "reported": 480, "appeal": 2880})


_numbers: list[Callable[[], Mapping[str, Any]]] = []


def numbers_from(source: Callable[[], Mapping[str, Any]]) -> None:
    """Register where leads keep their own figures: `threshold.<label>`, `due.care.<tier>`, `due.<lane>`."""
    _numbers[:] = [source]


def _number(name: str, ours: float) -> float:
    return float(_numbers[0]().get(name, ours)) if _numbers else ours


def counts_at(label: str, aim: Aim) -> bool:
    """Tell whether a label counts as hostility at an aim."""
    return label in _COUNTED[aim]


def hostile_labels(labels: Mapping[str, float], aim: Aim) -> tuple[str, ...]:
    """Name the labels that count as hostility at this aim, in the order of the table.

    `labels` are scores from 0 to 1; labels without a threshold are left out of account.
    """
    counted = _COUNTED[aim]
    return tuple(
        label for label in THRESHOLDS if label in counted and labels.get(label, 0.0) >= _least(label, aim)
    )


def _least(label: str, aim: Aim) -> float:
    value = _number(f"threshold.{label}", THRESHOLDS[label].value)
    return value + _SURER.get(label, 0.0) * (1 - value) if aim == "nobody" else value


def is_crisis(care: Care) -> bool:
    """Tell whether a text belongs to the care lane: B, C, D, or E as method, pact or seeking."""
    if care.tier in ("B", "C", "D"):
        return True
    at_e = [finding for finding in care.findings if finding.tier == "E"]
    if any(finding.tier in ("B", "C", "D") for finding in care.findings):
        return True
    if any(finding.kind != ENCOURAGEMENT for finding in at_e):
        return True
    return care.tier == "E" and not at_e


def encourages(care: Care) -> bool:
    """Tell whether a rule found words that push a reader towards death."""
    return any(finding.kind == ENCOURAGEMENT and finding.tier == "E" for finding in care.findings)


def lane_for(
    care: Care,
    labels: Mapping[str, float],
    aim: Aim,
    flags: Collection[str] = (),
    contempt: Contempt = NO_CONTEMPT,
) -> Lane:
    """Choose the lane of a screened text.

    Crisis comes first and no score moves it. Heavy distress (tier A) is never conduct. Contempt that a rule
    found is conduct whatever the scores are. `labels` are void where `flags` say that the language is not
    read.
    """
    if is_crisis(care):
        return "care"
    if encourages(care):
        return "conduct"
    if _is_distress(care, aim, contempt):
        return "routine"
    if contempt.findings:
        return "conduct"
    if UNREAD_LANGUAGE in flags:
        return "routine"
    return "conduct" if _hostile(labels, aim, contempt) else "routine"


def _hostile(labels: Mapping[str, float], aim: Aim, contempt: Contempt) -> bool:
    """Tell whether a score counts; of kind words only labels that seldom take comfort for an insult."""
    counted = hostile_labels(labels, aim)
    return (
        any(label in _COUNTED_IF_KIND for label in counted)
        if contempt.is_kind and aim != "other"
        else bool(counted)
    )


def _is_distress(care: Care, aim: Aim, contempt: Contempt) -> bool:
    """Tell whether heavy distress is the author's: not where a text only speaks against its reader."""
    return care.tier == "A" and (contempt.about_author or aim != "other")


def flags_for(
    care: Care, labels: Mapping[str, float], aim: Aim, contempt: Contempt = NO_CONTEMPT
) -> tuple[str, ...]:
    """Name what a moderator should see beside the lane: each kind found, and hostility beside distress."""
    kinds = dict.fromkeys(finding.kind for finding in (*care.findings, *contempt.findings))
    is_hostile = contempt.findings or _hostile(labels, aim, contempt)
    if is_hostile and (is_crisis(care) or _is_distress(care, aim, contempt)):
        kinds["hostile-beside-distress"] = None
    return tuple(kinds)


def rank(lane: str, tier: Tier | None) -> int:
    """Give the place in the order: care D 0, C 1, E 2, B 3, and 4 for everything that goes by due time."""
    return _CARE_ORDER[tier] if lane == "care" else 4


def target_minutes(lane: str, tier: Tier | None, flags: Collection[str] = ()) -> int | None:
    """Give the minutes until a person should have read a text; None where staffing decides (routine).

    Source of the figures: section 4.7 of the design; they are ours, to be published, not from a study.
    """
    if lane == "care":
        return int(_number(f"due.care.{tier or 'B'}", _CARE_MINUTES[tier]))
    if lane == "conduct" and tier == "E":
        return 60
    if lane == "routine":
        return 240 if UNREAD_LANGUAGE in flags else None
    return int(_number(f"due.{lane}", _LANE_MINUTES[lane]))
