"""The care rules: each sentence with its tier, the offsets, the speed, and that the rules file is whole."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.screening.care import (
    CareRulesBrokenError,
    Rule,
    compile_rules,
    most_urgent,
    read_care,
    rule_book,
    veiled,
)
from forum.screening.care_words import sentences_of
from forum.screening.findings import Finding

SENTENCES = [
    json.loads(line)
    for line in Path(__file__).with_name("care_sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["text"][:60])
def test_each_sentence_gets_its_tier(row: dict[str, Any]) -> None:
    care = read_care(row["text"])
    assert care.tier == row["tier"], care.findings
    assert set(row.get("kinds", ())) <= {finding.kind for finding in care.findings}


def test_the_sentences_are_many_and_balanced() -> None:
    tiers = [row["tier"] for row in SENTENCES]
    assert len(tiers) >= 125
    assert all(tiers.count(tier) >= 10 for tier in ("A", "B", "C", "D", "E", None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thank you. I WISH I was dead, I think.", "WISH I was dead"),
        ("Hello\n\nI’m su1cidal again", "I’m su1cidal"),
        ("ok 😀😀 k\u200bys", "k\u200bys"),
        ("Day one: K I L L  myself", "K I L L  myself"),
    ],
)
def test_offsets_point_into_the_text_as_typed(text: str, shown: str) -> None:
    spans = [text[finding.start : finding.end] for finding in read_care(text).findings]
    assert any(shown in span for span in spans), spans


def test_a_long_text_without_a_stop_is_read_to_its_end() -> None:
    text = "work and more work and then " * 200 + "i want to kill myself"
    assert read_care(text).tier == "C"
    finding = read_care(text).findings[-1]
    assert text[finding.start : finding.end].endswith("kill myself")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "😀", "\u200b", "'", "*", "$ @ !"])
def test_texts_without_words_are_read_too(text: str) -> None:
    assert read_care(text).tier is None


def test_reading_takes_a_few_milliseconds() -> None:
    ordinary = "I had a long shift today. My team is tired, and nobody wants to say it first. " * 103
    read_care(ordinary)
    best = min(_seconds(ordinary[:8000]) for _ in range(5))
    assert best < 0.02, "four times the target of 5 ms, so that a slow machine passes"


def _seconds(text: str) -> float:
    start = time.process_time()
    read_care(text)
    return time.process_time() - start


def test_crowded_texts_give_few_findings() -> None:
    findings = read_care("I want to die. " * 500).findings
    assert len([finding for finding in findings if finding.rule == "wish-to-die"]) == 3


def _finding(tier: Any, kind: str = "plan") -> Finding:
    return Finding("rule", kind, tier, 0, 1, "reason")


def test_the_most_urgent_tier_is_the_one_to_act_on_first() -> None:
    assert most_urgent([_finding("A"), _finding("D"), _finding("E", "method")]) == "D"
    assert most_urgent([_finding("C"), _finding("E", "pact")]) == "E"
    assert most_urgent([_finding("B"), _finding("E", "encouragement")]) == "B"
    assert most_urgent([_finding("A"), _finding("E", "encouragement")]) == "E"
    assert most_urgent([_finding(None)]) is None


def test_every_rule_tells_its_reason_and_source() -> None:
    book = rule_book()
    ids = [rule.id for rule in book.rules]
    assert len(ids) == len(set(ids))
    assert all(len(rule.reason) > 10 and len(rule.source) > 5 for rule in book.rules)
    assert {rule.tier for rule in book.rules} >= {"A", "B", "C", "D", "E"}


def test_the_veil_hides_words_and_finds_them() -> None:
    assert veiled("example") not in rule_book().veil
    assert len(rule_book().veil) > 40
    assert set(rule_book().veil.values()) == {"_means", "_harm", "_struck", "_diet"}


WORDS: dict[str, Any] = {"words": {"i": "i|im"}, "guard": {}, "spelling": {}, "now": {"patterns": ["now"]}}
VEIL = {"starred": [], "means": [], "harm": [], "struck": [], "diet": []}
RULE = {"id": "x", "kind": "k", "patterns": ["{i} fly"], "needs": ["fly"], "reason": "r", "source": "s"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": ""}, "x: reason"),
        ({"patterns": ["{nobody} fly"]}, "nobody"),
        ({"patterns": ["(fly"]}, "x: "),
        ({"tier": "Z"}, "'Z'"),
        ({"unless": ["nothing"]}, "nothing"),
        ({"needs": ["swim"]}, "x: no word of needs"),
    ],
)
def test_a_broken_rule_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(CareRulesBrokenError, match=says):
        compile_rules({**WORDS, "veil": VEIL, "rule": [{**RULE, **change}]})


def test_spelled_out_words_are_joined_and_articles_are_not() -> None:
    spelling = rule_book().spelling
    words = [list(sentence.words) for sentence in sentences_of("I a m  f.i.n.e  and a b", spelling)]
    assert words == [["iam", "fine", "and", "a", "b"]]


def _needed_word_stands_in(example: str, needs: tuple[str, ...]) -> bool:
    return any(
        word.startswith(stem) if len(stem) > 2 else word == stem for word in example.split() for stem in needs
    )


@pytest.mark.parametrize("rule", rule_book().rules, ids=lambda rule: rule.id)
def test_every_match_of_a_rule_holds_a_word_that_it_needs(rule: Rule) -> None:
    """A rule is only tried where one of its `needs` stands; a pattern without one would never be read."""
    for pattern, needs in zip(rule.patterns, rule.needs, strict=True):
        body = pattern.pattern.removeprefix("(?<= )").removesuffix("(?= )").replace(r"\S", "[qz]")
        body = re.sub(r"\(\?![^()]*(?:\([^()]*\)[^()]*)*\)", "", body.replace(r"\d", "[0-9]"))
        for example in _examples(body):
            assert _needed_word_stands_in(example, needs), example


FEW = settings(
    max_examples=12, database=None, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
)


def _examples(pattern: str) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=12, database=None, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(st.from_regex(re.compile(pattern), fullmatch=True))
    def collect(example: str) -> None:
        found.append(example)

    collect()
    return found
