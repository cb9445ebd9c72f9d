"""What is for oneself, in a real browser: a goal to its celebration, three check-ins, the way to a badge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from forum.circles.tasks import screen_next
from forum.growth import texts
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.training import reading
from forum.training.modules import modules
from tests import doing, factories
from tests.browser.pressing import press
from tests.people import Person
from tests.training.steps import named, right_of, scored

pytestmark = pytest.mark.browser


@pytest.fixture
def circle_id(app):
    with writing():
        return factories.circle("Newcomers").id


def publish_next(page: Page) -> None:
    screen_next(scored)
    page.goto("/moderation")
    press(page.get_by_role("button", name=re.compile("^Next review")))
    press(page.get_by_role("button", name="Publish"))
    expect(page.get_by_text("Published.")).to_be_visible()


def test_a_goal_becomes_smaller_is_done_and_hangs_on_the_wall(app, visit, circle_id, check_page):
    said = texts.words("goal")
    page = visit.window(Person(app), width=320)
    page.goto("/goals")
    check_page(page)
    page.get_by_label(said["name"]).fill("Lunch away from the desk")
    page.get_by_label(said["step"]).fill("Every day, outside, for an hour")
    page.get_by_label(said["before"]).select_option("4")
    press(page.get_by_role("button", name="Write it down"))
    expect(page.get_by_text(said["below_seven"])).to_be_visible()
    check_page(page)
    page.get_by_text("Make it smaller, or change it").click()
    change = page.locator("form[action$='/change']")
    change.get_by_label(said["step"]).fill("Once, on the bench, ten minutes")
    change.get_by_label(said["before"]).select_option("8")
    press(change.get_by_role("button", name="Change"))
    expect(page.get_by_text(said["below_seven"])).to_have_count(0)
    page.get_by_text("Think of one now").click()
    page.get_by_label(said["obstacle_if"]).fill("the bell rings")
    page.get_by_label(said["obstacle_then"]).fill("I finish my tea first")
    press(page.get_by_role("button", name="Add", exact=True))
    expect(page.get_by_text("If the bell rings, then I finish my tea first")).to_be_visible()
    page.get_by_label(said["after"]).select_option("9")
    press(page.get_by_role("button", name="It is done"))
    expect(page.get_by_text("the next one, afterwards: 9")).to_be_visible()
    check_page(page)
    page.get_by_text("Tell somebody", exact=True).click()
    press(page.get_by_role("button", name="Begin a celebration"))
    expect(page.get_by_label("Your words")).to_have_value(re.compile("Once, on the bench"))
    expect(page.get_by_label("Celebration")).to_be_checked()
    page.get_by_label("Title").fill("Ten minutes on a bench")
    press(page.get_by_role("button", name="Submit"))
    expect(page).to_have_title("Waiting · Kindred")
    page.goto("/celebrations")
    expect(page.get_by_text("Ten minutes on a bench")).to_have_count(0)
    publish_next(visit.window(Person(app, "moderator"), width=1280))
    page.reload()
    expect(page.get_by_role("link", name="Ten minutes on a bench")).to_be_visible()
    check_page(page)


def test_the_third_check_in_draws_a_line_and_a_table(app, visit, check_page):
    page = visit.window(Person(app), width=320, dark=True)
    for number, hours in ((3, "2"), (5, ""), (4, "6")):
        page.goto("/check-in")
        expect(page.locator("svg.trend")).to_have_count(0)
        for slider in texts.sliders():
            group = page.get_by_role("group", name=re.compile(f"^{slider['label']}"))
            group.get_by_label(str(number), exact=True).check()
        page.get_by_label(texts.words("check_in")["how_long_question"]["label"]).select_option("weeks")
        page.get_by_label(texts.words("check_in")["hours"]["label"]).fill(hours)
        press(page.get_by_role("button", name="Keep it"))
    expect(page.get_by_role("img", name=re.compile("^Three lines"))).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1).get_by_role("cell")).to_have_text(["4", "4", "4", "6"])
    check_page(page)
    press(page.get_by_role("link", name="Choose one"))
    check_page(page)
    page.goto("/check-in/early-signs")
    check_page(page)


def test_from_the_pages_of_training_to_a_badge(app, visit, circle_id, check_page):
    ana = Person(app)
    heron = named(ana, "Quiet Heron")
    page, first = visit.window(ana, width=320), modules()[0]
    with writing():
        for one in modules()[1:]:
            reading.choose(ana.vault, one, right_of(one.id), day_of(now()))
    page.goto("/training")
    check_page(page)
    press(page.get_by_role("link", name=first.title))
    check_page(page)
    answers = page.get_by_role("group", name="Your answer")
    for at, right in enumerate(right_of(first.id)):
        answers.nth(at).get_by_role("radio").nth(1 if right == 0 else 0).check()
    press(page.get_by_role("button", name="See what can be said about it"))
    expect(page.get_by_text("Look at it once more")).to_have_count(2)
    for at, right in enumerate(right_of(first.id)):
        answers.nth(at).get_by_role("radio").nth(right).check()
    press(page.get_by_role("button", name="See what can be said about it"))
    expect(page.get_by_text("This fits")).to_have_count(2)
    check_page(page)
    press(page.get_by_role("link", name="Training"))
    page.get_by_label("What have you been through").fill(
        "Nine years of nights, and a bench behind the kitchen."
    )
    page.get_by_label("Which of your names").select_option(label="Quiet Heron")
    press(page.get_by_role("button", name="Submit"))
    expect(page).to_have_title("Waiting · Kindred")
    publish_next(visit.window(Person(app, "moderator"), width=1280))
    page.goto("/training")
    expect(page.get_by_text("Readers see “Peer supporter” beside Quiet Heron")).to_be_visible()
    check_page(page)
    opening = doing.open_thread(ana.vault, circle_id, "Quiet Heron")
    assert opening.pseudonym_id == heron
    reader = visit.window(width=320)
    reader.goto(f"/t/{opening.thread_id}")
    expect(reader.locator(".tag", has_text="Peer supporter")).to_be_visible()
    press(page.get_by_role("link", name="Where a reply is wanted"))
    check_page(page)


def test_a_workshop_ends_in_a_card(app, visit, circle_id, check_page):
    ana = Person(app)
    opening = doing.open_thread(ana.vault, circle_id, kind="workshop", title="The last quarter of an hour")
    doing.reply(Person(app).vault, opening.thread_id, body="I write three things down.")
    page = visit.window(ana, width=320)
    page.goto(f"/t/{opening.thread_id}")
    press(page.get_by_role("link", name="Write the card it led to"))
    expect(page.get_by_label("Name to write under")).to_have_value("Quiet Heron")
    page.get_by_label("Title").fill("Three things on paper")
    page.get_by_label("When", exact=True).fill("Before the coat.")
    page.get_by_label("How it went").fill("Fewer thoughts at four.")
    page.get_by_label("Not for").fill("Not for what cannot wait.")
    press(page.get_by_role("button", name="Submit"))
    publish_next(visit.window(Person(app, "moderator"), width=1280))
    page.goto(f"/t/{opening.thread_id}")
    expect(page.get_by_text("It ended in a card:")).to_be_visible()
    press(page.get_by_role("link", name="Three things on paper"))
    expect(page.get_by_text("It grew out of the thread")).to_be_visible()
    check_page(page)
