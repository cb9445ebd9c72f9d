"""The directory of help: fresh, whole, pairs kept together, links that a phone can follow."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from forum.care import directory
from forum.care.directory import WAYS, Way, contacts_for, countries, country, emergency_for, international


def test_no_entry_is_older_than_180_days() -> None:
    assert directory.stale(datetime.now(UTC).date()) == ()


def test_an_old_entry_is_named() -> None:
    named = directory.stale(date(2027, 12, 1))
    assert "gb: Samaritans" in named
    assert "Find A Helpline" in named


def test_the_day_after_180_days_is_stale_and_the_last_of_them_is_not() -> None:
    contact = replace(countries()[0].contacts[0], verified_on=date(2026, 1, 1))
    assert not contact.is_stale(date(2026, 1, 1) + timedelta(days=180))
    assert contact.is_stale(date(2026, 1, 1) + timedelta(days=181))


def test_no_date_lies_ahead_and_every_entry_tells_its_source() -> None:
    for entry in countries():
        for contact in entry.contacts:
            assert contact.verified_on >= date(2026, 11, 20)
            assert len(contact.source) > 20, contact.name
            assert contact.hours and contact.languages and contact.site.startswith("https://")


def test_about_a_dozen_countries_each_with_an_emergency_number() -> None:
    assert len(countries()) >= 12
    assert [entry.name for entry in countries()] == sorted(entry.name for entry in countries())
    for entry in countries():
        assert re.fullmatch(r"[a-z]{2}", entry.code)
        assert re.fullmatch(r"\d{3}", entry.emergency)
        assert 1 <= len(entry.contacts) <= 3


def test_every_way_is_one_that_pages_know() -> None:
    ways = [way for entry in countries() for contact in entry.contacts for way in contact.ways]
    assert {way.kind for way in ways} == set(WAYS)
    assert all(re.fullmatch(r"(?:tel|sms):\d+|https://[\w.-]+/|mailto:\S+@\S+", way.href) for way in ways)


@pytest.mark.parametrize(
    ("way", "href"),
    [
        (Way("call", "116 123"), "tel:116123"),
        (Way("text", "85258"), "sms:85258"),
        (Way("chat", "113.nl"), "https://113.nl/"),
        (Way("write", "jo@samaritans.org"), "mailto:jo@samaritans.org"),
    ],
)
def test_links_are_what_a_phone_follows(way: Way, href: str) -> None:
    assert way.href == href


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pairs_are_never_torn_apart(limit: int) -> None:
    for entry in countries():
        shown = contacts_for(entry.code, limit)
        pairs = {contact.pair for contact in shown if contact.pair}
        for pair in pairs:
            assert [one for one in entry.contacts if one.pair == pair] == [
                one for one in shown if one.pair == pair
            ]
        assert len(shown) <= max(limit, 2)
        assert shown


def test_the_country_is_chosen_never_guessed() -> None:
    assert contacts_for(None) == ()
    assert contacts_for("zz") == ()
    assert contacts_for("GB") == contacts_for("gb")
    assert country("") is None


def test_the_emergency_number_falls_back_to_112() -> None:
    assert emergency_for("us") == "911"
    assert emergency_for(None) == "112"
    assert international().site == "https://findahelpline.com/"
