"""What leads decide, and what comes of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from forum.circles.models import WaitCount
from forum.circles.writing import make_ready
from forum.members.gates import joining_paused
from forum.moderation import log, policy, watch
from forum.moderation.policy import BadPolicy
from forum.screening import lanes
from forum.screening.findings import Care
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from tests.moderation import desk
from tests.people import Person

WHY = "The first weeks showed that it is needed."
TODAY = date(2026, 3, 2)


def choose(name: str, value: object, why: str = WHY) -> None:
    with writing():
        policy.choose(name, value, why, new_id(), TODAY)


def test_every_version_is_kept_with_its_reason_and_logged(engine_app: Flask) -> None:
    assert policy.value_of("threshold.insult") == lanes.THRESHOLDS["insult"].value
    choose("threshold.insult", 0.6)
    choose("threshold.insult", 0.65, "Too many harmless ones were held.")
    assert policy.value_of("threshold.insult") == 0.65
    assert [(one.version, one.value, one.reason) for one in policy.history("threshold.insult")] == [
        (2, 0.65, "Too many harmless ones were held."),
        (1, 0.6, WHY),
    ]
    assert log.verify(current_settings().anchor_file) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threshold.insult", 0.0),
        ("threshold.insult", 1.5),
        ("threshold.insult", "0.5"),
        ("due.care.D", 1),
        ("due.care.D", 61),
        ("due.care.C", 241),
        ("due.care.E", 241),
        ("due.care.B", 721),
        ("due.conduct", 5761),
        ("template.return-details", ""),
        ("watch", [{"phrase": "x", "level": "look"}]),
        ("watch", [{"phrase": "blue lantern", "level": "reject"}]),
    ],
)
def test_values_that_would_do_harm_are_not_taken(app: Flask, name: str, value: object) -> None:
    with pytest.raises(BadPolicy):
        choose(name, value)


def test_nothing_is_set_without_a_reason_nor_under_an_unknown_name(app: Flask) -> None:
    with pytest.raises(BadPolicy, match="reason"):
        choose("threshold.insult", 0.6, "because")
    with pytest.raises(KeyError):
        choose("threshold.kindness", 0.6)


def test_a_threshold_changes_the_lane_of_the_next_text(app: Flask) -> None:
    labels = {"insult": 0.42}
    assert lanes.lane_for(Care(), labels, "other") == "routine"
    choose("threshold.insult", 0.4)
    assert lanes.lane_for(Care(), labels, "other") == "conduct"


def test_a_due_time_changes_when_a_text_is_due(app: Flask) -> None:
    assert lanes.target_minutes("care", "C") == 60
    choose("due.care.C", 30)
    assert lanes.target_minutes("care", "C") == 30
    post_id = desk.Author().opens(desk.a_circle(), "I want to die.")
    review = desk.review_of(post_id)
    assert review.lane == "care"
    if review.tier == "C":
        assert review.due_at - now() <= timedelta(minutes=30)


@pytest.mark.parametrize(("level", "lane"), [("look", "routine"), ("care", "care")])
@pytest.mark.parametrize("text", ["Under the BLUE  lantern we met.", "Under the blu\u200be lantern we met."])
def test_a_watched_phrase_is_looked_at_or_cared_for_and_never_refused(
    app: Flask, level: str, lane: str, text: str
) -> None:
    choose("watch", [{"phrase": "blue lantern", "level": level}])
    post_id = desk.Author().opens(desk.a_circle(), text)
    desk.screen_all()
    review = desk.review_of(post_id)
    assert (review.lane, "watched" in review.flags) == (lane, True)
    assert desk.text_of(post_id).state == "waiting"
    found = watch.passages(text, policy.value_of("watch"))
    assert [one.phrase for one in found] == ["blue lantern"]
    assert text[found[0].start : found[0].end].casefold().startswith("blu")


def test_a_phrase_within_a_word_is_not_watched(app: Flask) -> None:
    choose("watch", [{"phrase": "lantern", "level": "care"}])
    assert make_ready("", "The lanterns were lit.", "", is_opening=False).lane == "routine"


def test_a_starter_text_is_another_one_afterwards(app: Flask) -> None:
    choose("template.return-details", "Could you blur [passage]?")
    found = {one.id: one.template for one in policy.starters()}
    assert found["return-details"] == "Could you blur [passage]?"
    assert found["return-method"] != "Could you blur [passage]?"


def test_joining_is_paused_with_words(app: Flask) -> None:
    assert joining_paused() is None
    choose("joining", "We are few this week. Please come back on Monday.")
    assert joining_paused() == "We are few this week. Please come back on Monday."
    choose("joining", "")
    assert joining_paused() is None


def test_new_threads_are_paused_in_one_circle_or_in_all(app: Flask) -> None:
    one, other = desk.a_circle(), desk.a_circle()
    with writing():
        watch.pause_threads(one, "A quiet week.", new_id(), TODAY)
    from forum.circles.actions import NotTaken

    with pytest.raises(NotTaken, match="paused"):
        desk.Author().opens(one)
    desk.Author().opens(other)
    care = desk.Author().opens(one, "I have said goodbye to everyone and tonight I will end my life.")
    assert desk.review_of(care).lane == "care", "care is always taken"
    with writing():
        assert watch.pause_threads(None, "", new_id(), TODAY) >= 2
    desk.Author().opens(one)
    assert log.verify(current_settings().anchor_file) is None
    db.session.rollback()


def test_a_due_time_is_looked_at_before_it_counts_and_put_back_in_one_press(app: Flask) -> None:
    lead, path = Person(app, "lead"), "/moderation/policy/due.care.D"
    answer = lead.browser.post(path, data={"value": "90", "why": WHY})
    assert answer.status_code == 422
    assert "Minutes, from 5 to 60." in answer.text
    with writing():
        for minutes, count in ((10, 15), (30, 10)):
            db.session.add(WaitCount(day=day_of(now()), hour=3, lane="care", minutes=minutes, count=count))
    looked = lead.browser.post(path, data={"value": "40", "why": WHY})
    assert looked.status_code == 200
    assert policy.value_of("due.care.D") == 15, "a look changes nothing"
    assert "<td>15</td><td>10</td><td>25</td>" in looked.text
    assert "<td>40</td><td>0</td><td>25</td>" in looked.text
    assert lead.browser.post(path, data={"value": "40", "why": WHY, "looked": "40"}).status_code == 303
    assert lead.browser.post(path, data={"value": "50", "why": WHY, "looked": "50"}).status_code == 303
    assert policy.value_of("due.care.D") == 50
    assert lead.browser.post(f"{path}/back", data={"version": "1"}).status_code == 303
    assert policy.value_of("due.care.D") == 40
    assert lead.browser.post(f"{path}/back", data={"version": "0"}).status_code == 303
    assert policy.value_of("due.care.D") == 15
    assert [one.version for one in policy.history("due.care.D")] == [4, 3, 2, 1], "nothing of it is lost"
    assert lead.browser.post(f"{path}/back", data={"version": "9"}).status_code == 404
    moderator = Person(app, "moderator").browser
    assert moderator.post(f"{path}/back", data={"version": "1"}).status_code == 404
