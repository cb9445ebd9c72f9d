"""The pages of the account in a browser: readable at 320 px; the work of the door done by its script."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from forum.members import pseudonyms
from forum.storage.database import writing
from tests.browser.pressing import press
from tests.people import Person

pytestmark = pytest.mark.browser

PAGES = (
    "/account",
    "/account/passphrase",
    "/account/second-factor",
    "/account/data",
    "/account/erase",
    "/account/confirm",
)


def test_every_page_of_the_account_reads_well_on_a_small_screen(app: Flask, visit, check_page) -> None:
    person = Person(app, "lead")
    with writing():
        pseudonyms.choose(person.vault, "c" * 22, "An Unusually Long Pseudonym 30")
    person.browser.post("/account/second-factor")
    page = visit.window(person, width=320)
    for path in (*PAGES, "/account/staff"):
        page.goto(path)
        check_page(page)
    visitor = visit.window(width=320)
    for path in ("/sign-in", "/recover", "/join"):
        visitor.goto(path)
        check_page(visitor)


def test_the_script_does_the_work_of_the_door(app: Flask, visit) -> None:
    """With a ticket that is far from ready, only the script's work lets somebody in."""
    app.extensions["kindred.settings"] = app.extensions["kindred.settings"].with_changes(
        ticket_seconds=3600, work_cost=2000
    )
    page = visit.window()
    page.goto("/join")
    page.get_by_label("Sign-in name").fill("slow door")
    page.get_by_label("Passphrase", exact=True).fill(page.locator("p.code").inner_text())
    page.get_by_label("or older").check()
    page.get_by_label("I agree").check()
    press(page.get_by_role("button", name="Join", exact=True))
    heading = "Your recovery code" if visit.scripts else "A little patience"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
