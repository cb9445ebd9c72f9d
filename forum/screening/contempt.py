"""Finds cold contempt for the reader by rules: blame, mockery, shutting out, wishes of harm, veiled threats.

The rules are data, in `contempt.toml` beside this file; they are read and compiled as the care rules are. A
finding puts a text before moderators sooner, with its reason. It decides nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from forum.screening.aim import is_kind
from forum.screening.care_book import RULES_FILES, Rule, RuleBook, compile_rules
from forum.screening.care_words import Sentence, sentences_of
from forum.screening.findings import Contempt, Finding

RULES_FILE: Final = Path(__file__).with_name("contempt.toml")
MOST_PER_RULE: Final = 3
BARE: Final = "bare"
"""The sign of a rule that counts only where the author does not speak of themselves at all."""

REACH: Final = 160
"""Characters before and after words in which it must be said that somebody else said them."""

_RULES: Final = tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))
_REPORTED: Final = {
    part: re.compile(pattern, re.IGNORECASE) for part, pattern in _RULES.pop("reported").items()
}
_OF_AUTHOR: Final = re.compile(_RULES.pop("author")["pattern"], re.IGNORECASE)
_PLAY: Final = _RULES.pop("play")
_IN_PLAY: Final = re.compile(_PLAY["pattern"], re.IGNORECASE)
_NO_PLAY: Final = re.compile(_PLAY["unless"], re.IGNORECASE)
KINDS: Final = tuple(dict.fromkeys(str(rule["kind"]) for rule in _RULES["rule"]))
"""Every kind of contempt, in the order of the rules. No care rule has a kind of the same name."""

_SINGLE_QUOTES: Final = re.compile(r"(?<!\w)'((?:[^'\n]|(?<=\w)'(?=\w)){1,200})'(?!\w)")
_STRAIGHT: Final = str.maketrans("‘’“”„«»", '\'\'"""""')


@lru_cache(maxsize=1)
def contempt_book() -> RuleBook:
    """Read and compile the rules, once a process. Altered spellings are undone as the care rules say.

    Raises `CareRulesBrokenError` where a rule lacks a reason, a source or a usable pattern.
    """
    vocabulary = tomllib.loads(RULES_FILES[0].read_text(encoding="utf-8"))
    return compile_rules(vocabulary | _RULES)


def read_contempt(text: str) -> Contempt:
    """Find contempt for the reader in a text, title and body together."""
    book = contempt_book()
    plain = _SINGLE_QUOTES.sub(r'"\1"', text.translate(_STRAIGHT))
    in_play = bool(_IN_PLAY.search(plain)) and not _NO_PLAY.search(plain)
    about_author = bool(_OF_AUTHOR.search(plain))
    found: dict[tuple[str, int], Finding] = {}
    for sentence in sentences_of(text, book.spelling):
        for rule, start, end in _met_in(sentence, book):
            if (rule.sign == BARE and about_author) or _is_reported(plain, start, end):
                continue
            if in_play and rule.id in _PLAY["rules"]:
                continue
            if sum(name == rule.id for name, _ in found) < MOST_PER_RULE:
                found[rule.id, start] = Finding(rule.id, rule.kind, None, start, end, rule.reason)
    ordered = sorted(found.values(), key=lambda one: (one.start, one.end, one.rule))
    return Contempt(tuple(ordered), about_author, in_play or is_kind(text))


def kinds_in(findings: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the kinds of contempt among kept findings, each once, in the order of `KINDS`."""
    kinds = {finding["kind"] for finding in findings}
    return tuple(kind for kind in KINDS if kind in kinds)


def _is_reported(plain: str, start: int, end: int) -> bool:
    """Tell whether words stand in somebody else's mouth: quoted, or after a colon."""
    line_start = plain.rfind("\n", 0, start) + 1
    before, after = plain[max(line_start, start - REACH) : start], plain[end : end + REACH]
    if _REPORTED["before"].search(before):
        return not _REPORTED["unless"].search(before)
    return bool(_REPORTED["after"].search(after.partition("\n")[0])) and '"' in before


def _met_in(sentence: Sentence, book: RuleBook) -> Iterator[tuple[Rule, int, int]]:
    """Give each rule that is met in a sentence and no guard turns away, once, with its place in the text."""
    words = [book.known.get(word) or book.meet(word) for word in sentence.words]
    left = book.of_rules.tried([met for _, met, _ in words])
    if not left:
        return
    guards = book.of_guards.tried([met for _, _, met in words])
    line = f" {' '.join(shown for shown, _, _ in words)} "
    done: set[str] = set()
    while left:
        lowest = left & -left
        left ^= lowest
        rule, search = book.places.patterns[lowest.bit_length()]
        match = None if rule.id in done else search(line)
        while match is not None:
            start, end = match.start() + 1, match.end()
            if not _is_turned(rule, guards, line, start, end):
                done.add(rule.id)
                yield rule, *sentence.span(line, start, end)
                break
            match = search(line, match.end())


def _is_turned(rule: Rule, tried: int, line: str, start: int, end: int) -> bool:
    """Tell whether a guard turns a match away. `tried` has the bits of the guards worth a try."""
    return any(
        (guard.sentence.search(tried, line) or guard.at(line, tried, start, end))
        and not guard.unless.search(tried, line)
        for guard in rule.guards
    )
