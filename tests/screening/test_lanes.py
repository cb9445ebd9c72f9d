"""Lanes, order and targets, and at whom harsh words are aimed."""

from __future__ import annotations

import pytest

from forum.screening.aim import aim_of
from forum.screening.care import read_care
from forum.screening.findings import Aim, Care, Finding
from forum.screening.lanes import (
    THRESHOLDS,
    UNREAD_LANGUAGE,
    encourages,
    flags_for,
    hostile_labels,
    lane_for,
    rank,
    target_minutes,
)

HOT = dict.fromkeys(THRESHOLDS, 1.0)


def test_the_table_has_the_six_labels_each_with_a_reason() -> None:
    assert list(THRESHOLDS) == [
        "toxicity",
        "severe_toxicity",
        "obscene",
        "threat",
        "insult",
        "identity_attack",
    ]
    assert all(0 < one.value < 1 and one.reason.endswith(".") for one in THRESHOLDS.values())


@pytest.mark.parametrize("aim", ["self", "other", "nobody", "unclear"])
def test_swearing_alone_is_never_conduct(aim: Aim) -> None:
    assert lane_for(Care(), {"obscene": 1.0}, aim) == "routine"


def test_swearing_at_a_job_is_not_conduct() -> None:
    text = "This job is fucking shit and I hate Mondays."
    labels = {"toxicity": 0.99, "obscene": 0.98, "insult": 0.4}
    assert lane_for(read_care(text), labels, aim_of(text)) == "routine"


@pytest.mark.parametrize("label", ["toxicity", "severe_toxicity", "threat", "insult", "identity_attack"])
def test_hostility_at_others_counts_from_its_threshold(label: str) -> None:
    value = THRESHOLDS[label].value
    assert lane_for(Care(), {label: value}, "other") == "conduct"
    assert lane_for(Care(), {label: value - 0.01}, "other") == "routine"
    assert lane_for(Care(), {label: 1.0}, "self") == "routine"


def test_void_labels_of_an_unread_language_are_not_used() -> None:
    assert lane_for(Care(), HOT, "other", (UNREAD_LANGUAGE,)) == "routine"
    assert lane_for(Care("C"), {}, "nobody", (UNREAD_LANGUAGE,)) == "care"


def test_encouragement_is_conduct_and_flagged() -> None:
    care = read_care("You should kill yourself.")
    assert care.tier == "E"
    assert encourages(care)
    assert lane_for(care, {}, "other") == "conduct"
    assert "encouragement" in flags_for(care, {}, "other")
    assert target_minutes("conduct", "E") == 60


@pytest.mark.parametrize("kind", ["method", "pact", "seeking"])
def test_other_kinds_of_e_are_care(kind: str) -> None:
    finding = Finding("rule", kind, "E", 0, 1, "reason")
    assert lane_for(Care("E", (finding,)), HOT, "other") == "care"
    assert lane_for(Care("E"), HOT, "other") == "care"


def test_hostile_words_beside_distress_are_flagged_for_the_moderator() -> None:
    assert "hostile-beside-distress" in flags_for(Care("A"), HOT, "other")
    assert flags_for(Care("A"), HOT, "self") == ()
    assert flags_for(Care(), HOT, "other") == ()


def test_unknown_labels_count_for_nothing() -> None:
    assert hostile_labels({"sexual_explicit": 1.0}, "other") == ()


def test_care_comes_first_in_its_own_order() -> None:
    order = [rank("care", tier) for tier in ("D", "C", "E", "B")]
    assert order == sorted(set(order))
    others = [
        rank(lane, tier) for lane in ("conduct", "routine", "reported", "appeal") for tier in (None, "A", "E")
    ]
    assert set(others) == {4} and max(order) < 4
    assert rank("care", None) == rank("care", "B")


@pytest.mark.parametrize(
    ("lane", "tier", "flags", "minutes"),
    [
        ("care", "D", (), 15),
        ("care", "C", (), 60),
        ("care", "E", (), 60),
        ("care", "B", (), 240),
        ("care", None, (), 240),
        ("conduct", None, (), 480),
        ("reported", None, (), 480),
        ("appeal", None, (), 2880),
        ("routine", None, (), None),
        ("routine", "A", (), None),
        ("routine", None, (UNREAD_LANGUAGE,), 240),
    ],
)
def test_targets(lane: str, tier: str | None, flags: tuple[str, ...], minutes: int | None) -> None:
    assert target_minutes(lane, tier, flags) == minutes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("I am worthless.", "self"),
        ("You are worthless.", "other"),
        ("I hate myself.", "self"),
        ("I hate myself and I hate you all.", "other"),
        ("Everyone says I’m stupid.", "self"),
        ("My boss is an idiot and I am so tired.", "nobody"),
        ("She is a liar and a coward.", "unclear"),
        ("You lot never learn, what a waste.", "unclear"),
        ("Fuck this job.", "nobody"),
        ("The printer is a piece of trash.", "nobody"),
        ("I wonder how people cope with deadlines.", "nobody"),
        ("You are not worthless.", "nobody"),
        ("Idiot.", "other"),
        ("Shut up.", "other"),
        ("Kill yourself.", "other"),
        ("Women are only good for one thing.", "other"),
        ("People like you should not be here.", "other"),
        ("I am tired.\nYou are pathetic.", "other"),
        ("You're not depressed, you're a liar.", "other"),
        ("I'm sorry you're tired, but you are a fool.", "other"),
        ("You deserve a rest, you idiot would say your boss.", "other"),
        ("You deserve better than this stupid job.", "nobody"),
        ("I don't hate immigrants.", "nobody"),
        ("I can't stand immigrants.", "other"),
        ("I'm gonna beat your ass.", "other"),
        ("I feel sick of it all. Nobody will ever pick you.", "unclear"),
        ("Go cry somewhere.", "unclear"),
        ("Stop being a joke.", "unclear"),
        ("Nobody here thinks you are stupid.", "nobody"),
        ("", "nobody"),
    ],
)
def test_aim(text: str, aim: Aim) -> None:
    assert aim_of(text) == aim
