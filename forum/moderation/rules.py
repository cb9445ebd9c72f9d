"""Pure rules of the desk: what a decision needs, and when it can be undone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from forum.circles.rules import PENDING, State, higher
from forum.screening.findings import Tier

OF_SUBMISSIONS = ("publish", "return", "decline", "hold", "propose", "escalate")
OF_REPORTS = ("leave", "annotate", "publish", "hide", "remove", "escalate")
OF_APPEALS = ("uphold", "overturn", "escalate")
OUTCOMES = tuple(dict.fromkeys((*OF_SUBMISSIONS, *OF_REPORTS, *OF_APPEALS)))
SANCTIONS = ("strike", "suspend")
UNDER_CARE = ("B", "C", "D")
"""Tiers in which nobody is given a strike or paused: design, section 8, and promise P4."""

OF_WORDS = ("escalate",)
"""What can be decided where an author goes on writing about a decided text: it is answered, or needs none."""

OF_TALKS = ("hold", "publish", "escalate")
"""What a conversation from the account can come to: an answer, its close, a lead. It is no text to judge."""

ASK = "ask"
"""Writing to an author in a report or an appeal: no decision, but words that somebody reads."""

WORDS_NEEDED = frozenset({"return", "decline", "hold", "hide", "remove", "uphold", ASK, *SANCTIONS})
RULE_NEEDED = frozenset({"return", "decline", "hide", "remove", *SANCTIONS})
SHORTEST_WORDS = 15
"""A reason below this many characters tells an author nothing."""

LONGEST_WORDS = 4_000
GAP = re.compile(r"\[[^\]\n]*\](?!\()")
"""A place in a starter text that a person has to fill: words in brackets."""


UNDO_LEADS_FROM: Mapping[str, State] = {
    "publish": "published",
    "return": "returned",
    "decline": "declined",
    "propose": "proposed",
    "hold": "held",
    "hide": "hidden",
    "remove": "removed",
    "annotate": "published",
    "leave": "published",
}


FIRST_ALERT, AT_TARGET, CLAIM_ENDED = 1, 2, 4
"""What a review's `alerts` remembers: which alerts have left for it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as it was chosen. `masked` is the moderator's version for a proposal.

    `alone`: who gave the first of two voices said, in a step of its own, that nobody else will.
    """

    outcome: str
    rule: str = ""
    words: str = ""
    content_note: str = ""
    masked: object | None = field(default=None)
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a decision form: the field and the sentence shown beside it."""

    field: str
    code: str


def gaps_of(templates: Collection[str]) -> frozenset[str]:
    """Every gap of some starter texts, as it stands in them."""
    return frozenset(gap for template in templates for gap in GAP.findall(template))


def problems_of(
    outcome: str,
    rule: str,
    words: str,
    template: str,
    rules: Collection[str],
    gaps: Collection[str] = (),
) -> list[Problem]:
    """Everything that keeps a decision from being complete, in the order of the form.

    `rules` are the reasons that fit the outcome, so that a wrong key sends no text back for a reason to
    decline it. A reason is required for what takes a text away from its author. A template that was not
    edited is no reason: it was written before anybody read the text; nor is one with an open gap.
    """
    found: list[Problem] = []
    if outcome not in (*OUTCOMES, *SANCTIONS, ASK):
        return [Problem("outcome", "unknown outcome")]
    if outcome in RULE_NEEDED and rule not in rules:
        found.append(Problem("reason", "another reason" if rule else "choose a rule"))
    words = words.strip()
    if outcome in WORDS_NEEDED and len(words) < SHORTEST_WORDS:
        found.append(Problem("note", "write a reason"))
    if outcome == "escalate" and not words:
        found.append(Problem("note", "write a line"))
    if len(words) > LONGEST_WORDS:
        found.append(Problem("note", "too long"))
    if any(gap in words for gap in gaps):
        found.append(Problem("note", "fill the gaps"))
    elif words and template and _is_untouched(words, template):
        found.append(Problem("note", "edit the template"))
    return found


def _is_untouched(words: str, template: str) -> bool:
    """Whether a starter went out as it was, or with one of its gaps in brackets still open."""
    plain, beginning = " ".join(words.split()), " ".join(template.split())
    if any(gap in plain for gap in GAP.findall(beginning)):
        return True
    return _letters(plain) in (_letters(beginning), _letters(GAP.sub("", beginning)))


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def may_undo(
    outcome: str,
    state: State,
    *,
    in_force: bool,
    reversed_before: bool,
    author_acted: bool,
    author_answered: bool = False,
) -> str | None:
    """Why a decision can no longer be undone, as a word, or None where it can.

    A conversation is not taken back once its author has answered in it.
    """
    if reversed_before:
        return "undone before"
    if author_acted or not in_force:
        return "the author acted"
    if UNDO_LEADS_FROM.get(outcome) != state:
        return "moved on"
    if outcome == "hold" and author_answered:
        return "the author answered"
    return None


def fits(kind: str, outcome: str, state: State) -> bool:
    """Whether a decision belongs to a kind of review and to where its text stands.

    "No change" closes a report about a text that is published, or that its author has taken away meanwhile;
    what is hidden needs a decision about being seen again.
    """
    if kind == "appeal":
        return outcome in OF_APPEALS
    if kind == "submission":
        return outcome in (OF_SUBMISSIONS if state in PENDING else OF_WORDS)
    allowed = {"published": {"leave", "annotate", "hide", "remove"}, "hidden": {"publish", "remove"}}
    return outcome == "escalate" or outcome in allowed.get(state, {"leave"})


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """Findings of one kind as a card shows them: each rule and reason once, the most urgent tier.

    `spans` are in the order of the text and apart from one another; offsets as in `Finding`.
    """

    kind: str
    tier: Tier | None
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    spans: tuple[Span, ...]

    def with_(self, other: Shown) -> Shown:
        """Both as one, of the kind of the first."""
        return Shown(
            self.kind,
            higher(self.tier, other.tier),
            tuple(dict.fromkeys((*self.rules, *other.rules))),
            tuple(dict.fromkeys((*self.reasons, *other.reasons))),
            _joined((*self.spans, *other.spans)),
        )


def shown_once(findings: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """Bring together what a card would say twice: findings of one kind with one reason, or on the same words.

    `findings` have the fields of `Finding`. Spans that overlap or touch become one. The order stays that of
    the first of each.
    """
    of_reason: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in findings:
        of_reason.setdefault((one["kind"], one["reason"]), []).append(one)
    shown: list[Shown] = []
    for (kind, reason), ones in of_reason.items():
        tier = reduce(higher, (one["tier"] for one in ones))
        rules = tuple(dict.fromkeys(str(one["rule"]) for one in ones))
        new = Shown(kind, tier, rules, (reason,), _joined((one["start"], one["end"]) for one in ones))
        near = [place for place, old in enumerate(shown) if old.kind == kind and _touch(old, new)]
        whole = reduce(Shown.with_, [*(shown[place] for place in near), new])
        shown = [old for place, old in enumerate(shown) if place not in near]
        shown.insert(near[0] if near else len(shown), whole)
    return shown


def _touch(one: Shown, other: Shown) -> bool:
    apart = len(one.spans) + len(other.spans)
    return len(_joined((*one.spans, *other.spans))) < apart


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
