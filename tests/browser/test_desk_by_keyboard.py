"""The desk without a mouse: all is reached by Tab and seen there, done by Tab and Enter, or by keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from forum.circles import conversation
from forum.circles.models import Decision, Review
from forum.moderation.offering import Moderator
from forum.moderation.reports import Concern, report
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.browser.conftest import Visit
from tests.browser.full_desk import PAGES, a_full_desk
from tests.moderation import desk
from tests.people import Person

pytestmark = pytest.mark.browser

WORDS = "Please take the name of the clinic out."

READY = """() => {
  for (const one of document.querySelectorAll("main details")) one.open = true;
  const groups = new Set();
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const wanted = [...document.querySelectorAll(kinds)]
    .filter((one) => !one.disabled && one.type !== "hidden" && one.checkVisibility())
    .filter((one) => {
      if (one.type !== "radio") return true;
      const group = one.form.action + one.name;
      return !groups.has(group) && groups.add(group);
    });
  wanted.forEach((one, place) => { one.dataset.place = place; });
  return wanted.map((one) => (one.textContent || one.name || one.tagName).trim().slice(0, 40));
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const look = getComputedStyle(one), box = one.getBoundingClientRect();
  const [x, y] = [box.x + Math.min(box.width / 2, 30), box.y + Math.min(box.height / 2, 12)];
  const there = document.elementFromPoint(x, y);
  return {
    place: one.dataset.place ?? "",
    what: `${one.tagName} ${(one.textContent || one.name || "").trim().slice(0, 40)}`,
    ringed: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen: !!there && (one.contains(there) || there.contains(one) || !!there.closest("label")),
  };
}"""


def walk(page: Page) -> None:
    """Press Tab until the page is left: each element is reached, in its order, ringed and in view."""
    wanted = page.evaluate(READY)
    reached: list[int] = []
    for _press in range(2 * len(wanted)):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None or (here["place"] == "0" and reached):
            break
        assert here["ringed"], f"{page.url}: no focus to be seen on {here['what']}"
        assert here["seen"], f"{page.url}: hidden behind something: {here['what']}"
        if here["place"]:
            reached.append(int(here["place"]))
    else:
        raise AssertionError(f"{page.url} does not let go of the focus")
    missed = [wanted[place] for place in range(len(wanted)) if place not in reached]
    assert not missed, f"{page.url}: Tab does not reach {missed}"
    assert reached == sorted(reached), f"{page.url}: the order of the focus is not the order of the page"


@pytest.fixture
def with_scripts(chromium: Browser, site: str) -> Iterator[Visit]:
    visit = Visit(chromium, site, True, [], [])
    yield visit
    for context in visit.opened:
        context.close()


def test_tab_reaches_everything_on_every_page_and_is_seen_there(app: Flask, with_scripts: Visit) -> None:
    lead = Person(app, "lead")
    page = with_scripts.window(lead)
    page.emulate_media(reduced_motion="reduce")  # nothing glides, so that each press is over at once
    cards = a_full_desk(lead)
    shown = cards.pop("shown")
    lead.browser.post("/moderation/ten")
    for path in (*(f"/moderation{path}" for path in PAGES), f"/posts/{shown}/hide", "/account/staff"):
        page.goto(path)
        walk(page)
    for path in cards.values():
        lead.browser.post(f"{path}/claim")
        page.goto(f"{path}?reveal=1")
        walk(page)
        lead.browser.post(f"{path}/release")
    page.goto(f"{cards['words']}/sanction")
    walk(page)


def test_the_sheet_names_each_key_of_its_page_once(app: Flask, with_scripts: Visit) -> None:
    lead = Person(app, "lead")
    page = with_scripts.window(lead)
    cards = a_full_desk(lead)
    del cards["shown"]
    lead.browser.post("/moderation/ten")
    for path in cards.values():
        lead.browser.post(f"{path}/claim")
    for path in ("/moderation", "/moderation/queue", "/moderation/ten", *cards.values()):
        page.goto(path)
        keys = page.locator("[data-key]").evaluate_all("all => all.map((one) => one.dataset.key)")
        assert keys and len(set(keys)) == len(keys), f"{path}: {keys}"
        link = page.locator("main a:visible").first
        link.focus()
        page.keyboard.press("?")
        sheet = page.get_by_role("complementary", name="Keys")
        expect(sheet).to_be_focused()
        assert sheet.locator("kbd").all_text_contents() == ["Esc", *keys]
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(link).to_be_focused()
    page.goto(cards["words"])
    named = page.locator("#decide button:visible").evaluate_all(
        "all => all.map((one) => one.dataset.key ?? one.textContent)"
    )
    assert all(len(one) == 1 for one in named), f"without a key: {named}"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    wanted = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(wanted).startswith(name):
            return
    raise AssertionError(f"{page.url}: Tab never comes to {name}")


def enter(page: Page, name: str) -> None:
    """Go to a button or link by Tab, press Enter, and wait for the page it leads to."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, name: str, words: str) -> None:
    """Go to a field by Tab and type over what is there; a choice is made by its first letters."""
    tab_to(page, name)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def outcomes() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(db.select(Decision.outcome)))


def test_a_shift_by_tab_and_enter_alone(app: Flask, visit: Visit) -> None:
    circle, ana = desk.a_circle(), desk.Author()
    shown, declined = ana.opens(circle), desk.Author().opens(circle)
    desk.publish(shown)
    desk.screen_all()
    other = Moderator(new_id())
    desk.decide(other, desk.review_of(declined).id, "decline", rule="decline-hostile")
    decision_id = desk.review_of(declined).decision_id
    with writing():
        report(shown, Concern("says-how"), now(), None)
        conversation.appeal(decision_id, "Please look again.", now())
    page = visit.window(Person(app, "moderator"))
    page.goto("/moderation")
    enter(page, "Go on duty")
    enter(page, "Next review")
    type_into(page, "Reason", "It says")
    type_into(page, "Your words to the author", WORDS)
    enter(page, "Hide")
    enter(page, "Undo")
    expect(page.get_by_text("Undone.")).to_be_visible()
    enter(page, "Next review")
    enter(page, "No change")
    enter(page, "Next review")
    expect(page.get_by_role("heading", name="Appeal", exact=True, level=1)).to_be_visible()
    enter(page, "Overturn")
    assert outcomes() == ["decline", "hide", "leave", "overturn", "publish", "publish", "undo"]
    for number in range(2):
        desk.Author().opens(circle, f"A small good thing, number {number}.")
    desk.screen_all()
    page.goto("/moderation")
    enter(page, "Ten short ones")
    for _one in range(2):
        tab_to(page, "Publish")
        page.keyboard.press("Space")
    enter(page, "Decide")
    assert outcomes().count("publish") == 4
    page.goto("/moderation")
    enter(page, "Go off duty")
    expect(page.get_by_text("You are off duty.")).to_be_visible()
    assert not db.session.scalars(db.select(Review.id).where(Review.open)).all()


@pytest.mark.parametrize(
    ("kind", "key", "state"),
    [
        *(("text", key, state) for key, state in (("p", "published"), ("r", "returned"), ("d", "declined"))),
        *(("text", key, state) for key, state in (("t", "held"), ("s", "waiting"), ("b", "waiting"))),
        *(("report", key, state) for key, state in (("h", "hidden"), ("x", "removed"), ("g", "published"))),
        ("report", "t", "published"),
    ],
)
def test_each_key_does_what_its_button_does(
    app: Flask, with_scripts: Visit, kind: str, key: str, state: str
) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    if kind == "report":
        desk.publish(post_id)
        with writing():
            report(post_id, Concern("says-how"), now(), None)
    page = with_scripts.window(Person(app, "moderator"))
    page.goto("/moderation")
    for press in ("n", key):
        if press == key and key in "rdhxt":
            with_reason = page.locator("#reason")
            if key != "t":
                group = {"r": "To return", "d": "To decline"}.get(key, "To hide or remove")
                value = page.locator(f"#reason optgroup[label='{group}'] option").first.get_attribute("value")
                with_reason.select_option(value)
            page.locator("#note").fill(WORDS)
            page.locator("#note").press("Escape")
        with page.expect_navigation():
            page.keyboard.press(press)
    assert desk.text_of(post_id).state == state
    if key == "g":
        assert not desk.review_of(post_id, "report").open
