"""The care room in a browser: the panel on a phone, help on paper, the bell of an open desk."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from forum.care.directory import countries
from tests import doing
from tests.browser.pressing import press
from tests.moderation import desk
from tests.people import Person

pytestmark = pytest.mark.browser

GOODBYE = "Goodbye everyone. I have a plan and tonight I will end my life."


@pytest.fixture
def circle_id(app):
    return desk.a_circle()


@pytest.fixture
def ana(app):
    return Person(app)


def tops(page: Page, *names: str) -> list[float]:
    """How far down each of some texts of the panel begins."""
    panel = page.locator("#help")
    return [panel.get_by_text(name, exact=True).first.bounding_box()["y"] for name in names]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_panel_on_a_small_phone(visit, ana, circle_id, check_page, dark):
    post = doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    page = visit.window(ana, width=320, dark=dark)
    page.goto(f"/mine/{post.id}")
    page.get_by_label("Show help for").select_option("gb")
    press(page.get_by_role("button", name="Show", exact=True))
    page.goto(f"/mine/{post.id}")
    check_page(page)
    order = tops(
        page,
        "Are you in danger right now?",
        "999",
        "It is here, it is kept, and a person will read it.",
        "Please talk to me",
        "Please do not write to me",
        "Samaritans",
        "Show help for",
        "Not ready to call?",
        "Something small for now",
        "What would you like to do?",
        "Yes, once after a day and once after a week",
    )
    assert order == sorted(order)
    assert order[1] < 844, "the number is on the first screen"
    expect(page.locator("#help")).to_contain_text("Nobody is on duty right now.")
    assert not page.get_by_label("Yes, once after a day").is_checked()


def test_every_choice_can_be_made_from_the_panel(visit, ana, circle_id):
    post = doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    page = visit.window(ana, width=320)
    page.goto(f"/mine/{post.id}")
    press(page.get_by_role("button", name="Please talk to me"))
    expect(page.get_by_text("You said: please talk to me.")).to_contain_text("Nobody is on duty right now.")
    expect(page.get_by_role("button", name="Please talk to me", pressed=True)).to_be_visible()
    expect(page.get_by_role("link", name="Keep waiting")).to_have_count(0)
    page.get_by_label("Yes, once after a day").check()
    press(page.get_by_role("button", name="Keep this choice"))
    press(page.get_by_role("button", name="Stop the check-ins"))
    expect(page.get_by_role("button", name="Keep this choice")).to_be_visible()
    press(page.get_by_role("link", name="Edit"))
    page.go_back()
    press(page.get_by_role("button", name="Withdraw"))
    expect(page.get_by_text("You asked a moderator to write to you.")).to_be_visible()
    press(page.get_by_role("button", name="Withdraw"))
    expect(page.get_by_role("heading", name="It is withdrawn")).to_be_visible()
    expect(page.locator("#help")).to_be_visible()


def test_what_answers_a_word_to_moderators_stands_beside_it(visit, ana, circle_id, check_page):
    post = doing.open_thread(ana.vault, circle_id, body="A long week, and a bus that came late.", waits=True)
    page = visit.window(ana, width=320)
    page.goto(f"/mine/{post.id}")
    page.get_by_label("Your message").fill("I want to die. I do not know how to go on.")
    press(page.get_by_role("button", name="Send"))
    receipt = page.locator("#said")
    expect(receipt).to_contain_text("An answer appears here, and under Notices.")
    expect(receipt).to_be_in_viewport()
    order = page.locator("#talk").evaluate("talk => [...talk.children].map(one => one.id || one.className)")
    assert order[1:4] == ["talk", "said", "help"], "the words, the receipt, the help"
    check_page(page)


def test_help_on_paper_shows_every_number(visit):
    page = visit.window(width=390)
    page.goto("/help")
    page.emulate_media(media="print")
    number = countries()[-1].contacts[0].ways[0].shown
    expect(page.get_by_role("link", name="Circles")).to_be_hidden()
    assert page.get_by_text(number, exact=True).first.bounding_box()["height"] > 0
    paper = page.pdf()
    assert paper.startswith(b"%PDF")


def test_an_open_desk_hears_of_care_within_a_minute(app, visit, ana, circle_id):
    mo = visit.window(Person(app, "moderator"), width=1280)
    mo.clock.install()
    mo.goto("/moderation")
    sign = mo.get_by_text("Somebody waits for care.")
    expect(sign).to_be_hidden()
    doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    if visit.scripts:
        with mo.expect_response("**/moderation/bell"):
            mo.clock.fast_forward(61_000)
    else:
        mo.reload()
    expect(sign).to_be_visible()


def test_the_clock_of_a_card_runs_on(app, visit, ana, circle_id):
    doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    mo = visit.window(Person(app, "moderator"), width=1280)
    mo.clock.install()
    mo.goto("/moderation")
    press(mo.get_by_role("button", name="Next review"))
    clock = mo.locator("[data-due]")
    before = clock.inner_text()
    mo.clock.fast_forward(20 * 60_000)
    after = clock.inner_text()
    assert (after.startswith("late by"), before != after) == (visit.scripts, visit.scripts), json.dumps(
        [before, after]
    )
