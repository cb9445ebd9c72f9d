"""Cards, threads that help, and search in a real browser, with JavaScript and without, checked by axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from forum.bench import seed
from forum.circles import invitations, kept
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from tests import doing, factories
from tests.browser.pressing import press
from tests.browser.test_leaving import elsewhere
from tests.people import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def circle_id(app):
    with writing():
        return factories.circle("Newcomers").id


def test_a_card_is_read_tried_saved_and_built_on(app, visit, check_page):
    ben = Person(app)
    doing.card(ben.vault)
    page = visit.window(Person(app), width=320)
    page.goto("/library")
    check_page(page)
    press(page.get_by_role("link", name="Ten minutes of nothing"))
    check_page(page)
    press(page.get_by_role("button", name="It helped"))
    expect(page.get_by_role("button", name="It helped ✓")).to_have_attribute("aria-pressed", "true")
    press(page.get_by_role("button", name="Save what helps me"))
    expect(page.get_by_role("button", name="Let it go")).to_be_visible()
    press(page.get_by_role("link", name="Build on this"))
    expect(page.get_by_text("It builds on")).to_be_visible()
    page.get_by_label("Title").fill("Five minutes of nothing")
    page.get_by_label("When", exact=True).fill("Late in the evening.")
    page.get_by_label("What I do").fill("I sit down. Anna Kowalska from next door knows.")
    page.get_by_label("How it went").fill("Quieter.")
    page.get_by_label("Not for").fill("Not with the stove on.")
    press(page.get_by_role("button", name="Check my words"))
    expect(page.get_by_role("heading", name="Only you see this")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Hide these hints").click()
    expect(page.get_by_role("heading", name="Only you see this")).not_to_be_visible()
    press(page.get_by_role("button", name="Submit"))
    expect(page).to_have_title("Waiting · Kindred")
    page.goto("/kept")
    expect(page.get_by_role("link", name="Ten minutes of nothing")).to_be_visible()
    check_page(page)


def test_what_a_reader_does_around_a_thread(app, visit, circle_id, check_page):
    ana, ben = Person(app), Person(app)
    opening = doing.open_thread(ana.vault, circle_id, kind="challenge")
    doing.reply(ben.vault, opening.thread_id, body="I walk home the long way.")
    reader, writer = visit.window(Person(app), width=320), visit.window(ana, dark=True)
    reader.goto(f"/t/{opening.thread_id}")
    reader.get_by_label("Your reply").fill("A half-written reply.")
    reader.get_by_role("button", name="With you").first.click()
    expect(reader.get_by_role("button", name="With you ✓")).to_have_attribute("aria-pressed", "true")
    expect(reader.get_by_label("Your reply")).to_have_value("A half-written reply.")
    reader.get_by_role("button", name="With you ✓").click()
    expect(reader.get_by_role("button", name="With you ✓")).to_have_count(0)
    press(reader.get_by_role("button", name="Quote").last)
    expect(reader.get_by_label("Your reply")).to_have_value(
        re.compile("A half-written reply.\n\n> I walk home the long way.")
    )
    if visit.scripts:
        words = reader.locator("article .prose").first
        words.evaluate("words => getSelection().selectAllChildren(words)")
        reader.get_by_role("button", name="Quote").first.click()
        expect(reader.get_by_label("Your reply")).to_have_value(re.compile("> I cried in the car park again"))
    press(reader.get_by_role("button", name="Follow"))
    reader.get_by_text("Mute", exact=True).last.click()
    press(reader.get_by_role("button", name="Mute this name").last)
    expect(reader.get_by_text("You muted this name.")).to_be_visible()
    check_page(reader)
    writer.goto(f"/t/{opening.thread_id}")
    press(writer.get_by_role("button", name="This helped"))
    expect(writer.locator(".tag", has_text="This helped")).to_be_visible()
    press(writer.get_by_role("button", name="Close for replies"))
    expect(writer.get_by_text("The author has closed this thread for replies.")).to_be_visible()
    check_page(writer)


def test_words_are_not_left_behind_unasked(app, visit, circle_id, check_page):
    """A reply is kept as a draft and found again; with scripts, leaving unsaved words asks first."""
    opening = doing.open_thread(Person(app).vault, circle_id)
    page = visit.window(Person(app), width=320)
    asked = []

    def on_dialog(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", on_dialog)
    page.goto(f"/t/{opening.thread_id}")
    press(page.get_by_role("link", name="Newcomers"))
    assert not asked, "nothing was written yet"
    page.goto(f"/t/{opening.thread_id}")
    page.get_by_label("Your reply").fill("Half a thought.")
    press(page.get_by_role("button", name="Check my words"))
    press(page.get_by_role("button", name="Keep as draft"))
    assert not asked, "what is sent or kept is not lost"
    check_page(page)
    press(page.get_by_role("link", name="After the night shift"))
    expect(page.get_by_label("Your reply")).to_have_value("Half a thought.")
    check_page(page)
    press(page.get_by_role("link", name="Newcomers"))
    assert not asked, "the draft is as it was kept"
    page.goto(f"/t/{opening.thread_id}")
    page.get_by_label("Your reply").fill("Half a thought, and more.")
    press(page.get_by_role("button", name="Check my words"))
    press(page.get_by_role("link", name="Newcomers"))
    assert asked == (["beforeunload"] if visit.scripts else [])
    page.goto(f"/c/{circle_id}/new")
    page.get_by_label("Your words").fill("Something else.")
    elsewhere(page)
    press(page.get_by_role("button", name="Leave this site"))
    expect(page).not_to_have_title("Write · Kindred")
    assert len(asked) == int(visit.scripts), "nothing stands in the way of leaving"


def test_a_long_thread_by_keyboard_on_a_small_phone(app, visit, check_page):
    """Pages of fifty, the way to what is new and to the reply form, without passing every button."""
    ben = Person(app)
    with writing():
        thread = factories.published_thread(factories.circle("Long", audience="everyone"), replies=70).id
        kept.keep(ben.vault, thread, 68, follow=True)
    page = visit.window(ben, width=320)
    page.goto(f"/t/{thread}")
    check_page(page)
    press(page.get_by_role("link", name="To what is new"))
    expect(page.locator("#new")).to_be_in_viewport()
    check_page(page)
    page.goto(f"/t/{thread}")
    page.get_by_role("link", name="To the reply form").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Reply", exact=True)).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#reply') !== null")
    press(page.get_by_role("link", name="More replies"))
    expect(page.locator("article")).to_have_count(21)
    press(page.get_by_role("link", name="From the beginning"))
    expect(page.locator("article")).to_have_count(50)


def test_what_a_member_gives_keeps_and_finds_again(app, visit, circle_id, check_page):
    """From the shelf to a reply with a card, names blurred, to a card of one's own, and to what is kept."""
    ana, ben = Person(app), Person(app)
    opening = doing.open_thread(ana.vault, circle_id, kind="challenge", wish="advice")
    card = doing.card(Person(app).vault)
    with writing():
        kept.save_card(ben.vault, card.thread_id, "Ten minutes of nothing")
    page = visit.window(ben, width=320)
    page.goto("/")
    expect(page.get_by_role("heading", name="Could use a reply")).to_be_visible()
    check_page(page)
    press(page.get_by_role("link", name="After the night shift"))
    press(page.get_by_role("button", name="Bookmark"))
    expect(page.get_by_role("button", name="Bookmark no more")).to_be_visible()
    page.get_by_label("Advice", exact=False).check()
    page.get_by_label("Your reply").fill(
        "My colleague Anna Kowalska is crazy. I hear you, that sounds lonely."
    )
    page.get_by_label("A card to go with it").select_option("Ten minutes of nothing")
    press(page.get_by_role("button", name="Check my words"))
    expect(page.get_by_text("This can wound people who live with it.")).to_be_visible()
    check_page(page)
    press(page.get_by_role("button", name="Blur these"))
    expect(page.get_by_label("Your reply")).to_have_value(re.compile(r"^My colleague \[someone\] is"))
    press(page.get_by_role("button", name="Reply", exact=True).last)
    expect(page).to_have_title("Waiting · Kindred")
    seed.publish(re.search(r"/mine/([^?#]+)", page.url).group(1))
    page.goto(f"/t/{opening.thread_id}")
    expect(page.get_by_role("link", name="Ten minutes of nothing")).to_be_visible()
    press(page.get_by_role("link", name="Make a card of it"))
    for label in ("When", "What I do", "How it went", "Not for"):
        page.get_by_label(label, exact=True).fill("A line of my own.")
    page.get_by_label("Title").fill("Sitting on the stair")
    check_page(page)
    press(page.get_by_role("button", name="Submit"))
    expect(page).to_have_title("Waiting · Kindred")
    page.goto(f"/t/{opening.thread_id}")
    page.get_by_text("Mute", exact=True).first.click()
    press(page.get_by_role("button", name="Mute this name").first)
    page.goto("/kept")
    expect(page.get_by_role("link", name="After the night shift")).to_be_visible()
    check_page(page)
    press(page.get_by_role("button", name="Unmute"))
    expect(page.get_by_role("button", name="Unmute")).to_have_count(0)
    page.goto(f"/c/{circle_id}")
    feed = page.get_by_role("link", name="Feed of this circle").get_attribute("href")
    assert "After the night shift" in page.request.get(feed).text()


def test_search_filters_and_what_needs_a_reply(app, visit, circle_id, check_page):
    doing.open_thread(Person(app).vault, circle_id, body="The heron stood there.", topics=("sad",))
    page = visit.window(width=320)
    page.goto("/search")
    page.get_by_role("searchbox").fill("heron")
    press(page.get_by_role("button", name="Search", exact=True))
    expect(page).to_have_url(re.compile("/search$"))
    expect(page.get_by_text("The heron stood there.")).to_be_visible()
    check_page(page)
    page.goto(f"/c/{circle_id}")
    page.get_by_text("Show only some").click()
    page.get_by_label("Feeling, experience or topic").select_option("sad")
    press(page.get_by_role("button", name="Show"))
    expect(page.get_by_role("link", name="After the night shift")).to_be_visible()
    check_page(page)
    for path in ("/needs-a-reply", "/myths", "/other-help", "/poster"):
        page.goto(path)
        check_page(page)


def test_into_a_circle_by_invitation(app, visit, check_page):
    with writing():
        code = invitations.new_code(factories.circle("Night staff", audience="invited").id, day_of(now()))
    page = visit.window(Person(app), width=320)
    page.goto("/")
    press(page.get_by_role("link", name="I have a code"))
    check_page(page)
    page.get_by_label("Code").fill("not this one")
    press(page.get_by_role("button", name="Enter"))
    expect(page.get_by_text("opens nothing").first).to_be_visible()
    page.get_by_label("Code").fill(code)
    press(page.get_by_role("button", name="Enter"))
    expect(page.get_by_role("heading", name="Night staff")).to_be_visible()
    check_page(page)
    lead = visit.window(Person(app, "lead"), width=320)
    lead.goto("/moderation/circles")
    press(lead.get_by_role("button", name="Make a new code"))
    expect(lead.get_by_text("The new code, shown this once:")).to_be_visible()
    check_page(lead)
