"""The whole way in a real browser: join, write, wait, a moderator publishes, somebody replies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from forum.circles.tasks import screen_next
from forum.storage.database import writing
from tests import factories
from tests.browser.pressing import press
from tests.circles.test_journey import scored
from tests.people import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def circle_id(app):
    with writing():
        return factories.circle("Newcomers").id


def join(page: Page, name: str) -> None:
    page.goto("/join")
    passphrase = page.locator("p.code").inner_text()
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Passphrase", exact=True).fill(passphrase)
    page.get_by_label("or older").check()
    page.get_by_label("I agree").check()
    press(page.get_by_role("button", name="Join", exact=True))
    code = page.locator("p.code").inner_text()
    page.reload()
    assert page.locator("p.code").inner_text() == code
    press(page.get_by_role("button", name="I have written it down"))


def write(page: Page, title: str, body: str) -> None:
    page.goto("/")
    press(page.get_by_role("link", name="Newcomers"))
    press(page.get_by_role("link", name="Write something").first)
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your words").fill(body)
    press(page.get_by_role("button", name="Submit"))
    expect(page).to_have_title("Waiting · Kindred")


def publish_next(page: Page) -> None:
    page.goto("/moderation")
    press(page.get_by_role("button", name=re.compile("^Next review")))
    press(page.get_by_role("button", name="Publish"))
    expect(page.get_by_text("Published.")).to_be_visible()


def test_from_words_to_a_reply(app, visit, circle_id, check_page):
    ana, ben = visit.window(width=320), visit.window(dark=True)
    mo = visit.window(Person(app, "moderator"), width=1280)
    ana.goto("/")
    check_page(ana)
    join(ana, "ana at night")
    check_page(ana)
    write(ana, "After the night shift", "I cried in the car park again.")
    check_page(ana)
    screen_next(scored)
    mo.goto("/moderation")
    check_page(mo)
    publish_next(mo)
    ana.reload()
    expect(ana.get_by_role("heading", name="It is published")).to_be_visible()
    press(ana.get_by_role("link", name="See it in its thread"))
    check_page(ana)

    join(ben, "ben on a break")
    ben.goto("/")
    press(ben.get_by_role("link", name="Newcomers"))
    press(ben.get_by_role("link", name="After the night shift"))
    check_page(ben)
    ben.get_by_label("Your reply").fill("I hear you. The car park is where I go too.")
    press(ben.get_by_role("button", name="Reply"))
    expect(ben).to_have_title("Waiting · Kindred")
    ana.reload()
    expect(ana.get_by_text("The car park is where I go too.")).to_have_count(0)
    screen_next(scored)
    publish_next(mo)
    ana.reload()
    expect(ana.get_by_text("The car park is where I go too.")).to_be_visible()
    ana.goto("/notices")
    check_page(ana)
    expect(ana.get_by_text("Somebody answered in your thread.")).to_be_visible()


def test_every_page_of_a_member_fits_and_reads_well(app, visit, circle_id, check_page):
    person = Person(app)
    page = visit.window(person, width=320, dark=True)
    own = ("/mine", "/notices", "/kept", "/account", "/goals", "/check-in", "/kind-words", "/training")
    shared = ("/", "/rules", "/help", "/library", "/search", "/celebrations", "/transparency")
    for path in (*own, *shared, f"/c/{circle_id}", f"/c/{circle_id}/new", "/nothing-here"):
        page.goto(path)
        check_page(page)


def test_the_way_by_keyboard_alone(app, visit, circle_id):
    page = visit.window(Person(app))
    page.goto(f"/c/{circle_id}/new")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Leave this site")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "title":
            break
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("No mouse was used.")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Submit":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_title("Waiting · Kindred")


def test_a_goal_a_step_and_a_check_in(app, visit, check_page):
    page = visit.window(Person(app), width=320)
    page.goto("/goals")
    page.locator("form[action='/goals'] input.input").first.fill("Sleep before midnight")
    press(page.locator("form[action='/goals'] button").first)
    expect(page.get_by_role("heading", name="Sleep before midnight")).to_be_visible()
    check_page(page)
    page.goto("/check-in")
    press(page.locator("form[action='/check-in'] button").first)
    check_page(page)
