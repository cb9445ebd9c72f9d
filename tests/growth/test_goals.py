"""Goals by their pages alone: steps, obstacles, smaller steps, resting, letting go, a celebration."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from forum.circles import drafts
from forum.growth import goals, texts
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.types import new_id
from tests import factories
from tests.people import Person

WORDS = texts.words("goal")
FIRST = "/goals/1"


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def begin(person: Person, **fields: str) -> str:
    typed = {"name": "Sleep before midnight", "form_key": new_id(), **fields}
    answer = person.browser.post("/goals", data=typed)
    assert answer.status_code == 303, answer.text
    return answer.location


def path_of(page: str, act: str) -> str:
    return re.search(rf'action="(/goals/\d+/steps/[^"/]+/{act})"', page).group(1)


def test_a_low_number_brings_smaller_ideas_and_seven_does_not(ana):
    assert begin(ana, step="Phone out of the room", before="4") == FIRST
    page = ana.browser.get(FIRST).text
    assert WORDS["below_seven"] in page
    assert sum(idea in page for idea in texts.lines("goal", "smaller")) == 3
    changed = {"step": "Phone on the shelf for an hour", "before": "7", "form_key": new_id()}
    assert ana.browser.post(path_of(page, "change"), data=changed).status_code == 303
    page = ana.browser.get(FIRST).text
    assert WORDS["below_seven"] not in page
    assert "Phone on the shelf for an hour" in page
    assert WORDS["seven_up"] in page


@pytest.mark.parametrize(
    "words",
    ["Get through the night without hurting myself", "One week without self-harm", "Not hurt myself tonight"],
)
def test_a_goal_that_keeps_from_self_harm_shows_quiet_help(ana, words):
    begin(ana, name=words)
    assert 'id="help"' in ana.browser.get(FIRST).text
    begin(ana, step=words)
    assert 'id="help"' in ana.browser.get("/goals/2").text
    begin(ana, name="Run ten kilometres without hurting myself")
    assert 'id="help"' not in ana.browser.get("/goals/3").text


def test_a_finished_step_offers_a_celebration_that_nobody_sent(ana):
    with writing():
        circle = factories.circle("Newcomers").id
    begin(ana, step="Phone out of the room", before="7")
    page = ana.browser.get(FIRST).text
    assert WORDS["celebrate"] not in page
    ana.browser.post(path_of(page, "done"), data={"after": "8"})
    page = ana.browser.get(FIRST).text
    assert WORDS["done"] in page
    assert WORDS["celebrate"] in page
    first = ana.browser.post(path_of(page, "celebrate"), data={"circle": circle})
    again = ana.browser.post(path_of(page, "celebrate"), data={"circle": circle})
    assert first.location == again.location
    assert first.location.startswith(f"/c/{circle}/new?draft=")
    form = ana.browser.get(first.location).text
    assert WORDS["draft"] + "Phone out of the room" in form
    assert re.search(r'value="celebration" checked', form)
    assert [draft["kind"] for draft in drafts.listed(ana.vault, now())] == ["celebration"]


def test_a_celebration_goes_only_where_one_may_read(ana):
    with writing():
        hidden = factories.circle("By invitation", audience="invited").id
    begin(ana, step="Phone out of the room")
    done = path_of(ana.browser.get(FIRST).text, "done")
    ana.browser.post(done)
    refused = ana.browser.post(done.replace("/done", "/celebrate"), data={"circle": hidden})
    assert refused.status_code == 404
    assert drafts.listed(ana.vault, now()) == []


def test_a_goal_left_alone_for_a_week_is_asked_for_its_smallest_bit(clock, ana):
    begin(ana)
    clock.shift(6 * 86_400)
    page = _as(ana)
    assert WORDS["resting"] not in page
    clock.shift(86_400)
    page = _as(ana)
    assert WORDS["resting"] in page
    assert not re.search(r"\b7 days|\ba week|since\b", page)


def _as(person: Person) -> str:
    """The goal's page in a session that starts now, since the earlier one has ended."""
    fresh = Person(person.browser.application, key=person.key)
    return fresh.browser.get(FIRST).text


def test_resting_and_letting_go(ana):
    begin(ana)
    ana.browser.post(f"{FIRST}/rest", data={"rests": "yes"})
    assert "This one is resting." in ana.browser.get(FIRST).text
    ana.browser.post(f"{FIRST}/steps", data={"step": "Just the shoes", "form_key": new_id()})
    assert "This one is resting." not in ana.browser.get(FIRST).text, "a step wakes it"
    gone = ana.browser.post(f"{FIRST}/let-go")
    assert gone.location == "/goals"
    assert WORDS["let_go_said"] in ana.browser.get("/goals").text
    assert ana.browser.get(FIRST).status_code == 404
    begin(ana)
    assert ana.browser.get("/goals/2").status_code == 200, "an old address never leads to a newer goal"


def test_a_step_that_was_not_for_now_goes_without_blame(ana):
    begin(ana, step="Phone out of the room")
    ana.browser.post(path_of(ana.browser.get(FIRST).text, "aside"))
    page = ana.browser.get(FIRST).text
    assert WORDS["not_done"] in page
    assert "Phone out of the room" not in page


def test_obstacles_are_added_once_and_struck_out(ana):
    begin(ana)
    typed = {"hindrance": "it rains", "answer": "I stand in the doorway", "form_key": new_id()}
    for _twice in range(2):
        ana.browser.post(f"{FIRST}/obstacles", data=typed)
    assert len(goals.find(ana.vault, 1).obstacles) == 1
    page = ana.browser.get(FIRST).text
    assert "If it rains, then I stand in the doorway" in page
    ana.browser.post(re.search(r'action="([^"]+/drop)"', page).group(1))
    assert goals.find(ana.vault, 1).obstacles == ()


def test_the_same_form_sent_twice_is_one_goal_with_one_step(ana):
    key = new_id()
    for _twice in range(2):
        begin(ana, step="Phone out of the room", form_key=key)
    (goal,) = goals.listed(ana.vault)
    assert len(goal.steps) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Please name it first"),
        ({"name": "n" * 201}, "longer than there is room"),
        ({"step": "s" * 301}, "longer than there is room"),
        ({"before": "11"}, "Please choose one of the answers"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(ana, fields, said):
    typed = {"name": "Sleep", "step": "Phone away", "before": "7", "form_key": new_id()} | fields
    answer = ana.browser.post("/goals", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert goals.listed(ana.vault) == []
    assert typed["step"] in answer.text


def test_a_full_goal_says_so_and_keeps_the_words(ana):
    begin(ana)
    with writing():
        vault = ana.vault
        for place in range(goals.MOST_STEPS):
            goals.add_step(vault, 1, new_id(), f"{place:03}" + "ü" * 297, 5, now())
        for _place in range(goals.MOST_OBSTACLES):
            goals.foresee(vault, 1, new_id(), "\\" * 200, "漢" * 200)
    answer = ana.browser.post(f"{FIRST}/steps", data={"step": "One too many", "form_key": new_id()})
    assert answer.status_code == 422
    assert "One too many" in answer.text
    assert ana.browser.post(f"{FIRST}/obstacles", data={"hindrance": "a", "answer": "b"}).status_code == 422


def test_what_is_not_there_and_what_is_somebody_elses_answer_alike(app, ana):
    begin(ana, step="Phone out of the room")
    step = goals.find(ana.vault, 1).steps[0].id
    ben = Person(app)
    assert ben.browser.get(FIRST).status_code == 404
    assert ben.browser.get("/goals/99999999999").status_code == 404
    for act in ("steps", f"steps/{step}/done", f"steps/{step}/celebrate", "rest", "let-go", "obstacles"):
        typed = {"step": "x", "hindrance": "x", "answer": "x"}
        assert ben.browser.post(f"{FIRST}/{act}", data=typed).status_code == 404, act
    assert ana.browser.post(f"{FIRST}/steps/{new_id()}/done").status_code == 409
    assert goals.find(ana.vault, 1).steps_in("done") == []


def test_a_page_takes_few_statements_however_much_there_is(ana, count_statements):
    counts = set()
    for many in (1, 20):
        with writing():
            vault = ana.vault
            for _time in range(many):
                goals.begin(vault, new_id(), "Sleep before midnight", now())
        with count_statements() as ran:
            assert ana.browser.get("/goals").status_code == 200
        assert not ran.writes
        counts.add(len(ran))
    assert len(counts) == 1
