"""The pure rules of growth."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.growth import rules

ANSWER = st.one_of(st.none(), st.integers(rules.LEAST, rules.MOST))


@pytest.mark.parametrize(
    ("doable", "smaller"), [(None, False), (0, True), (6, True), (7, False), (10, False)]
)
def test_a_smaller_step_is_suggested_below_seven(doable, smaller):
    assert rules.needs_smaller(doable) is smaller


@pytest.mark.parametrize(("days", "resting"), [(0, False), (6, False), (7, True), (400, True)])
def test_a_goal_is_asked_after_a_week(days, resting):
    touched = date(2026, 3, 2)
    assert rules.is_resting(touched, touched + timedelta(days=days)) is resting


@pytest.mark.parametrize(
    ("answers", "heavy"),
    [
        ((8, 8, 8), False),
        ((9, 2, None), False),
        ((9, 9, None), True),
        ((10, None, None), True),
        ((None, None, None), False),
        ((), False),
    ],
)
def test_help_is_shown_at_the_heavy_end(answers, heavy):
    assert rules.is_very_heavy(answers) is heavy


@given(st.lists(ANSWER, max_size=rules.POINTS))
def test_every_answer_is_one_point_inside_the_picture(answers):
    points = [point for piece in rules.strokes(answers) for point in piece]
    assert len(points) == sum(answer is not None for answer in answers)
    assert all(rules.LEFT <= x <= rules.RIGHT and 0 < y < rules.HEIGHT for x, y in points)
    assert [x for x, _y in points] == sorted({x for x, _y in points})


def test_what_was_left_out_leaves_a_gap_and_more_is_drawn_higher():
    first, second = rules.strokes([2, 9, None, 5])
    assert [len(first), len(second)] == [2, 1]
    assert first[1][1] < first[0][1]


def test_the_same_seed_gives_the_same_suggestions():
    options = [f"idea {place}" for place in range(11)]
    assert rules.some_of(options, "a step", 3) == rules.some_of(options[::-1], "a step", 3)
    assert len({tuple(rules.some_of(options, f"step {place}", 3)) for place in range(20)}) > 5
