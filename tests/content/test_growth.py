"""The words of the private rooms: three exhaustions, nothing that counts days or grades people."""

from __future__ import annotations

import re

from tests.content.wording import load, texts_in, word_count, wrong_words

TEXTS = load("growth/texts.toml")
COUNTING = re.compile(
    r"\bstreaks?\b|\bmissed\b|\bin a row\b|\bdays? since\b|\bkeep it up\b"
    r"|\boverdue\b|\blate\b|\bfail(?:ed|ure)?\b",
    re.IGNORECASE,
)
GRADING = re.compile(
    r"\bscore\b|\bnormal\b|\baverage\b|\bburn(?:ed|t)[ -]?out\b|\bdepress|\bsevere\b"
    r"|\brisk\b|\bother members\b",
    re.IGNORECASE,
)


def test_the_three_exhaustions_in_order() -> None:
    assert [slider["id"] for slider in TEXTS["check_in"]["slider"]] == ["emotional", "physical", "mental"]
    for slider in TEXTS["check_in"]["slider"]:
        assert set(slider) == {"id", "label", "question", "low", "high", "hint"}
    assert {"hours", "how_long", "how_long_question", "soft_help"} <= set(TEXTS["check_in"])


def test_enough_to_choose_from() -> None:
    lists = {
        "prompt": TEXTS["early_signs"]["prompt"],
        "suggestion": TEXTS["drop"]["suggestion"],
        "smaller": TEXTS["goal"]["smaller"],
        "obstacle": TEXTS["goal"]["obstacle"],
    }
    least = {"prompt": 8, "suggestion": 12, "smaller": 10, "obstacle": 6}
    assert all(len(entries) >= least[name] for name, entries in lists.items())
    for entries in lists.values():
        assert len({entry["text"] for entry in entries}) == len(entries)
        assert all(word_count(entry["text"]) <= 20 for entry in entries)


def test_an_obstacle_is_an_if_and_a_then() -> None:
    assert all(re.match(r"If .+, then .+\.$", entry["text"]) for entry in TEXTS["goal"]["obstacle"])


def test_nothing_counts_days_or_grades_a_person() -> None:
    found = [(n, t) for n, t in texts_in(TEXTS) if COUNTING.search(t) or GRADING.search(t)]
    assert found == []


def test_wording() -> None:
    assert wrong_words(TEXTS) == []
