"""Reads a text for crisis and for what else moderators need to know, by rules alone, in milliseconds.

The rules are data, in the files `care_*.toml` beside this one. A finding can only raise the care a text gets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from forum.screening.care_book import (
    CRISIS,
    CareRulesBrokenError,
    Place,
    Rule,
    RuleBook,
    Together,
    compile_rules,
    rule_book,
    veiled,
)
from forum.screening.care_words import Sentence, sentences_of, undo_spelling
from forum.screening.findings import Care, Finding, Tier
from forum.screening.lanes import ENCOURAGEMENT

__all__ = [
    "CareRulesBrokenError",
    "Rule",
    "RuleBook",
    "compile_rules",
    "most_urgent",
    "read_care",
    "rule_book",
    "veiled",
]

MOST_PER_RULE: Final = 3
_URGENCY: Final[Mapping[str, int]] = {"D": 0, "E": 1, "C": 2, "B": 3, ENCOURAGEMENT: 4, "A": 5}
_NEGATIVE_TEXT_TIERS: Final = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class _Sign:
    """Something that counts beside other signs, and in which sentence of the text it stands."""

    name: str
    sentence: int
    start: int
    end: int


def read_care(text: str) -> Care:
    """Find what a text says about crisis. `text` is what the member typed, title and body together.

    The tier is the most urgent one found: D, then E as method, pact or seeking, C, B, E as encouragement of a
    reader, A; None where no rule of a tier matched. Findings are in the order of the text.
    """
    reading = _Reading(rule_book(), len(text))
    for sentence in sentences_of(text, reading.book.spelling):
        reading.read(sentence)
    findings = sorted(reading.findings(), key=lambda finding: (finding.start, finding.end, finding.rule))
    findings.extend(_minor_at_risk(findings))
    return Care(most_urgent(findings), tuple(findings))


def most_urgent(findings: Iterable[Finding]) -> Tier | None:
    """Choose the tier that a person should act on first; None where no finding has one."""
    tiers = [
        (_URGENCY[ENCOURAGEMENT if finding.kind == ENCOURAGEMENT else finding.tier], finding.tier)
        for finding in findings
        if finding.tier is not None
    ]
    return min(tiers)[1] if tiers else None


class _Reading:
    """What the rules have found in one text so far. Nothing of it outlives the text."""

    def __init__(self, book: RuleBook, characters: int = 0) -> None:
        self.book = book
        self._characters = characters
        self._words: dict[str, tuple[str, int, frozenset[Place]]] = {}
        self._found: dict[tuple[str, int], Finding] = {}
        self._signs: list[_Sign] = []
        self._counts: Counter[tuple[str, Tier | None]] = Counter()
        self._sentence = 0

    def read(self, sentence: Sentence) -> None:
        """Try the patterns all of whose needs are met by words of the sentence."""
        self._sentence += 1
        known = self._words
        words = [known.get(word) or self._meet(word) for word in sentence.words]
        places: set[Place] = set()
        bits = 0
        for _, met, wanted in words:
            bits |= met
            if wanted:
                places |= wanted
        needed = self.book.lookup.wanted
        tried = [place for place in places if not needed[place] & ~bits]
        if not tried:
            return
        line = f" {' '.join([shown for shown, _, _ in words])} "
        for place, part in sorted(tried):
            rule = self.book.rules[place]
            for match in rule.patterns[part].finditer(line):
                self._judge(rule, match, line, sentence)

    def findings(self) -> list[Finding]:
        """Give what was found, and what the signs mean where they stand together."""
        found = list(self._found.values())
        for together in self.book.together:
            if together.shorter_than and self._characters >= together.shorter_than:
                continue
            first = _met(together, self._signs)
            if first is not None:
                found.append(
                    Finding(
                        together.id, together.kind, together.tier, first.start, first.end, together.reason
                    )
                )
        return found

    def _judge(self, rule: Rule, match: re.Match[str], line: str, sentence: Sentence) -> None:
        start, end = sentence.span(line, match.start(), match.end())
        kind, tier, name, reason = rule.kind, rule.tier, rule.id, rule.reason
        for guard in rule.guards:
            if guard.holds(line, match.start(), match.end()):
                if guard.leaves is None or (rule.sign is not None and rule.tier is None):
                    return
                kind, tier, name, reason = (
                    guard.leaves,
                    guard.leaves_tier,
                    f"{rule.id}/{guard.name}",
                    guard.reason,
                )
                break
        else:
            if rule.sign is not None:
                self._signs.append(_Sign(rule.sign, self._sentence, start, end))
                if rule.tier is None:
                    return
            if rule.tier_now is not None and self.book.now.search(line):
                tier = rule.tier_now
        self._keep(Finding(name, kind, tier, start, end, reason))

    def _keep(self, finding: Finding) -> None:
        key = (finding.rule, finding.start)
        if key in self._found or self._counts[finding.rule, finding.tier] >= MOST_PER_RULE:
            return
        self._counts[finding.rule, finding.tier] += 1
        self._found[key] = finding
        if finding.tier in ("B", "C", "D"):
            self._signs.append(_Sign(CRISIS, self._sentence, finding.start, finding.end))

    def _meet(self, word: str) -> tuple[str, int, frozenset[Place]]:
        plain = undo_spelling(word, self.book.spelling)
        shown = self.book.veil.get(veiled(plain), plain)
        met = (shown, *self.book.lookup.meet(shown))
        self._words[word] = met
        return met


def _met(together: Together, signs: list[_Sign]) -> _Sign | None:
    """Give the sign at which all that belong together are near, and none that excuses them; None without."""
    for sign in signs:
        near = [
            other.name
            for other in signs
            if not together.within or abs(other.sentence - sign.sentence) < together.within
        ]
        if sign.name in together.signs[0] and not together.unless.intersection(near):
            if all(names.intersection(near) for names in together.signs[1:]):
                return sign
    return None


def _minor_at_risk(findings: list[Finding]) -> Iterator[Finding]:
    """A minor in distress or in danger is care: as C when the danger is now, else as B."""
    young = next((finding for finding in findings if finding.kind == "minor"), None)
    tiers = {finding.tier for finding in findings} & set(_NEGATIVE_TEXT_TIERS)
    if young is None or not tiers:
        return
    tier: Tier = "C" if tiers & {"C", "D"} else "B"
    reason = "Somebody who seems to be under age is in distress or danger."
    yield Finding("minor-at-risk", "minor-at-risk", tier, young.start, young.end, reason)
