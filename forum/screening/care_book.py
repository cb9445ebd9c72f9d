"""The rule book of care: read from the files beside it, checked, and compiled for one pass over a text."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from hashlib import blake2b
from itertools import groupby
from operator import or_
from pathlib import Path
from typing import Any, Final, cast, get_args

from forum.screening.care_needs import Lookup, Met, Need, lookup_of, needs_of
from forum.screening.care_words import Spelling, undo_spelling
from forum.screening.findings import Tier

RULES_FILES: Final = tuple(
    Path(__file__).with_name(f"care_{name}.toml") for name in ("vocabulary", "guards", "rules", "signs")
)
VEILED: Final = ("means", "harm", "struck", "diet")
CRISIS: Final = "crisis"
"""The sign that every finding of tier B, C or D gives."""

_END: Final = re.compile(r"(?<!\?=)(?<!\|) \??\$|(?<![ :|])(?<! \?)\$")
_REACH: Final = 6
_NAME: Final = re.compile(r"\{([a-z_]+)\}")


class CareRulesBrokenError(ValueError):
    """The rules files cannot be used; the message names the rule."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Patterns of which one suffices. Only those are tried all of whose needs the sentence meets."""

    bits: int
    patterns: Mapping[int, re.Pattern[str]]

    def search(self, tried: int, line: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Look for one of them from `start` to `end`. `tried` has the bits of the patterns worth a try."""
        tried &= self.bits
        while tried:
            lowest = tried & -tried
            if self.patterns[lowest.bit_length()].search(line, start, end):
                return True
            tried ^= lowest
        return False

    def match(self, tried: int, line: str, start: int) -> bool:
        """Look for one of them at `start`."""
        tried &= self.bits
        while tried:
            lowest = tried & -tried
            if self.patterns[lowest.bit_length()].match(line, start):
                return True
            tried ^= lowest
        return False


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a match mean something else: denied, long past, said of a song, told by somebody."""

    name: str
    leaves: str | None
    leaves_tier: Tier | None
    reason: str
    bits: int
    before: OneOf
    inside: OneOf
    after: OneOf
    sentence: OneOf
    unless: OneOf

    def at(self, line: str, tried: int, start: int, end: int) -> bool:
        """Tell whether what is around the match at `start` to `end` turns it away."""
        if tried & self.inside.bits and self.inside.search(tried, line, max(start - 1, 0), end + 1):
            return True
        if tried & self.before.bits and self.before.search(tried, _last_words(line[:start])):
            return True
        return tried & self.after.bits != 0 and self.after.match(tried, line, end)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that people say: what it means for care by itself (tier), or beside other signs (sign).

    A rule with `beside` is tried only in a sentence that has given one of those signs already.
    """

    id: str
    kind: str
    tier: Tier | None
    tier_now: Tier | None
    sign: str | None
    beside: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    needs: tuple[tuple[Need, ...], ...]
    guards: tuple[Guard, ...]
    guard_bits: int
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Together:
    """Signs that mean something near one another: within so many sentences, in a text of so few characters.

    0 for either means that it does not matter.
    """

    id: str
    kind: str
    tier: Tier
    signs: tuple[frozenset[str], ...]
    unless: frozenset[str]
    within: int
    shorter_than: int
    reason: str
    source: str


Search = Callable[..., re.Match[str] | None]


@dataclass(frozen=True, slots=True)
class Places:
    """The patterns of the rules by their place, counted from 1, and the bits of those that belong together.

    `of_sign` has the rules that give a sign and nothing else, `of_tier` those that can add nothing where a
    tier was found already.
    """

    patterns: Mapping[int, tuple[Rule, Search]]
    of_rule: Mapping[str, int]
    of_sign: Mapping[str, int]
    of_tier: Mapping[str, int]


def _stems(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    stems = {word.rstrip("*") for rule in rules for needs in rule.needs for need in needs for word in need}
    sized = sorted(stem for stem in stems if len(stem) > 2)
    return {start: tuple(group) for start, group in groupby(sized, key=lambda stem: stem[:3])}


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, what they mean together, and the way from a word to the patterns that need it.

    `known` has for a word its form in the patterns, and what it meets of the needs of rules and of guards.
    """

    rules: tuple[Rule, ...]
    together: tuple[Together, ...]
    places: Places
    of_rules: Lookup
    of_guards: Lookup
    known: Mapping[str, tuple[str, Met, Met]]
    spelling: Spelling
    veil: Mapping[str, str]
    now: OneOf

    def meet(self, word: str) -> tuple[str, Met, Met]:
        """What `known` would hold for a word that stands in no pattern as it is spelled."""
        plain = undo_spelling(word, self.spelling)
        shown = self.veil.get(veiled(plain), plain)
        return shown, self.of_rules.meet(shown), self.of_guards.meet(shown)


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """Read and compile the rules, once a process.

    Raises `CareRulesBrokenError` where a rule lacks a reason, a source or a usable pattern.
    """
    data: dict[str, Any] = {}
    for path in RULES_FILES:
        with path.open("rb") as file:
            for key, value in tomllib.load(file).items():
                data[key] = data[key] + value if key in data else value
    return compile_rules(data)


def compile_rules(data: Mapping[str, Any]) -> RuleBook:
    """Make a rule book from the parsed rules files.

    Raises `CareRulesBrokenError` naming the rule at fault.
    """
    names = _expanded(data["words"])
    taken: list[tuple[Need, ...]] = []
    guards = {name: _guard(name, entry, names, taken) for name, entry in data["guard"].items()}
    now = _one_of(data["now"]["patterns"], names, "now", taken)
    rules = tuple(_rule(entry, names, guards) for entry in data["rule"])
    signs = {rule.sign for rule in rules} | {CRISIS}
    togethers = tuple(_together(entry, signs) for entry in data.get("together", ()))
    words = {wrong: right for right, wrongs in data["spelling"].items() for wrong in wrongs}
    of_rules, of_guards = lookup_of([needs for rule in rules for needs in rule.needs]), lookup_of(taken)
    veil = {digest: f"_{kind}" for kind in VEILED for digest in data["veil"][kind]}
    return RuleBook(
        rules=rules,
        together=togethers,
        places=_places(rules, togethers),
        of_rules=of_rules,
        of_guards=of_guards,
        known={
            word: (word, of_rules.meet(word), of_guards.meet(word))
            for word in {**of_rules.whole, **of_guards.whole}
            if word not in words and veiled(word) not in veil
        },
        spelling=Spelling(words, tuple(data["veil"]["starred"]), _stems(rules)),
        veil=veil,
        now=now,
    )


def veiled(word: str) -> str:
    """Give the form in which a word for a means stands in the files, so that nobody reads it there."""
    return blake2b(word.encode(), digest_size=5).hexdigest()


def _places(rules: Sequence[Rule], togethers: Iterable[Together]) -> Places:
    patterns = dict(enumerate(((rule, one.search) for rule in rules for one in rule.patterns), 1))
    of_rule: dict[str, int] = {}
    of_sign: dict[str, int] = {}
    for place, (rule, _) in patterns.items():
        of_rule[rule.id] = of_rule.get(rule.id, 0) | _bits([place])
        if rule.sign is not None and rule.tier is None:
            of_sign[rule.sign] = of_sign.get(rule.sign, 0) | _bits([place])
    own = [rule for rule in rules if rule.tier and not rule.tier_now]
    of_tier = {
        tier: reduce(or_, (of_rule[rule.id] for rule in own if str(rule.tier) <= tier), 0) for tier in "ABCD"
    }
    of_others = [one.unless.union(*one.signs) for one in togethers if one.tier == "E"]
    for sign in of_sign.keys() - frozenset[str]().union(*of_others):
        of_tier["D"] |= of_sign[sign]
    return Places(patterns, of_rule, of_sign, of_tier)


def _bits(places: Iterable[int]) -> int:
    return sum(1 << (place - 1) for place in places)


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


def _compiled(
    pattern: str, names: Mapping[str, str], owner: str, frame: str | None = None
) -> re.Pattern[str]:
    filled = _filled(pattern, names, owner)
    if frame is None:
        frame, filled = " (?:{})(?= )", _END.sub("(?= $)", filled)
    try:
        return re.compile(frame.format(filled))
    except re.error as error:
        raise CareRulesBrokenError(f"{owner}: {error}") from error


def _one_of(
    patterns: Iterable[str], names: Mapping[str, str], owner: str, taken: list[tuple[Need, ...]], *frame: str
) -> OneOf:
    found = {}
    for one in dict.fromkeys(patterns):
        taken.append(needs_of(_filled(one, names, owner)))
        found[len(taken)] = _compiled(one, names, owner, *frame)
    return OneOf(_bits(found), found)


def _guard(
    name: str, entry: Mapping[str, Any], names: Mapping[str, str], taken: list[tuple[Need, ...]]
) -> Guard:
    def part(key: str, *frame: str) -> OneOf:
        return _one_of(entry.get(key, ()), names, f"guard {name}", taken, *frame)

    turning = {
        "before": part("before", " (?:{})"),
        "inside": part("inside"),
        "after": part("after", " (?:{})(?= )"),
        "sentence": part("sentence"),
    }
    return Guard(
        name=name,
        leaves=entry.get("leaves"),
        leaves_tier=entry.get("leaves_tier"),
        reason=entry["reason"],
        bits=reduce(or_, (one.bits for one in turning.values())),
        unless=part("unless"),
        **turning,
    )


def _rule(entry: Mapping[str, Any], names: Mapping[str, str], guards: Mapping[str, Guard]) -> Rule:
    rule_id = entry.get("id", "a rule without an id")
    for field in ("kind", "patterns", "reason", "source"):
        if not entry.get(field):
            raise CareRulesBrokenError(f"{rule_id}: {field} is missing")
    for field in ("tier", "tier_now"):
        if entry.get(field) not in (None, *get_args(Tier)):
            raise CareRulesBrokenError(f"{rule_id}: {entry[field]!r} is no tier")
    unknown = set(entry.get("unless", ())) - set(guards)
    if unknown:
        raise CareRulesBrokenError(f"{rule_id}: no guard is named {sorted(unknown)}")
    mine = tuple(guards[name] for name in entry.get("unless", ()))
    return Rule(
        id=rule_id,
        kind=entry["kind"],
        tier=cast("Tier | None", entry.get("tier")),
        tier_now=cast("Tier | None", entry.get("tier_now")),
        sign=entry.get("sign"),
        beside=frozenset(entry.get("beside", ())),
        patterns=tuple(_compiled(pattern, names, rule_id) for pattern in entry["patterns"]),
        needs=tuple(_needs(pattern, names, rule_id) for pattern in entry["patterns"]),
        guards=mine,
        guard_bits=reduce(or_, (guard.bits for guard in mine), 0),
        reason=entry["reason"],
        source=entry["source"],
    )


def _needs(pattern: str, names: Mapping[str, str], owner: str) -> tuple[Need, ...]:
    needs = needs_of(_filled(pattern, names, owner))
    if not needs:
        raise CareRulesBrokenError(f"{owner}: no word is certain to stand in the pattern {pattern!r}")
    return needs


def _together(entry: Mapping[str, Any], known: Iterable[str | None]) -> Together:
    for field in ("id", "kind", "tier", "signs", "reason", "source"):
        if not entry.get(field):
            raise CareRulesBrokenError(f"{entry.get('id', 'a together without an id')}: {field} is missing")
    signs = tuple(frozenset(sign.split("|")) for sign in entry["signs"])
    unless = frozenset(entry.get("unless", ()))
    unknown = sorted(unless.union(*signs) - set(known))
    if unknown:
        raise CareRulesBrokenError(f"{entry['id']}: no rule gives the sign {unknown}")
    return Together(
        id=entry["id"],
        kind=entry["kind"],
        tier=cast("Tier", entry["tier"]),
        signs=signs,
        unless=unless,
        within=int(entry.get("within", 0)),
        shorter_than=int(entry.get("shorter_than", 0)),
        reason=entry["reason"],
        source=entry["source"],
    )
