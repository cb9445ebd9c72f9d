"""Leave this site in a real browser: Back, a reopened tab and a replayed cookie show nothing of ours."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from forum.members.person import cookie_name
from tests.browser.pressing import press
from tests.people import Person

pytestmark = pytest.mark.browser

NEUTRAL = "<!doctype html><title>Encyclopedia</title><p>A neutral page."


def elsewhere(page: Page) -> None:
    """Play the neutral site, which tests cannot reach."""
    page.context.route(
        "https://www.wikipedia.org/**", lambda route: route.fulfill(body=NEUTRAL, content_type="text/html")
    )


@pytest.fixture
def left(app: Flask, visit) -> Page:
    """The window of a member who has just pressed the button, on the neutral site."""
    person = Person(app)
    page = visit.window(person)
    page.cookie = person.browser.get_cookie(cookie_name()).value
    elsewhere(page)
    page.goto("/")
    page.goto("/account")
    assert "Account" in page.title()
    page.get_by_role("button", name="Leave this site").click()
    page.wait_for_url("https://www.wikipedia.org/**")
    return page


def shows_nothing(page: Page) -> bool:
    return "kindred" not in page.content().lower() and "Account" not in page.content()


def test_back_and_forward_show_nothing(left: Page) -> None:
    for _turn in range(3):
        left.go_back()
        assert shows_nothing(left)
    left.go_forward()
    assert shows_nothing(left)


def test_a_reopened_tab_and_a_typed_address_show_nothing(left: Page, site: str) -> None:
    again = left.context.new_page()
    for path in ("/", "/account", "/mine", "/help"):
        again.goto(site + path)
        assert shows_nothing(again)
    assert cookie_name() not in {cookie["name"] for cookie in left.context.cookies()}


def test_a_replayed_cookie_opens_nothing(left: Page, site: str, visit) -> None:
    other = visit.window()
    other.context.add_cookies([{"name": cookie_name(), "value": left.cookie, "url": site}])
    other.goto("/account")
    assert other.url.endswith("/sign-in")


def test_who_wants_to_come_back_can(left: Page, site: str) -> None:
    left.goto(site + "/account")
    button = left.get_by_role("button", name="Continue")
    assert min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 44
    press(button)
    assert left.url == site + "/sign-in" and "Kindred" in left.title()


def test_the_neutral_page_is_dark_where_the_window_is(visit, site: str) -> None:
    for dark in (True, False):
        page = visit.window(dark=dark)
        page.context.add_cookies([{"name": "left", "value": "1", "url": site}])
        page.goto("/mine")
        assert page.get_by_role("button", name="Continue").is_visible()
        ground = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert ground == "light dark"
        ink = page.evaluate("getComputedStyle(document.body).color")
        assert ink == ("rgb(255, 255, 255)" if dark else "rgb(0, 0, 0)")
