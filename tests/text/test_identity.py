"""Hints at words that say who somebody is, measured on sentences half of which the rules never saw."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.identity import SUGGESTIONS, Hint, blur, identity_hints
from tests.text.hostile_texts import MORE, hostile

SENTENCES = Path(__file__).with_name("identity_sentences.txt")


class Share(NamedTuple):
    leaking: float
    right_kind: float
    harmless: float


def measured(rows: list[tuple[set[str], str]]) -> Share:
    """Which share of leaking sentences is flagged, and rightly; which share of harmless ones is flagged."""
    found = [(kinds, {hint.kind for hint in identity_hints(text)}) for kinds, text in rows]
    leaking = [(kinds, seen) for kinds, seen in found if kinds]
    harmless = [seen for kinds, seen in found if not kinds]
    return Share(
        sum(bool(seen) for _, seen in leaking) / len(leaking),
        sum(bool(kinds & seen) for kinds, seen in leaking) / len(leaking),
        sum(bool(seen) for seen in harmless) / len(harmless),
    )


def sentences(half: str) -> list[tuple[set[str], str]]:
    rows = [line.split(" | ", 2) for line in SENTENCES.read_text("utf-8").splitlines() if line[0] != "#"]
    return [({kind} - {"none"}, text) for part, kind, text in rows if part == half]


@pytest.mark.parametrize("half", ["dev", "held", "fresh"])
def test_most_leaking_and_few_harmless_sentences_are_flagged(half: str) -> None:
    """The fresh sentences came later: 27 of 30 leaking and no harmless one were flagged at first sight."""
    rows = sentences(half)
    assert len(rows) == 60
    assert {kind for kinds, _ in rows for kind in kinds} == set(SUGGESTIONS)
    share = measured(rows)
    assert share.leaking >= 0.9
    assert share.right_kind >= 0.9
    assert share.harmless <= 0.1


@pytest.mark.skipif(not MORE.is_file(), reason="the larger corpus is not here")
def test_the_larger_corpus_agrees() -> None:
    rows = [json.loads(line) for line in MORE.read_text("ascii").splitlines()]
    share = measured(
        [(set(row["leaks"]) - {"none"}, row["payload"]) for row in rows if row["family"] == "identity"]
    )
    assert share.leaking >= 0.9 and share.harmless <= 0.1


@pytest.mark.parametrize(
    ("text", "blurred"),
    [
        ("Ask Mr. Bellweather, he knows.", "Ask Mr. [someone], he knows."),
        (
            "Write to a.b@example.org or ring +44 7700 900123.",
            "Write to [an e-mail address] or ring [a phone number].",
        ),
        ("I work at Brightwell Logistics since 12 March 2024.", "I work at [a workplace] since [a date]."),
        ("Find me on Discord: papertiger#4471 now", "Find me on Discord: [my name elsewhere] now"),
        ("I live at 14 Cedar Lane.", "I live at [a place]."),
        ("Nothing here.", "Nothing here."),
    ],
)
def test_one_click_puts_gentler_words_in_their_place(text: str, blurred: str) -> None:
    assert blur(text, identity_hints(text)) == blurred
    assert identity_hints(blurred) == []


@pytest.mark.parametrize(
    "text",
    [
        "Breathe with me: one, two, three, four, five, six, seven, eight.",
        "Back down: eight seven six five four three two one.",
        "The helpline is 0800 123 4567 or 116 123.",
        "I may 3 times a week go for a swim.",
        "On 25 December and on the 1st of January I had the shift.",
        "I work for God knows what reason at NHS pace, in IT.",
        "PLEASE JUST LISTEN TO ME",
        "We watched https://www.youtube.com/watch?v=x together.",
        "Somebody here wrote about Viktor Frankl.",
        "My friend Viktor Frankl would not say.",
        "In Paris Monday is quiet, and Grace May be late.",
    ],
)
def test_what_only_looks_like_a_trace_stays_unflagged(text: str) -> None:
    assert identity_hints(text) == []


def test_spoken_digits_that_are_no_counting_are_a_number() -> None:
    text = "ring oh seven seven double nine four one two anytime"
    assert [hint.kind for hint in identity_hints(text)] == ["phone"]


def test_hints_never_overlap_and_stay_inside_on_any_text() -> None:
    for text in hostile():
        hints = identity_hints(text[:2000])
        ends = [0, *(hint.end for hint in hints)]
        assert all(
            before <= hint.start < hint.end <= len(text) for before, hint in zip(ends, hints, strict=False)
        )


@given(st.text(max_size=80))
def test_blurring_nothing_changes_nothing(text: str) -> None:
    assert blur(text, []) == text


def test_blurring_in_any_order_is_the_same() -> None:
    hints = [Hint("name", 0, 2, "[someone]"), Hint("date", 3, 5, "[a date]")]
    assert blur("aa bb", hints) == blur("aa bb", hints[::-1]) == "[someone] [a date]"


@pytest.mark.parametrize(
    "unit",
    [
        "Aa ",
        "Aa-",
        "Aa’",
        "work a ",
        "a@",
        "a at ",
        "1/",
        "123-",
        "call 1234567 ",
        "one ",
        "+44 20 7946 0871 ",
    ],
)
def test_hints_take_less_than_a_second_on_the_worst_post(unit: str) -> None:
    started = time.process_time()
    identity_hints((unit * 8000)[:8000])
    assert time.process_time() - started < 1
