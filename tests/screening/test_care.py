"""The care rules: each sentence with its tier, the offsets, the speed, and that the rules file is whole."""

from __future__ import annotations

import json
import random
import re
import sys
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
from forum.screening.care_book import Guard
from forum.screening.care_needs import Lookup, needs_of
from forum.screening.care_words import sentences_of
from forum.screening.findings import Finding

SENTENCES = [
    json.loads(line)
    for line in Path(__file__).with_name("care_sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


QUARTER = [row for row in SENTENCES if row.get("part") == "quarter"]
"""Chosen by hash, looked at only as totals while the rules were written: tells whether they generalise."""

OPEN = [row for row in SENTENCES if row.get("part") != "quarter"]
URGENT = {"B", "C", "D", "E"}


def _right(rows: list[dict[str, Any]]) -> float:
    return sum(read_care(row["text"]).tier == row["tier"] for row in rows) / len(rows)


def _urgent(rows: list[dict[str, Any]]) -> float:
    return sum(read_care(row["text"]).tier in URGENT for row in rows) / len(rows)


@pytest.mark.parametrize(("tier", "least"), [("A", 0.92), ("B", 0.92), ("C", 0.92), ("D", 0.92), ("E", 0.88)])
def test_nearly_every_sentence_gets_its_tier(tier: str, least: float) -> None:
    assert _right([row for row in OPEN if row["tier"] == tier]) >= least


def test_ordinary_sentences_are_left_alone() -> None:
    ordinary = [row for row in OPEN if row["tier"] is None]
    assert _right(ordinary) >= 0.94
    assert _urgent(ordinary) <= 0.03


def test_the_quarter_that_was_not_looked_at_is_read_too() -> None:
    assert _right(QUARTER) >= 0.85
    assert _urgent([row for row in QUARTER if row["tier"] in URGENT]) >= 0.9
    assert _urgent([row for row in QUARTER if row["tier"] not in URGENT]) <= 0.08


def test_each_further_finding_is_there() -> None:
    lacking = [
        row["text"]
        for row in SENTENCES
        if not set(row.get("kinds", ())) <= {finding.kind for finding in read_care(row["text"]).findings}
    ]
    assert len(lacking) <= 6, lacking


NAMED = [row for row in SENTENCES if "rule" in row]
NEAR = [row for row in SENTENCES if "near" in row]


def _rules_of(row: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in read_care(row["text"]).findings}


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row["rule"])
def test_a_rule_finds_the_sentence_it_was_written_for(row: dict[str, Any]) -> None:
    assert row["rule"] in _rules_of(row)
    assert read_care(row["text"]).tier == row["tier"]


@pytest.mark.parametrize("row", NEAR, ids=lambda row: row["near"])
def test_a_rule_leaves_its_near_miss_alone(row: dict[str, Any]) -> None:
    assert row["near"] not in _rules_of(row)
    assert read_care(row["text"]).tier is None


def test_each_named_rule_has_a_near_miss() -> None:
    assert {row["rule"] for row in NAMED} == {row["near"] for row in NEAR}
    assert len(NAMED) >= 22


def test_the_sentences_are_many_and_balanced() -> None:
    tiers = [row["tier"] for row in SENTENCES]
    assert len(tiers) >= 1000
    assert all(tiers.count(tier) >= 100 for tier in ("A", "B", "C", "D", "E", None))


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


def _made_to_be_slow() -> dict[str, str]:
    """Texts of words that many rules need, or that are hard to cut, each to be repeated."""
    vocabulary = sorted(word for word in rule_book().known if not word.startswith("_"))
    return {
        "sentences": " ".join(row["text"] for row in SENTENCES),
        "vocabulary": " ".join(vocabulary),
        "no stop": "i want to die and ",
        "one word": "kill ",
        "letters": "I ",
        "short sentences": "a. b\n",
        "commas": ",",
        "one long word": "unbroken",
        "spelled out": "k i l l ",
        "starred": " ".join(f"{word[:1]}*{word[1:]}" for word in vocabulary),
        "altered": " ".join(f"{word}1" for word in vocabulary),
        "stops": "!?.",
        "accents": "\u00e9 na\u00efve ",
        "other letters": "\u4e00\u4e8c\u3002",
        "combining": "a\u0301",
    }


@pytest.mark.parametrize("name", _made_to_be_slow())
def test_the_work_grows_with_the_length_and_has_a_bound(name: str) -> None:
    piece = _made_to_be_slow()[name]
    whole = piece * (8000 // len(piece) + 1)
    read_care(whole[:100])
    half, full = _calls(whole[:4000]), _calls(whole[:8000])
    assert full <= 2.3 * half + 1000
    assert full <= MOST_CALLS


MOST_CALLS = 100_000
"""Calls of functions and of methods in C for 8,000 characters: at most some 5 ms where it was measured."""


def _calls(text: str) -> int:
    """Count the calls that reading a text takes: the same on every machine, unlike a time."""
    count = 0

    def one_more(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(one_more)
    try:
        read_care(text)
    finally:
        sys.setprofile(None)
    return count


def test_what_is_left_unread_is_for_a_person_to_read() -> None:
    words = "i want to die the my he wants kill myself tonight dont feel like it you should not be here"
    mixed = random.Random(4).choices(words.split(), k=2000)
    found = read_care(" ".join(mixed)).findings
    assert "more-than-was-read" in {finding.rule for finding in found}
    assert len(found) < 60


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


def test_a_veiled_word_stays_veiled_where_a_pattern_spells_it_out() -> None:
    book = rule_book()
    assert not [word for word in book.known if veiled(word) in book.veil]


WORDS: dict[str, Any] = {
    "words": {"i": "i|im"},
    "guard": {"denied": {"sentence": ["not"], "reason": "denied"}},
    "spelling": {},
    "now": {"patterns": ["now"]},
    "veil": {"starred": [], "means": [], "harm": [], "struck": [], "diet": []},
}
RULE = {"id": "x", "kind": "k", "patterns": ["{i} fly"], "reason": "r", "source": "s"}
TOGETHER = {"id": "t", "kind": "k", "tier": "D", "signs": ["a", "b|crisis"], "reason": "r", "source": "s"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": ""}, "x: reason"),
        ({"patterns": ["{nobody} fly"]}, "nobody"),
        ({"patterns": ["fly("]}, "x: "),
        ({"tier": "Z"}, "'Z'"),
        ({"unless": ["nothing"]}, "nothing"),
        ({"patterns": [r"(?:\S+ )?\S+"]}, "x: no word is certain"),
    ],
)
def test_a_broken_rule_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(CareRulesBrokenError, match=says):
        compile_rules({**WORDS, "rule": [{**RULE, **change}]})


@pytest.mark.parametrize(
    ("change", "says"),
    [({"signs": []}, "t: signs"), ({"signs": ["never"]}, "never"), ({"unless": ["nor"]}, "nor")],
)
def test_broken_signs_are_named(change: dict[str, Any], says: str) -> None:
    rules = [{**RULE, "sign": "a"}, {**RULE, "id": "y", "sign": "b"}]
    with pytest.raises(CareRulesBrokenError, match=says):
        compile_rules({**WORDS, "rule": rules, "together": [{**TOGETHER, **change}]})


def _tier_of(text: str, together: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    rules = [
        {**RULE, "id": name, "sign": name, "patterns": [f"sign {name}"], "unless": ["denied"]}
        for name in ("a", "b", "calm")
    ]
    rules.append({**RULE, "id": "bad", "tier": "B", "patterns": ["bad thoughts"]})
    rules.append({**RULE, "id": "c", "sign": "c", "beside": ["a"], "patterns": ["sign c"]})
    book = compile_rules({**WORDS, "rule": rules, "together": [{**TOGETHER, **together}]})
    monkeypatch.setattr("forum.screening.care.rule_book", lambda: book)
    return read_care(text).tier


@pytest.mark.parametrize(
    ("text", "together", "tier"),
    [
        ("Sign a. Sign b.", {"within": 2}, "D"),
        ("Sign b. Sign a.", {"within": 2}, "D"),
        ("Sign a. So. Sign b.", {"within": 2}, None),
        ("Sign a. So. And so. Sign b.", {}, "D"),
        ("Sign a and sign b.", {"within": 1}, "D"),
        ("Sign a.", {}, None),
        ("Sign a. Not sign b.", {}, None),
        ("Sign a. Bad thoughts.", {"within": 2}, "D"),
        ("Sign a. Sign b. Sign calm.", {"unless": ["calm"]}, None),
        ("Sign a. Sign b. So. Sign calm.", {"unless": ["calm"], "within": 2}, "D"),
        ("Sign a. Sign b.", {"shorter_than": 10}, None),
        ("Sign a. Sign b.", {"shorter_than": 16}, "D"),
        ("Sign a and sign c.", {"signs": ["a", "c"]}, "D"),
        ("Sign a. Sign c.", {"signs": ["a", "c"]}, None),
    ],
)
def test_signs_count_where_they_stand_together(
    text: str, together: dict[str, Any], tier: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _tier_of(text, together, monkeypatch) == tier


def test_signs_are_found_where_they_stand() -> None:
    text = "Hello. I’ve made up my mind. Saturday night, when everyone is out."
    finding = next(one for one in read_care(text).findings if one.rule == "decided-and-more")
    assert text[finding.start : finding.end].startswith("I’ve made up")


def test_spelled_out_words_are_joined_and_articles_are_not() -> None:
    spelling = rule_book().spelling
    words = [list(sentence.words) for sentence in sentences_of("I a m  f.i.n.e  and a b", spelling)]
    assert words == [["iam", "fine", "and", "a", "b"]]


def _guards() -> list[Guard]:
    return list({guard.name: guard for rule in rule_book().rules for guard in rule.guards}.values())


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("(?:i|im) (?:\\S+ ){0,3}?(?:wish|long) to (?:die|be dead)", [{"die", "dead"}, {"wish", "long"}]),
        ("self ?(?:harm|injur\\S*)", [{"self*"}]),
        ("suicid(?:al|e) notes?", [{"note*"}, {"suicid*"}]),
        ("(?:a |the )?(?<!x )friend(?! of)", [{"friend"}]),
        (
            "(?:(?:sink|drown)|(?:fall|fell))(?: \\S+){0,3}? deep",
            [{"deep"}, {"sink", "drown", "fall", "fell"}],
        ),
        ("(?:a|\\S+) (?:b )?", []),
    ],
)
def test_needs_are_read_from_a_pattern(source: str, needs: list[set[str]]) -> None:
    found = [set(need) for need in needs_of(source)]
    assert all(need in found for need in needs)
    assert needs or not found


def _tried(lookup: Lookup, example: str) -> int:
    return lookup.tried(lookup.meet(word) for word in example.split())


def _plain(pattern: re.Pattern[str]) -> str:
    """Give a pattern without what only looks at its neighbours, so that examples of it can be drawn."""
    body = pattern.pattern.removesuffix("(?= )").replace(r"\S", "[qz]").replace(r"\d", "[0-9]")
    body = (
        body.replace("(?= $)", "").replace(" ?", " ").removesuffix("$").replace("$)", ")").replace("$|", "|")
    )
    return re.sub(r"\(\?<?[!=][^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)", "", body)


@pytest.mark.parametrize("rule", rule_book().rules, ids=lambda rule: rule.id)
def test_every_match_of_a_rule_holds_the_words_it_needs(rule: Rule) -> None:
    """A pattern is only tried where its needs stand; one that matched without them would never be read."""
    book = rule_book()
    for place, (owner, _) in book.places.patterns.items():
        if owner is rule:
            pattern = rule.patterns[
                place - min(at for at, one in book.places.patterns.items() if one[0] is rule)
            ]
            for example in _examples(_plain(pattern)):
                assert _tried(book.of_rules, example) >> (place - 1) & 1, example


@pytest.mark.parametrize("guard", _guards(), ids=lambda guard: guard.name)
def test_every_match_of_a_guard_holds_the_words_it_needs(guard: Guard) -> None:
    book = rule_book()
    for part in (guard.before, guard.inside, guard.after, guard.sentence, guard.unless, book.now):
        for place, pattern in part.patterns.items():
            for example in _examples(_plain(pattern)):
                assert _tried(book.of_guards, example) >> (place - 1) & 1, example


def _examples(pattern: str) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=4, database=None, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(st.from_regex(re.compile(pattern), fullmatch=True))
    def collect(example: str) -> None:
        found.append(example)

    collect()
    return found
