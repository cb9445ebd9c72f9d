"""Finds cold contempt for the reader by rules: blame, mockery, shutting out, wishes of harm, veiled threats.

The rules are data, in `contempt.toml` beside this file; they are read and compiled as the care rules are. A
finding puts a text before moderators sooner, with its reason. It decides nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from forum.screening.aim import is_kind
from forum.screening.care_book import RULES_FILES, Rule, RuleBook, compile_rules
from forum.screening.care_words import Sentence, sentences_of, undo_spelling
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
    plain = text.translate(_STRAIGHT)
    about_author = bool(_OF_AUTHOR.search(plain))
    found: dict[tuple[str, int], Finding] = {}
    for sentence in sentences_of(text, book.spelling):
        for rule, start, end in _met_in(sentence, book):
            if (rule.sign == BARE and about_author) or _is_reported(plain, start, end):
                continue
            if sum(name == rule.id for name, _ in found) < MOST_PER_RULE:
                found[rule.id, start] = Finding(rule.id, rule.kind, None, start, end, rule.reason)
    ordered = sorted(found.values(), key=lambda one: (one.start, one.end, one.rule))
    return Contempt(tuple(ordered), about_author, is_kind(text))


def _is_reported(plain: str, start: int, end: int) -> bool:
    """Tell whether words stand in somebody else's mouth: quoted, or after a colon."""
    line_start = plain.rfind("\n", 0, start) + 1
    before, after = plain[max(line_start, start - REACH) : start], plain[end : end + REACH]
    if _REPORTED["before"].search(before):
        return not _REPORTED["unless"].search(before)
    return bool(_REPORTED["after"].search(after.partition("\n")[0])) and '"' in before


def _met_in(sentence: Sentence, book: RuleBook) -> Iterator[tuple[Rule, int, int]]:
    """Give each rule that is met in a sentence and no guard turns away, once, with its place in the text."""
    shown = [_plain(word, book) for word in sentence.words]
    met = [book.lookup.meet(word) for word in shown]
    tried = _every_need(met, book)
    if not tried:
        return
    line = f" {' '.join(shown)} "
    done: set[str] = set()
    for at, (rule, pattern) in enumerate(book.lookup.patterns):
        if not tried >> at & 1 or rule.id in done:
            continue
        for match in pattern.finditer(line):
            if not _is_turned(rule, match, line):
                done.add(rule.id)
                yield rule, *sentence.span(line, match.start(), match.end())
                break


def _plain(word: str, book: RuleBook) -> str:
    return undo_spelling(word, book.spelling)


def _every_need(met: list[tuple[int, int, int]], book: RuleBook) -> int:
    """Give the patterns all of whose needs are met, one bit for each."""
    first, second, third = book.lookup.without
    for one in met:
        first |= one[0]
        second |= one[1]
        third |= one[2]
    return first & second & third


def _is_turned(rule: Rule, match: re.Match[str], line: str) -> bool:
    """Tell whether a guard turns a match away."""
    for guard in rule.guards:
        of_line = guard.of_line(line)
        if guard.at(line, match.start(), match.end()) if of_line is None else of_line:
            return True
    return False
