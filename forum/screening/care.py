"""Reads a text for crisis and for what else moderators need to know, by rules alone, in milliseconds.

The rules are data, in the files `care_*.toml` beside this one. A finding can only raise the care a text gets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from forum.screening.care_book import (
    CRISIS,
    CareRulesBrokenError,
    Guard,
    OneOf,
    Rule,
    RuleBook,
    Together,
    compile_rules,
    rule_book,
    veiled,
)
from forum.screening.care_needs import Met
from forum.screening.care_words import Sentence, sentences_of
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
MOST_IN_ALL: Final = 24
"""After so many findings of tiers A to D a rule is tried only if it could still raise the tier or tell more.

The fullest of 28,784 real posts gives 21, so that this only bounds the time for a text made to be slow.
"""
_URGENCY: Final[Mapping[str, int]] = {"D": 0, "E": 1, "C": 2, "B": 3, ENCOURAGEMENT: 4, "A": 5}
_CRISIS_TIERS: Final = ("B", "C", "D")
_NEGATIVE_TEXT_TIERS: Final = ("A", "B", "C", "D")


MOST_TRIES: Final = 650
"""So many tries of a pattern are made in one text: the fullest of 28,784 real posts takes 514.

What is left unread beyond is a finding, so that a person reads it.
"""
UNREAD: Final = "more-than-was-read"


@dataclass(frozen=True, slots=True)
class _Sign:
    """Where something stands that counts beside other signs. Its place is worked out when needed."""

    sentence: Sentence
    line: str
    start: int
    end: int

    def span(self) -> tuple[int, int]:
        return self.sentence.span(self.line, self.start, self.end)


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
        self._words: dict[str, tuple[str, Met, Met]] = dict(book.known)
        self._met: list[Met] = []
        self._guards: int | None = None
        self._of_line: dict[int, bool] = {}
        self._found: dict[tuple[str, int, int], Finding] = {}
        self._sentences = 0
        self._signs: dict[int, dict[str, _Sign]] = {}
        self._counts: Counter[tuple[str, Tier | None]] = Counter()
        self._full = 0
        self._tries = 0
        self._spent = 0
        self._spent_beside_crisis = 0

    def read(self, sentence: Sentence) -> None:
        """Try the patterns all of whose needs are met by words of the sentence."""
        known = self._words
        words = [known.get(word) or self._meet(word) for word in sentence.words]
        self._sentences += 1
        left = self.book.of_rules.tried([met for _, met, _ in words]) & ~self._spent
        if not left:
            return
        self._met = [met for _, _, met in words]
        self._guards = None
        line = f" {' '.join([shown for shown, _, _ in words])} "
        self._of_line = {}
        signs = self._signs[self._sentences] = {}
        if self._full >= MOST_IN_ALL:
            signs[CRISIS] = _Sign(sentence, line, 0, 0)
        patterns = self.book.places.patterns
        if self._tries >= MOST_TRIES:
            self._leave_unread(_Sign(sentence, line, 1, len(line) - 1))
            return
        while left:
            lowest = left & -left
            left ^= lowest
            self._tries += 1
            rule, search = patterns[lowest.bit_length()]
            if rule.beside and rule.beside.isdisjoint(signs):
                continue
            match = search(line)
            while match is not None:
                self._judge(rule, match.start() + 1, match.end(), line, sentence)
                idle = self._idle(rule, signs)
                left &= ~idle
                match = None if lowest & idle else search(line, match.end())

    def findings(self) -> list[Finding]:
        """Give what was found, and what the signs mean where they stand together."""
        found = list(self._found.values())
        signs = {at: here for at, here in self._signs.items() if here}
        for together in self.book.together:
            if together.shorter_than and self._characters >= together.shorter_than:
                continue
            first = _met(together, signs)
            if first is not None:
                kind, tier, reason = together.kind, together.tier, together.reason
                found.append(Finding(together.id, kind, tier, *first.span(), reason))
        return found

    def _leave_unread(self, sign: _Sign) -> None:
        reason = "It holds more of such words than are read at once: a person should read it all."
        self._found[UNREAD, 0, 0] = Finding(UNREAD, UNREAD, "B", *sign.span(), reason)
        self._spent = -1

    def _idle(self, rule: Rule, signs: Mapping[str, _Sign]) -> int:
        """Give the bits of the rules that can add nothing more to what is known, after a match of `rule`."""
        idle = self._spent
        if rule.sign is not None and rule.sign in signs:
            idle |= self.book.places.of_sign.get(rule.sign, 0)
        return idle | self._spent_beside_crisis if CRISIS in signs else idle

    def _judge(self, rule: Rule, start: int, end: int, line: str, sentence: Sentence) -> None:
        kind, tier, name, reason = rule.kind, rule.tier, rule.id, rule.reason
        guard = self._turned_by(rule, line, start, end) if rule.guard_bits & self._tried() else None
        if guard is not None:
            if guard.leaves is None or (rule.sign is not None and rule.tier is None):
                return
            kind, tier, reason = guard.leaves, guard.leaves_tier, guard.reason
            name = f"{rule.id}/{guard.name}"
        sign = _Sign(sentence, line, start, end)
        if guard is None and rule.sign is not None:
            self._signs[self._sentences].setdefault(rule.sign, sign)
            if rule.tier is None:
                return
        if guard is None and rule.tier_now is not None and self.book.now.search(self._tried(), line):
            tier = rule.tier_now
        if tier in _CRISIS_TIERS:
            self._signs[self._sentences].setdefault(CRISIS, sign)
        place = (name, sentence.stretch, sentence.word_at(line, start))
        if place not in self._found and self._counts[name, tier] < MOST_PER_RULE:
            self._found[place] = Finding(name, kind, tier, *sign.span(), reason)
            self._count(rule, name, tier)

    def _count(self, rule: Rule, name: str, tier: Tier | None) -> None:
        self._counts[name, tier] += 1
        self._full += tier in _NEGATIVE_TEXT_TIERS
        places = self.book.places
        if self._full == MOST_IN_ALL:
            self._spent |= places.of_tier["A"]
        if self._full >= MOST_IN_ALL:
            for found in sorted({found or "" for _, found in self._counts} & set(_CRISIS_TIERS)):
                self._spent |= places.of_tier[found]
        if self._counts[rule.id, rule.tier] >= MOST_PER_RULE and not rule.sign and not rule.tier_now:
            if rule.tier in _CRISIS_TIERS:
                self._spent_beside_crisis |= places.of_rule[rule.id]
            else:
                self._spent |= places.of_rule[rule.id]

    def _turned_by(self, rule: Rule, line: str, start: int, end: int) -> Guard | None:
        """Give the first guard of a rule that turns a match away."""
        tried = self._tried()
        for guard in rule.guards:
            if (
                tried & guard.bits
                and (self._says(guard.sentence, line) or guard.at(line, tried, start, end))
                and not self._says(guard.unless, line)
            ):
                return guard
        return None

    def _says(self, part: OneOf, line: str) -> bool:
        """Ask what a guard says of the whole sentence; it is asked once a sentence."""
        tried = self._tried()
        if not tried & part.bits:
            return False
        if part.bits not in self._of_line:
            self._of_line[part.bits] = part.search(tried, line)
        return self._of_line[part.bits]

    def _tried(self) -> int:
        """Give the bits of the guards' patterns worth a try in the sentence, worked out when one is asked."""
        if self._guards is None:
            self._guards = self.book.of_guards.tried(self._met)
        return self._guards

    def _meet(self, word: str) -> tuple[str, Met, Met]:
        met = self._words[word] = self.book.meet(word)
        return met


def _met(together: Together, signs: Mapping[int, Mapping[str, _Sign]]) -> _Sign | None:
    """Give the sign at which all that belong together are near, and none that excuses them; None without."""
    everywhere = {name for here in signs.values() for name in here}
    if any(names.isdisjoint(everywhere) for names in together.signs):
        return None
    for at, here in signs.items():
        if together.signs[0].isdisjoint(here):
            continue
        places = range(at - together.within + 1, at + together.within)
        near = {name for place in places for name in signs.get(place, ())} if together.within else everywhere
        if not together.unless & near and all(names & near for names in together.signs[1:]):
            return next(here[name] for name in together.signs[0] if name in here)
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
