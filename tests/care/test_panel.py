"""The panel in the answer to submit, the reply starters, and `/help`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from forum.care.panel import (
    aftercare,
    grounding_cards,
    hesitations,
    is_edited,
    panel_for,
    starters_for,
    texts,
)
from forum.care.views import show_panel
from forum.circles.panels import help_panel
from forum.circles.waits import Staffing, Wait
from tests.content.wording import FORBIDDEN, texts_in

WAIT = Wait(Staffing(on_duty=True, next_at=None), half=None, most=None)
CANNOT_SEND = "cannot send anyone"


@pytest.mark.parametrize("tier", ["B", "C", "D"])
def test_a_crisis_gets_contacts_answers_and_the_plain_truth(tier: str) -> None:
    panel = panel_for(tier, "gb", WAIT)
    assert panel.look == "strong"
    assert 1 <= len(panel.contacts) <= 3
    assert panel.hesitations == hesitations()
    assert CANNOT_SEND in panel.truth
    assert panel.wait is WAIT


def test_only_tier_d_asks_directly() -> None:
    danger = panel_for("D", "us", WAIT).danger
    assert danger is not None
    assert danger.emergency == "911"
    assert "right now" in danger.question
    assert CANNOT_SEND in danger.truth
    assert all(panel_for(tier, "us", WAIT).danger is None for tier in "ABCE")


def test_heavy_distress_gets_a_softer_panel() -> None:
    panel = panel_for("A", "gb", WAIT)
    assert panel.look == "soft"
    assert len(panel.contacts) <= 2
    assert panel.hesitations == ()


def test_tier_e_thanks_nobody_for_an_attack() -> None:
    panel = panel_for("E", "gb", WAIT)
    assert panel.look == "plain"
    assert "Thank you" not in panel.heading


def test_without_a_country_the_international_list_stands_in() -> None:
    panel = panel_for("C", None, WAIT)
    assert panel.contacts == ()
    assert panel.elsewhere.site == "https://findahelpline.com/"


def test_starters_have_gaps_and_cannot_go_out_as_they_are() -> None:
    shown = {starter for tier in "BCDE" for starter in starters_for(tier)}
    assert len(shown) >= 5
    for starter in shown:
        assert "[" in starter.text
        assert not is_edited(starter.text)
        assert not is_edited(re.sub(r"\[[^\]]*\]", "", starter.text))
        assert is_edited(re.sub(r"\[[^\]]*\]", "the night shift", starter.text))
    assert starters_for(None) == starters_for("A") == ()
    assert not is_edited("  ")


def test_the_words_are_plain() -> None:
    for name, text in texts_in(texts()):
        assert not FORBIDDEN.search(text), name
        assert "!" not in text, name
        assert "'" not in text, name
    assert len(grounding_cards()) >= 3
    assert set(aftercare()) == {"check_day", "check_week", "repliers", "debrief"}


def test_the_waiting_page_shows_the_panel_of_the_care_room(app: Flask) -> None:
    with app.test_request_context("/"):
        shown = help_panel("D", "gb", WAIT)
        assert shown is not None
        assert shown == show_panel("D", "gb", WAIT)
        assert 'href="tel:116123"' in shown
        assert 'href="tel:999"' in shown
        assert CANNOT_SEND in shown
        assert help_panel(None, "gb", WAIT) is None


def test_help_answers_with_the_database_away(app: Flask) -> None:
    database = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    answer = app.test_client().get("/help")
    assert answer.status_code == 200
    assert "findahelpline.com" in answer.text
    assert "cannot send anyone" in answer.text


def test_help_runs_no_statement_and_sets_no_cookie(app: Flask, count_statements: object) -> None:
    answer = app.test_client().get("/help?country=nl", headers={"Cookie": "__Host-kindred=gone"})
    assert "113" in answer.text
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if "language" not in cookie]


@pytest.mark.parametrize("chosen", ["", "zz", "<b>", "g", "gbgb"])
def test_any_choice_of_country_is_answered(app: Flask, chosen: str) -> None:
    answer = app.test_client().get("/help", query_string={"country": chosen})
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_help_needs_no_script_and_no_style_of_its_own(app: Flask) -> None:
    html = app.test_client().get("/help").text
    assert "style=" not in html
    assert re.findall(r"<script(?! type=\"module\" src=)", html) == []
    assert "<form" in html and 'method="get"' in html
