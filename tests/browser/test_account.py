"""The pages of the account in a browser: readable at 320 px; the work of the door done by its script."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from forum.members import keys, pseudonyms, recovery
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
    "/account/conversation",
    "/account/recovery-code",
)


def test_every_page_of_the_account_reads_well_on_a_small_screen(app: Flask, visit, check_page) -> None:
    person = Person(app, "lead")
    with writing():
        pseudonyms.choose(person.vault, "c" * 22, "An Unusually Long Pseudonym 30")
        recovery.keep(person.vault, keys.new_recovery_code(), "/")
    person.browser.post("/account/second-factor")
    page = visit.window(person, width=320)
    for path in (*PAGES, "/account/staff"):
        page.goto(path)
        check_page(page)
    visitor = visit.window(width=320)
    for path in ("/sign-in", "/recover", "/join"):
        visitor.goto(path)
        check_page(visitor)


def test_a_passphrase_can_be_shown_and_compared(app: Flask, visit, check_page) -> None:
    page = visit.window(width=320)
    page.goto("/join")
    field = page.get_by_label("Passphrase", exact=True)
    words = page.locator("[data-offered]").inner_text()
    field.fill(words)
    assert field.get_attribute("type") == "password"
    if not visit.scripts:
        assert page.get_by_role("button", name="Show the passphrase").count() == 0
        assert page.get_by_text("holds a ticket").is_visible()
        return
    assert page.get_by_text("holds a ticket").is_hidden() and page.get_by_text("small piece").is_visible()
    expect(page.get_by_text("These are the six words.")).to_be_visible()
    page.get_by_role("button", name="Show the passphrase").click()
    expect(field).to_have_attribute("type", "text")
    check_page(page)
    page.get_by_role("button", name="Hide the passphrase").click()
    expect(field).to_have_attribute("type", "password")
    field.fill(words + "x")
    expect(page.get_by_text("These are the six words.")).to_have_count(0)


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
