"""The pure rules of training."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.training import rules
from forum.training.modules import modules


@pytest.mark.parametrize(
    ("day", "quarter", "end"),
    [
        (date(2026, 1, 1), "2026-1", date(2026, 3, 31)),
        (date(2026, 6, 30), "2026-2", date(2026, 6, 30)),
        (date(2026, 7, 1), "2026-3", date(2026, 9, 30)),
        (date(2026, 12, 31), "2026-4", date(2026, 12, 31)),
    ],
)
def test_quarters(day, quarter, end):
    assert rules.quarter_of(day) == quarter
    assert rules.end_of_quarter(day) == end


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_a_badge_lasts_a_year_at_least_and_tells_only_its_quarter(day):
    ends = rules.ends_on(day)
    assert timedelta(days=365) <= ends - day <= timedelta(days=366 + 92)
    assert rules.quarter_of(ends + timedelta(days=1)) != rules.quarter_of(ends)
    assert rules.ends_on(rules.end_of_quarter(day)) == ends, "any day of the quarter gives the same end"
    assert rules.quarter_of(ends)[-1] == rules.quarter_of(day)[-1]


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_a_badge_is_renewed_in_its_last_quarter_only(day):
    until = rules.ends_on(day)
    assert not rules.may_renew(until, day)
    assert rules.may_renew(until, until)
    assert not rules.may_renew(until, until + timedelta(days=1))
    assert not rules.may_renew(until, until - timedelta(days=93))


def test_a_module_is_done_when_every_scenario_is():
    assert rules.is_right([1, 2], [1, 2])
    assert not rules.is_right([1, None], [1, 2])
    assert not rules.is_right([], [1, 2])


def test_one_module_less_is_not_the_training():
    every = [module.id for module in modules()]
    assert rules.is_trained(every, every)
    assert not rules.is_trained(every[1:], every)
    assert set(rules.RENEWED) <= set(every)


@pytest.mark.parametrize(("days", "soon"), [(-1, False), (0, True), (31, True), (32, False)])
def test_a_badge_is_about_to_end_within_a_month(days, soon):
    today = date(2026, 3, 1)
    assert rules.is_about_to_end(today + timedelta(days=days), today) is soon
    assert not soon or days > 30 or rules.may_renew(date(2026, 3, 31), today)
