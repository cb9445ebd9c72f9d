"""The check-in, the early-signs card and the one thing to drop, by their pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from markupsafe import Markup

from forum.circles import panels
from forum.growth import check_ins, texts
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.types import new_id
from tests.people import Person

WORDS = texts.words("check_in")


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def send(person: Person, **fields: str):
    typed = {"emotional": "4", "physical": "5", "mental": "6", "form_key": new_id(), **fields}
    return person.browser.post("/check-in", data=typed)


def fill(person: Person, many: int, start: int = 0) -> None:
    with writing():
        vault = person.vault
        for place in range(start, start + many):
            answers = {"emotional": place % 9, "physical": None, "mental": 2}
            values = {"answers": answers, "how_long": "", "hours": None, "note": f"note {place}."}
            check_ins.keep(vault, new_id(), values, now())


def test_everything_typed_is_kept_and_shown_to_nobody_else(app, ana):
    given = {"how_long": "weeks", "hours": "11", "note": "Slept in the\nchair <again>"}
    assert send(ana, **given).status_code == 303
    page = ana.browser.get("/check-in").text
    assert WORDS["saved"] in page
    assert "Feelings: 4" in page
    assert "hours beyond plan: 11" in page
    assert "A few weeks" in page
    assert "Slept in the\nchair &lt;again&gt;" in page
    assert "Slept in the" not in Person(app).browser.get("/check-in").text


def test_every_slider_works_without_scripts_and_may_be_left_out(ana):
    page = ana.browser.get("/check-in").text
    for slider in texts.sliders():
        values = re.findall(rf'<input type="radio" id="[^"]+" name="{slider["id"]}" value="(\d*)"', page)
        assert values == ["", *map(str, range(11))]
    assert send(ana, emotional="", physical="", mental="3").status_code == 303
    assert check_ins.listed(ana.vault)[0].answers == {"emotional": None, "physical": None, "mental": 3}


def test_the_line_comes_with_the_third_entry(ana):
    for many in (1, 2):
        send(ana)
        page = ana.browser.get("/check-in").text
        assert ('class="trend"' in page, "<table>" in page) == (False, False), many
        assert WORDS["few"] in page
    send(ana, emotional="9", physical="")
    page = ana.browser.get("/check-in").text
    assert page.count("<polyline points=") == 3 + 3, "three lines and their key"
    assert re.search(r"<td>9</td><td>.*?left out.*?</td><td>6</td>", page)
    assert WORDS["few"] not in page


def test_a_very_heavy_entry_brings_help_and_a_lighter_one_does_not(ana, monkeypatch):
    asked = []

    def panel(tier, country, wait, own):
        asked.append((tier, country))
        return Markup("<p>people who listen</p>")

    before = panels._help[:]
    panels.show_help_with(panel)
    try:
        ana.browser.post("/account/settings", data={"country": "ie"})
        send(ana)
        assert WORDS["soft_help"] not in ana.browser.get("/check-in").text
        send(ana, emotional="10")
        page = ana.browser.get("/check-in").text
    finally:
        panels._help[:] = before
    assert WORDS["soft_help"] in page
    assert "<p>people who listen</p>" in page
    assert asked == [("own", "ie")]
    assert 'href="/help?country=ie"' in page


def test_a_note_of_crisis_brings_help_and_says_that_nobody_reads_it(ana):
    send(ana, note="I don't want to live any more.")
    page = ana.browser.get("/check-in").text
    assert "so nobody reads it and nobody answers it" in page
    assert "A person will read it" not in page
    assert WORDS["soft_help"] not in page


def test_help_is_not_brought_up_again_on_another_day(clock, app):
    ana = Person(app)
    send(ana, emotional="10", physical="10")
    clock.shift(86_400)
    page = Person(app, key=ana.key).browser.get("/check-in").text
    assert WORDS["soft_help"] not in page
    assert WORDS["back"] in page


def test_one_entry_can_be_thrown_away(app, ana):
    send(ana, note="Keep this one")
    send(ana, note="Lose this one")
    assert Person(app).browser.post("/check-in/1/forget").status_code == 404
    assert ana.browser.post("/check-in/2/forget").status_code == 303
    page = ana.browser.get("/check-in").text
    assert "Keep this one" in page
    assert "Lose this one" not in page
    assert ana.browser.post("/check-in/2/forget").status_code == 404


def test_the_same_form_is_kept_once(ana):
    key = new_id()
    for _twice in range(2):
        assert send(ana, form_key=key).status_code == 303
    assert len(check_ins.listed(ana.vault)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"emotional": "", "physical": "", "mental": ""}, "nothing in it yet"),
        ({"hours": "101"}, "whole hours"),
        ({"hours": "many"}, "Please give a number"),
        ({"emotional": "11"}, "Please choose one of the answers"),
        ({"note": "n" * 2001}, "longer than there is room"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(ana, fields, said):
    answer = send(ana, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert check_ins.listed(ana.vault) == []
    assert fields.get("note", "") in answer.text


def test_many_entries_are_paged_and_cost_no_more_statements(ana, count_statements):
    counts = []
    for many in (4, 40):
        fill(ana, many)
        with count_statements() as ran:
            page = ana.browser.get("/check-in").text
        assert not ran.writes
        counts.append(len(ran))
    assert counts[1] <= counts[0] + 1, "a list over 32 entries takes one statement more, whatever its length"
    assert "note 39." in page
    assert "note 5." not in page
    older = ana.browser.get("/check-in?skip=20").text
    assert "note 19." in older
    assert "note 39." not in older
    assert ana.browser.get("/check-in?skip=x").status_code == 200


def test_the_card_of_early_signs_is_written_changed_and_emptied(ana):
    path = "/check-in/early-signs"
    typed = {"sign-1": "Singing in the kitchen", "who": "My sister", "then": "I cancel one evening"}
    assert ana.browser.post(path, data=typed).status_code == 303
    page = ana.browser.get("/check-in").text
    assert all(line in page for line in typed.values())
    assert 'value="Singing in the kitchen"' in ana.browser.get(path).text
    answer = ana.browser.post(path, data={**typed, "sign-2": "x" * 301})
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert ana.browser.post(path, data={}).status_code == 303
    assert check_ins.early_signs(ana.vault) == {}


def test_one_thing_is_dropped_and_picked_up_again(ana):
    path, chosen = "/check-in/drop", texts.lines("drop", "suggestion")[0]
    assert ana.browser.post(path, data={}).status_code == 422
    ana.browser.post(path, data={"chosen": chosen})
    assert chosen in ana.browser.get("/check-in").text
    ana.browser.post(path, data={"chosen": chosen, "own": "The newsletter"})
    assert check_ins.dropped(ana.vault) == "The newsletter"
    ana.browser.post(path, data={"back": "yes"})
    assert check_ins.dropped(ana.vault) == ""
    assert texts.words("drop")["back"] in ana.browser.get("/check-in").text
