"""A threshold on trial, self-disclosure as a number of its own, and the rules that leads rewrite."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from forum.circles.models import Decision, Review
from forum.content import reasons, rules_text
from forum.moderation import numbers, policy
from forum.moderation.actions import Moderator
from forum.screening import lanes
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from forum.web import house_rules
from tests.moderation import desk
from tests.people import Person

WHY = "The first weeks showed that it is needed."
TODAY = date(2026, 3, 2)


def decided(score: float, outcome: str = "publish", rule: str = "", aim: str = "other") -> str:
    """A decided text whose insult score is known."""
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    review_id = desk.review_of(post_id).id
    with writing():
        db.session.get_one(Screening, desk.text_of(post_id).id).labels = {"insult": score}
        db.session.get_one(Review, review_id).aim = aim
    desk.decide(Moderator(new_id()), review_id, outcome, rule=rule)
    return post_id


def hostile() -> str:
    return next(one.id for one in reasons() if one.rule == "R2" and "decline" in one.uses)


@pytest.mark.parametrize(
    ("threshold", "more", "more_published", "fewer", "fewer_hostile"),
    [(0.5, 2, 1, 0, 0), (0.9, 0, 0, 2, 1), (0.7, 0, 0, 0, 0)],
)
def test_a_trial_counts_what_it_would_have_done(
    threshold: float, more: int, more_published: int, fewer: int, fewer_hostile: int
) -> None:
    scores = [(0.2, True, False), (0.55, True, False), (0.6, False, True), (0.75, True, False)]
    scores += [(0.8, False, True), (0.95, False, True)]
    found = numbers.trial_of(threshold, 0.7, TODAY, TODAY, scores)
    assert (found.more, found.more_published) == (more, more_published)
    assert (found.fewer, found.fewer_hostile) == (fewer, fewer_hostile)


def test_a_trial_is_begun_watched_and_ended_and_changes_nothing(app: Flask, clock) -> None:
    before = decided(0.48)
    clock.shift(86_400)
    lead = Person(app, "lead")
    path = "/moderation/policy/threshold.insult"
    looked = {"value": "0.45", "why": WHY, "looked": "0.45"}
    assert lead.browser.post(path, data={**looked, "trial": "yes"}).status_code == 303
    policy.forget()
    assert policy.value_of("threshold.insult") == lanes.THRESHOLDS["insult"].value
    assert lanes.hostile_labels({"insult": 0.48}, "other") == ()
    assert "on trial: 0.45" in lead.browser.get("/moderation/policy").text
    states = [desk.text_of(decided(0.48)).state, desk.text_of(decided(0.48, "decline", hostile())).state]
    assert states == ["published", "declined"]
    page = lead.browser.get(path).text
    assert "2 more texts held" in page, "what was decided before the trial does not count"
    assert "people published 1 of them" in page
    assert "The week is over" not in page
    clock.shift(7 * 86_400)
    lead = Person(app, "lead")
    assert "The week is over" in lead.browser.get(path).text
    assert desk.text_of(before).state == "published"
    assert lead.browser.post(f"{path}/end-trial").status_code == 303
    assert policy.on_trial("insult") is None
    assert "On trial" not in lead.browser.get(path).text
    assert lead.browser.get("/moderation/policy/trial.insult").status_code == 404


def test_setting_a_threshold_ends_its_trial(app: Flask) -> None:
    lead = Person(app, "lead")
    path = "/moderation/policy/threshold.insult"
    looked = {"value": "0.45", "why": WHY, "looked": "0.45"}
    lead.browser.post(path, data={**looked, "trial": "yes"})
    assert lead.browser.post(path, data={**looked, "looked": "0.6"}).status_code == 200
    assert policy.value_of("threshold.insult") == lanes.THRESHOLDS["insult"].value
    assert lead.browser.post(path, data=looked).status_code == 303
    assert policy.value_of("threshold.insult") == 0.45
    assert policy.on_trial("insult") is None


def test_self_disclosure_that_a_label_misread_is_a_number_of_its_own(app: Flask) -> None:
    decided(0.9, aim="self")
    decided(0.9, "return", "return-details", aim="self")
    decided(0.1, aim="self")
    decided(0.9, aim="other")
    tiered = decided(0.9, aim="unclear")
    with writing():
        db.session.execute(
            db.update(Decision).where(Decision.revision_id == desk.text_of(tiered).id).values(tier="A")
        )
    assert numbers.about_oneself(now().date()) == numbers.AboutOneself(3, 2)


def test_the_rules_that_come_along_are_shown_with_their_numbers(client) -> None:
    page = client.get("/rules").text
    for number in range(1, 9):
        assert f'id="r{number}"' in page


def test_every_rule_that_a_reason_names_is_in_the_rules() -> None:
    assert {one.rule for one in reasons()} - {""} == house_rules.numbers_in(rules_text())


def test_leads_rewrite_the_rules_with_a_reason_and_a_history(app: Flask, client) -> None:
    lead = Person(app, "lead")
    path = "/moderation/policy/rules"
    text = rules_text()
    changed = text.replace("No insults", "No insults <script>alert(1)</script>, no teasing")
    assert Person(app, "moderator").browser.get(path).status_code == 404
    assert lead.browser.post(path, data={"value": changed, "why": "short"}).status_code == 422
    without = text.replace("## R4 ·", "## Rule four ·")
    answer = lead.browser.post(path, data={"value": without, "why": WHY})
    assert answer.status_code == 422
    assert "must stay" in answer.text
    assert lead.browser.post(path, data={"value": changed, "why": WHY}).status_code == 303
    page = client.get("/rules").text
    assert "no teasing" in page
    assert "<script>alert" not in page
    assert WHY in lead.browser.get(path).text
