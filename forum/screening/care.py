"""Reads a text for crisis and for what else moderators need to know, by rules alone: no model, a few milliseconds.

The rules are data, in `care_rules.toml` beside this file. A finding can only raise the care a text gets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, cast, get_args

from forum.screening.care_words import Sentence, Spelling, sentences_of, undo_spelling
from forum.screening.findings import Care, Finding, Tier
from forum.screening.lanes import ENCOURAGEMENT

RULES_FILE: Final = Path(__file__).with_name("care_rules.toml")
MOST_PER_RULE: Final = 3
VEILED: Final = ("means", "harm", "struck", "diet")
_URGENCY: Final[Mapping[str, int]] = {"D": 0, "E": 1, "C": 2, "B": 3, ENCOURAGEMENT: 4, "A": 5}
_REACH: Final = 6
_NAME: Final = re.compile(r"\{([a-z_]+)\}")
_NEGATIVE_TEXT_TIERS: Final = ("A", "B", "C", "D")


class CareRulesBrokenError(ValueError):
    """The rules file cannot be used; the message names the rule."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a match mean something else: denied, long past, said of a song, told by somebody."""

    name: str
    leaves: str | None
    reason: str
    before: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    after: re.Pattern[str] | None
    sentence: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, line: str, start: int, end: int) -> bool:
        """Tell whether this guard turns away the match at `start` to `end` of a sentence's line."""
        if self.unless is not None and self.unless.search(line):
            return False
        if self.sentence is not None and self.sentence.search(line):
            return True
        if self.inside is not None and self.inside.search(line, max(start - 1, 0), end + 1):
            return True
        if self.before is not None and self.before.search(_last_words(line[:start])):
            return True
        return self.after is not None and bool(self.after.match(line[end:]))


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that people say, and what it means for care."""

    id: str
    kind: str
    tier: Tier | None
    tier_now: Tier | None
    beside: bool
    pattern: re.Pattern[str]
    needs: tuple[str, ...]
    guards: tuple[Guard, ...]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, ready to use, with an index from the first three letters of a word to the rules that need it."""

    rules: tuple[Rule, ...]
    index: Mapping[str, tuple[tuple[str, int], ...]]
    spelling: Spelling
    veil: Mapping[str, str]
    now: re.Pattern[str]


def read_care(text: str) -> Care:
    """Find what a text says about crisis. `text` is what the member typed, title and body together.

    The tier is the most urgent one found: D, then E as method, pact or seeking, C, B, E as encouragement of a
    reader, A; None where no rule of a tier matched. Findings are in the order of the text.
    """
    book = rule_book()
    found: dict[tuple[str, int], Finding] = {}
    later: list[Finding] = []
    for sentence in sentences_of(text, book.spelling):
        for rule, finding in _in_sentence(sentence, book):
            if rule.beside:
                later.append(finding)
            elif sum(key[0] == rule.id for key in found) < MOST_PER_RULE:
                found.setdefault((rule.id, finding.start), finding)
    if any(finding.tier in ("B", "C", "D") for finding in found.values()):
        found.update({(finding.rule, finding.start): finding for finding in later[: MOST_PER_RULE * 4]})
    findings = sorted(found.values(), key=lambda finding: (finding.start, finding.end, finding.rule))
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


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """Read and compile the rules, once a process.

    Raises `CareRulesBrokenError` where a rule lacks a reason, a source or a usable pattern.
    """
    with RULES_FILE.open("rb") as file:
        return compile_rules(tomllib.load(file))


def compile_rules(data: Mapping[str, Any]) -> RuleBook:
    """Make a rule book from the parsed rules file. Raises `CareRulesBrokenError` naming the rule at fault."""
    names = _expanded(data["words"])
    guards = {name: _guard(name, entry, names) for name, entry in data["guard"].items()}
    rules = tuple(_rule(entry, names, guards) for entry in data["rule"])
    index: dict[str, list[tuple[str, int]]] = {}
    for place, rule in enumerate(rules):
        for stem in rule.needs:
            index.setdefault(stem[:3], []).append((stem, place))
    words = {wrong: right for right, wrongs in data["spelling"].items() for wrong in wrongs}
    stems = tuple(sorted({stem for rule in rules for stem in rule.needs if len(stem) > 2}))
    return RuleBook(
        rules=rules,
        index={start: tuple(entries) for start, entries in index.items()},
        spelling=Spelling(words, tuple(data["veil"]["starred"]), stems),
        veil={digest: f"_{kind}" for kind in VEILED for digest in data["veil"][kind]},
        now=_compiled(data["now"]["patterns"], names, "now"),
    )


def veiled(word: str) -> str:
    """Give the form in which a word for a means stands in the rules file, so that nobody reads it there."""
    return blake2b(word.encode(), digest_size=5).hexdigest()


def _in_sentence(sentence: Sentence, book: RuleBook) -> Iterator[tuple[Rule, Finding]]:
    words = undo_spelling(list(sentence.words), book.spelling)
    places: set[int] = set()
    for word in words:
        for stem, place in book.index.get(word[:3], ()):
            if word.startswith(stem):
                places.add(place)
    if not places:
        return
    line = _line_of(words, book.veil)
    plain = Sentence(line, sentence.words, sentence.starts, sentence.ends)
    for place in sorted(places):
        rule = book.rules[place]
        for match in rule.pattern.finditer(line):
            finding = _finding(rule, match, plain, book.now)
            if finding is not None:
                yield rule, finding


def _finding(rule: Rule, match: re.Match[str], sentence: Sentence, now: re.Pattern[str]) -> Finding | None:
    line = sentence.line
    start, end = sentence.span(match.start(), match.end())
    for guard in rule.guards:
        if guard.holds(line, match.start(), match.end()):
            if guard.leaves is None:
                return None
            return Finding(f"{rule.id}/{guard.name}", guard.leaves, None, start, end, guard.reason)
    tier = rule.tier_now if rule.tier_now is not None and now.search(line) else rule.tier
    return Finding(rule.id, rule.kind, tier, start, end, rule.reason)


def _line_of(words: list[str], veil: Mapping[str, str]) -> str:
    shown = [veil.get(veiled(word), word) if len(word) > 1 else word for word in words]
    return f" {' '.join(shown)} "


def _minor_at_risk(findings: list[Finding]) -> Iterator[Finding]:
    """A minor in distress or in danger is care: as C when the danger is now, else as B."""
    young = next((finding for finding in findings if finding.kind == "minor"), None)
    tiers = {finding.tier for finding in findings} & set(_NEGATIVE_TEXT_TIERS)
    if young is None or not tiers:
        return
    tier: Tier = "C" if tiers & {"C", "D"} else "B"
    reason = "Somebody who seems to be under age is in distress or danger."
    yield Finding("minor-at-risk", "minor-at-risk", tier, young.start, young.end, reason)


def _last_words(line: str) -> str:
    return f" {' '.join(line.split()[-_REACH:])} "


def _expanded(words: Mapping[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, pattern in words.items():
        names[name] = f"(?:{_filled(pattern, names, name)})"
    return names


def _filled(pattern: str, names: Mapping[str, str], owner: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match.group(1) not in names:
            raise CareRulesBrokenError(f"{owner}: no words are named {match.group(1)!r}")
        return names[match.group(1)]

    return _NAME.sub(replace, pattern).replace(" ... ", r" (?:\S+ ){0,4}?")


def _compiled(patterns: list[str], names: Mapping[str, str], owner: str) -> re.Pattern[str]:
    body = "|".join(_filled(pattern, names, owner) for pattern in patterns)
    try:
        return re.compile(rf"(?<= )(?:{body})(?= )")
    except re.error as error:
        raise CareRulesBrokenError(f"{owner}: {error}") from error


def _guard(name: str, entry: Mapping[str, Any], names: Mapping[str, str]) -> Guard:
    parts = {
        part: _compiled(entry[part], names, f"guard {name}") if part in entry else None
        for part in ("before", "inside", "sentence", "unless")
    }
    after = (
        re.compile(" (?:" + "|".join(_filled(p, names, name) for p in entry["after"]) + ")(?= )")
        if ("after" in entry)
        else None
    )
    return Guard(name=name, leaves=entry.get("leaves"), reason=entry["reason"], after=after, **parts)


def _rule(entry: Mapping[str, Any], names: Mapping[str, str], guards: Mapping[str, Guard]) -> Rule:
    rule_id = entry.get("id", "a rule without an id")
    for field in ("kind", "patterns", "needs", "reason", "source"):
        if not entry.get(field):
            raise CareRulesBrokenError(f"{rule_id}: {field} is missing")
    for field in ("tier", "tier_now"):
        if entry.get(field) not in (None, *get_args(Tier)):
            raise CareRulesBrokenError(f"{rule_id}: {entry[field]!r} is no tier")
    unknown = set(entry.get("unless", ())) - set(guards)
    if unknown:
        raise CareRulesBrokenError(f"{rule_id}: no guard is named {sorted(unknown)}")
    return Rule(
        id=rule_id,
        kind=entry["kind"],
        tier=cast("Tier | None", entry.get("tier")),
        tier_now=cast("Tier | None", entry.get("tier_now")),
        beside=bool(entry.get("beside", False)),
        pattern=_compiled(entry["patterns"], names, rule_id),
        needs=tuple(entry["needs"]),
        guards=tuple(guards[name] for name in entry.get("unless", ())),
        reason=entry["reason"],
        source=entry["source"],
    )
