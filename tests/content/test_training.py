"""The training has twelve modules, each with two scenarios in which one answer fits and all get feedback."""

from __future__ import annotations

from collections import Counter

from tests.content.wording import load, word_count, wrong_words

MODULES = load("training/modules.toml")["module"]
SCENARIOS = [scenario for module in MODULES for scenario in module["scenario"]]


def test_twelve_modules_of_one_page() -> None:
    assert len(MODULES) == len({module["id"] for module in MODULES}) == 12
    for module in MODULES:
        assert {"id", "title", "aim", "text", "scenario"} == set(module)
        assert 400 <= word_count(module["text"]) <= 700, module["id"]
        assert word_count(module["aim"]) <= 25


def test_two_scenarios_with_three_answers_each() -> None:
    assert all(len(module["scenario"]) == 2 for module in MODULES)
    for scenario in SCENARIOS:
        assert {"question", "answer"} == set(scenario)
        assert [len(scenario["answer"]), sum(a["right"] for a in scenario["answer"])] == [3, 1]


def test_every_answer_has_feedback_of_its_own() -> None:
    feedback = [answer["feedback"] for scenario in SCENARIOS for answer in scenario["answer"]]
    assert len(set(feedback)) == len(feedback) == 72
    assert min(word_count(text) for text in feedback) >= 12


def test_the_right_answer_cannot_be_guessed_by_its_place_or_length() -> None:
    places = Counter([a["right"] for a in scenario["answer"]].index(True) for scenario in SCENARIOS)
    assert max(places.values()) <= 10 and min(places.values()) >= 6
    longest = sum(
        max(scenario["answer"], key=lambda answer: len(answer["text"]))["right"] for scenario in SCENARIOS
    )
    assert longest <= 14


def test_wording() -> None:
    assert wrong_words(MODULES) == []
