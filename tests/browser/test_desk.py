"""The desk in a real browser: sixty decisions by keys alone, and every page small, filled and looked at."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from forum.circles.models import PublishedPost, Review
from forum.circles.tasks import screen_next
from forum.screening.findings import Care, Screened
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.browser.conftest import Visit
from tests.browser.full_desk import PAGES, a_full_desk, sixty_words
from tests.browser.pressing import press
from tests.guards.walk import doors
from tests.moderation import desk
from tests.people import Person

pytestmark = pytest.mark.browser

CALM = (
    ("The stairs again", "I took the stairs slowly today and nobody minded."),
    ("After the night shift", "I cried in the car park, then I drove home and slept."),
    ("A small win", "I said no to a third late shift. My hands shook, and I said it."),
    ("Just listen", "I am so useless this week, I forget every name. I only want to say it once."),
    ("Swearing at the printer", "That damn printer ate my whole bloody afternoon, and I laughed at the end."),
    ("Long one", "It began in spring. " * 60),
    ("Two coffees", "My sister sat with me for two coffees and did not ask anything."),
    ("Handing over", "How do you hand over without taking it home? I have not found a way."),
)
NAMING = ("At the clinic", "Doctor Hollis at the Riverside clinic told me that I was making it up.")
HOSTILE = ("To the one above", "You lot in this thread are fools, and you most of all.")
OTHER_WORDS = "Please take the name of the clinic out."
DECLINED = "It would hurt the others here. You can appeal."
SIXTY = 60


def machine(text: str) -> Screened:
    """A machine that sees hostility where somebody is called a fool, and nothing else."""
    score = 0.93 if "fools" in text else 0.02
    lane = "conduct" if "fools" in text else "routine"
    return Screened({"toxicity": score, "insult": score}, lane, (), Care(), "other", 1, "test")


@dataclass
class Hands:
    """Somebody at the desk who has a keyboard and nothing else."""

    page: Page
    pressed: int = 0
    decided: Counter[str] = field(default_factory=Counter)

    def press(self, *keys: str) -> None:
        """Press keys that stay on the page."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def go(self, key: str) -> None:
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.press(key)

    def type(self, words: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(words)
        self.pressed += len(words)

    def decide_next(self) -> None:
        """Take the next review, read it, decide it."""
        self.go("n")
        if self.page.locator("#text [data-key=v]").count():
            self.go("v")
        text = self.page.locator("#text").inner_text()
        if "Riverside" in text:
            self._send_back("r", "Something in it", OTHER_WORDS)
        elif "fools" in text:
            self._send_back("d", "It", DECLINED)
        else:
            self.go("p")
            self.decided["publish"] += 1

    def _send_back(self, key: str, reason: str, words: str) -> None:
        """Choose a reason by its first letters, go on to the words, replace the starter, send."""
        self.press(key)
        expect(self.page.locator("#reason")).to_be_focused()
        if key == "d":
            groups = self.page.locator("#reason optgroup[label='To return'] option").count()
            self.press(*["ArrowDown"] * (groups + 1))
        else:
            self.type(reason)
        self.press("Tab", "Tab")
        expect(self.page.locator("#note")).to_be_focused()
        self.press("Control+a")
        self.type(words)
        self.press("Escape")
        self.go(key)
        self.decided["return" if key == "r" else "decline"] += 1


@pytest.fixture
def with_scripts(chromium: Browser, site: str) -> Iterator[Visit]:
    visit = Visit(chromium, site, True, [], [])
    yield visit
    for context in visit.opened:
        context.close()
    assert all(url.startswith((site, "data:")) for url in visit.asked)


def sixty_texts() -> None:
    """Varied texts of many people; every fifth needs to go back or be declined."""
    circles = [desk.a_circle() for _ in range(3)]
    for number in range(SIXTY):
        if number % 5:
            title, body = CALM[number % len(CALM)]
        else:
            title, body = (NAMING, HOSTILE)[number % 2]
        desk.Author().opens(circles[number % 3], f"{body} ({number})", title)
    while screen_next(machine):
        pass


def test_sixty_decisions_by_keys_alone(
    app: Flask, with_scripts: Visit, record_property: Callable[[str, object], None], capsys
) -> None:
    sixty_texts()
    hands = Hands(with_scripts.window(Person(app, "moderator"), width=1280))
    hands.page.goto("/moderation")
    started = time.monotonic()
    for _ in range(SIXTY):
        hands.decide_next()
    took = time.monotonic() - started
    assert hands.decided == {"publish": 48, "return": 6, "decline": 6}
    hands.go("n")
    expect(hands.page.get_by_text("Nothing waits for you right now.")).to_be_visible()
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count()).select_from(PublishedPost)) == 48
    assert not db.session.scalars(db.select(Review.id).where(Review.open)).all()
    record_property("sixty_decisions_seconds", round(took, 1))
    record_property("keys_pressed", hands.pressed)
    with capsys.disabled():
        print(f"\n60 decisions by keys alone: {took:.1f} s, {hands.pressed} keys")


def test_the_sheet_of_keys_opens_and_keys_can_be_switched_off(app: Flask, with_scripts: Visit) -> None:
    sixty_words()
    page = with_scripts.window(Person(app, "moderator"))
    page.goto("/moderation")
    hands = Hands(page)
    hands.go("n")
    hands.press("?")
    expect(page.get_by_role("complementary", name="Keys")).to_be_visible()
    hands.press("Escape")
    expect(page.get_by_role("complementary", name="Keys")).to_be_hidden()
    hands.go("b")
    page.goto("/moderation/settings")
    page.get_by_label("Use single keys at the desk").uncheck()
    with page.expect_navigation():
        page.get_by_role("button", name="Keep").click()
    page.goto("/moderation")
    hands.press("n")
    page.goto("/moderation")
    expect(page).to_have_url(f"{with_scripts.site}/moderation")
    expect(page.get_by_text("You hold nothing right now.")).to_be_visible()


ELSEWHERE = {
    "/account/staff",
    "/moderation/policy/<name>",
    "/moderation/reviews/<review_id>",
    "/moderation/reviews/<review_id>/sanction",
    "/posts/<post_id>/hide",
}
NO_PAGE = {"/moderation/bell"}


def test_no_page_of_the_desk_is_left_out_of_this_walk(app: Flask) -> None:
    walked = {f"/moderation{path}" for path in PAGES if not path.startswith("/policy/")} | ELSEWHERE
    found = {door.rule for door in doors(app) if door.access in ("staff", "lead") and door.method == "GET"}
    assert found - NO_PAGE == walked


@pytest.mark.parametrize(
    ("visit", "dark"),
    [(True, False), (True, True), (False, False)],
    ids=["scripts-light", "scripts-dark", "no-scripts"],
    indirect=["visit"],
)
def test_every_page_of_the_desk_fits_and_reads_well(
    app: Flask, visit: Visit, check_page: Callable[[Page], None], dark: bool
) -> None:
    lead = Person(app, "lead")
    page = visit.window(lead, width=320, dark=dark)
    cards = a_full_desk(lead)
    shown = cards.pop("shown")
    for path in PAGES:
        page.goto(f"/moderation{path}")
        check_page(page)
    for path in cards.values():
        lead.browser.post(f"{path}/claim")
        page.goto(path)
        check_page(page)
        lead.browser.post(f"{path}/release")
    for path in (f"{cards['crisis']}?reveal=1", f"{cards['words']}/sanction"):
        page.goto(path)
        check_page(page)
    thread = f"/t/{db.session.get_one(PublishedPost, shown).thread_id}"
    elsewhere = (
        f"/posts/{shown}/report",
        f"/posts/{shown}/hide",
        "/account/staff",
        thread,
        f"{thread}?after=newest",
    )
    for path in (*elsewhere, "/account/notes", "/transparency"):
        page.goto(path)
        check_page(page)
    lead.browser.post("/moderation/ten")
    page.goto("/moderation/ten")
    check_page(page)
    page.goto("/moderation")
    check_page(page)


def test_every_page_of_an_empty_desk_fits_and_reads_well(
    app: Flask, visit: Visit, check_page: Callable[[Page], None]
) -> None:
    page = visit.window(Person(app, "lead"), width=320)
    for path in PAGES:
        page.goto(f"/moderation{path}")
        check_page(page)


def test_an_incomplete_decision_comes_back_with_everything_kept(
    app: Flask, visit: Visit, check_page: Callable[[Page], None]
) -> None:
    sixty_words()
    page = visit.window(Person(app, "moderator"), width=320)
    page.goto("/moderation")
    with page.expect_navigation():
        page.get_by_role("button", name="Next review").click()
    page.get_by_label("Your words to the author").fill("Too short.")
    with page.expect_navigation():
        page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_label("Your words to the author")).to_have_value("Too short.")
    expect(page.get_by_role("heading", name="Almost there")).to_be_visible()
    check_page(page)


def test_enter_in_a_field_decides_nothing(app: Flask, visit: Visit) -> None:
    post_id = sixty_words()
    page = visit.window(Person(app, "moderator"))
    page.goto("/moderation")
    with page.expect_navigation():
        page.get_by_role("button", name="Next review").click()
    card = page.url
    page.get_by_label("Passage").fill("a word")
    page.get_by_label("Passage").press("Enter")
    expect(page.get_by_label("Passage")).to_have_value("a word")
    page.goto(f"{card}/sanction")
    page.get_by_label("7 days").press("Enter")
    expect(page.get_by_role("heading", name="Strike or pause")).to_be_visible()
    page.goto("/moderation")
    expect(page.get_by_text("Nothing to undo.")).to_be_visible()
    assert desk.text_of(post_id).state == "waiting"


def test_a_stale_click_shows_the_difference(
    app: Flask, visit: Visit, check_page: Callable[[Page], None]
) -> None:
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle(), "It was the clinic in Exeter that broke me. " + "w" * 60)
    desk.screen_all()
    page = visit.window(Person(app, "moderator"), width=320)
    page.goto("/moderation")
    with page.expect_navigation():
        page.get_by_role("button", name="Next review").click()
    ana.edits(post_id, "It was the clinic that broke me. " + "w" * 60)
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name="Changed meanwhile")).to_be_visible()
    check_page(page)


def test_giving_up_a_review_with_words_typed_asks_first(app: Flask, with_scripts: Visit) -> None:
    sixty_words()
    page = with_scripts.window(Person(app, "moderator"))
    page.goto("/moderation")
    hands = Hands(page)
    hands.go("n")
    card = page.url
    page.get_by_label("Your words to the author").fill("Half of an answer")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Skip").click()
    assert asked == ["You have typed words that are not sent. Go on without them?"]
    expect(page).to_have_url(card)
    expect(page.get_by_label("Your words to the author")).to_have_value("Half of an answer")
    page.once("dialog", lambda dialog: dialog.accept())
    press(page.get_by_role("button", name="Give back"))
    expect(page.get_by_role("heading", name="Given back")).to_be_visible()
    expect(page.get_by_text("Half of an answer")).to_be_visible()


def test_an_open_card_is_kept_while_somebody_is_there_and_says_when_it_is_lost(
    app: Flask, with_scripts: Visit, clock: time_machine.Traveller
) -> None:
    sixty_words()
    page = with_scripts.window(Person(app, "moderator"))
    page.clock.install()
    page.goto("/moderation")
    press(page.get_by_role("button", name="Next review"))
    lost = page.get_by_text("Your hold on this review has ended.")
    kept: list[int] = []
    page.on("response", lambda answer: kept.append(answer.status) if "/keep" in answer.url else None)
    until = page.locator("[data-keep-until]")
    for _turn in range(2):
        before = until.inner_text()
        page.mouse.move(20 + len(kept), 200)
        clock.shift(4 * 60)
        page.clock.fast_forward(4 * 60_000)
        expect(until).not_to_have_text(before)
    expect(lost).to_be_hidden()
    page.clock.fast_forward(26 * 60_000)  # nobody is there: nothing is asked
    with writing():
        db.session.execute(db.update(Review).values(claimed_by=new_id()))
    page.mouse.move(50, 300)
    with page.expect_response("**/keep"):
        page.clock.fast_forward(4 * 60_000)
    expect(lost).to_be_visible()
    assert kept == [204, 204, 409]
