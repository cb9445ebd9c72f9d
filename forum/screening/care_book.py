"""The rule book of care: read from the files beside it, checked, and compiled for one pass over a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, cast, get_args

from forum.screening.care_needs import Need, needs_of
from forum.screening.care_words import Spelling
from forum.screening.findings import Tier

RULES_FILES: Final = tuple(
    Path(__file__).with_name(f"care_{name}.toml") for name in ("vocabulary", "guards", "rules", "signs")
)
VEILED: Final = ("means", "harm", "struck", "diet")
CRISIS: Final = "crisis"
"""The sign that every finding of tier B, C or D gives."""

_REACH: Final = 6
_NAME: Final = re.compile(r"\{([a-z_]+)\}")
_MOST_NEEDS: Final = 3


class CareRulesBrokenError(ValueError):
    """The rules files cannot be used; the message names the rule."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a match mean something else: denied, long past, said of a song, told by somebody."""

    name: str
    leaves: str | None
    leaves_tier: Tier | None
    reason: str
    before: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    after: re.Pattern[str] | None
    sentence: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def of_line(self, line: str) -> bool | None:
        """Tell from the whole sentence whether every match is turned away; None where the place decides."""
        if self.unless is not None and self.unless.search(line):
            return False
        if self.sentence is not None and self.sentence.search(line):
            return True
        return None

    def at(self, line: str, start: int, end: int) -> bool:
        """Tell whether what is around the match at `start` to `end` turns it away."""
        if self.inside is not None and self.inside.search(line, max(start - 1, 0), end + 1):
            return True
        if self.before is not None and self.before.search(_last_words(line[:start])):
            return True
        return self.after is not None and bool(self.after.match(line[end:]))


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


Met = tuple[int, int, int]
"""Which patterns find their first, second and third need met, one bit for each pattern."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """From a word to the needs it meets, in numbers with one bit for each pattern."""

    patterns: tuple[tuple[Rule, re.Pattern[str]], ...]
    whole: Mapping[str, Met]
    starts: Mapping[str, tuple[tuple[str, Met], ...]]
    without: Met

    def meet(self, word: str) -> Met:
        """Give what a word meets, as a whole and by its beginning."""
        first, second, third = self.whole.get(word, (0, 0, 0))
        for start, met in self.starts.get(word[:3], ()):
            if word.startswith(start):
                first |= met[0]
                second |= met[1]
                third |= met[2]
        return first, second, third


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, what they mean together, and the way from a word to the patterns that need it."""

    rules: tuple[Rule, ...]
    together: tuple[Together, ...]
    lookup: Lookup
    known: Mapping[str, tuple[str, Met]]
    spelling: Spelling
    veil: Mapping[str, str]
    now: re.Pattern[str]


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
    guards = {name: _guard(name, entry, names) for name, entry in data["guard"].items()}
    rules = tuple(_rule(entry, names, guards) for entry in data["rule"])
    signs = {rule.sign for rule in rules} | {CRISIS}
    words = {wrong: right for right, wrongs in data["spelling"].items() for wrong in wrongs}
    stems = {word.rstrip("*") for rule in rules for needs in rule.needs for need in needs for word in need}
    lookup = _lookup(rules)
    veil = {digest: f"_{kind}" for kind in VEILED for digest in data["veil"][kind]}
    return RuleBook(
        rules=rules,
        together=tuple(_together(entry, signs) for entry in data.get("together", ())),
        lookup=lookup,
        known={
            word: (word, lookup.meet(word))
            for word in lookup.whole
            if word not in words and veiled(word) not in veil
        },
        spelling=Spelling(
            words, tuple(data["veil"]["starred"]), tuple(sorted(stem for stem in stems if len(stem) > 2))
        ),
        veil=veil,
        now=_compiled(data["now"]["patterns"], names, "now"),
    )


def veiled(word: str) -> str:
    """Give the form in which a word for a means stands in the files, so that nobody reads it there."""
    return blake2b(word.encode(), digest_size=5).hexdigest()


def _lookup(rules: Sequence[Rule]) -> Lookup:
    patterns = [(rule, *pair) for rule in rules for pair in zip(rule.patterns, rule.needs, strict=True)]
    met: dict[str, list[int]] = {}
    without = [0] * _MOST_NEEDS
    for at, (_, _, needs) in enumerate(patterns):
        for order in range(_MOST_NEEDS):
            if order >= len(needs):
                without[order] |= 1 << at
                continue
            for word in needs[order]:
                met.setdefault(word, [0] * _MOST_NEEDS)[order] |= 1 << at
    starts: dict[str, list[tuple[str, Met]]] = {}
    for word, (first, second, third) in met.items():
        if word.endswith("*"):
            starts.setdefault(word[:3], []).append((word[:-1], (first, second, third)))
    return Lookup(
        patterns=tuple((rule, pattern) for rule, pattern, _ in patterns),
        whole={word: cast("Met", tuple(bits)) for word, bits in met.items() if not word.endswith("*")},
        starts={start: tuple(entries) for start, entries in starts.items()},
        without=cast("Met", tuple(without)),
    )


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
    body = "|".join(_filled(pattern, names, owner).replace(" $", "(?= $)") for pattern in patterns)
    try:
        return re.compile(rf"(?<= )(?:{body})(?= )")
    except re.error as error:
        raise CareRulesBrokenError(f"{owner}: {error}") from error


def _guard(name: str, entry: Mapping[str, Any], names: Mapping[str, str]) -> Guard:
    parts = {
        part: _compiled(entry[part], names, f"guard {name}") if part in entry else None
        for part in ("inside", "sentence", "unless")
    }
    return Guard(
        name=name,
        leaves=entry.get("leaves"),
        leaves_tier=entry.get("leaves_tier"),
        reason=entry["reason"],
        before=_joined(entry.get("before"), names, name, "(?<= )(?:{})"),
        after=_joined(entry.get("after"), names, name, " (?:{})(?= )"),
        **parts,
    )


def _joined(
    patterns: list[str] | None, names: Mapping[str, str], owner: str, frame: str
) -> re.Pattern[str] | None:
    if patterns is None:
        return None
    return re.compile(frame.format("|".join(_filled(pattern, names, owner) for pattern in patterns)))


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
    return Rule(
        id=rule_id,
        kind=entry["kind"],
        tier=cast("Tier | None", entry.get("tier")),
        tier_now=cast("Tier | None", entry.get("tier_now")),
        sign=entry.get("sign"),
        beside=frozenset(entry.get("beside", ())),
        patterns=tuple(_compiled([pattern], names, rule_id) for pattern in entry["patterns"]),
        needs=tuple(_needs(pattern, names, rule_id) for pattern in entry["patterns"]),
        guards=tuple(guards[name] for name in entry.get("unless", ())),
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
