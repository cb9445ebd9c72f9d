"""Phrases of the article that founded this forum, each as something that can be tried.

Those that are tried in the tests of their own rooms are not repeated here: the shelf and the share of
answered threads (`test_shelf`), what helped and reactions (`test_together`), the coach (`test_hints`,
`tests/text`), the library (`tests/coping`), goals, check-ins and celebrations (`tests/growth`), trained peers
(`tests/training`), circles by invitation (`test_invited`), both keys (`tests/life`).
"""

from __future__ import annotations

import re

import pytest

from forum.circles.writing import make_ready
from forum.storage.database import writing
from tests import doing, factories
from tests.content.wording import load
from tests.people import Person


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle("Newcomers", audience="everyone").id


@pytest.mark.parametrize("path", ["/", "/library", "/needs-a-reply", "/other-help", "/myths", "/rules"])
def test_every_page_says_that_peers_are_no_clinicians(client, path):
    assert "run by peers, not by clinicians" in client.get(path).text


@pytest.mark.parametrize(
    ("body", "mark"),
    [
        ("Stop taking your antidepressants, you do not need them.", "medication"),
        ("Buy my burnout course here: https://example.com/shop?ref=heron", "commercial"),
    ],
)
def test_doses_and_selling_are_marked_and_nothing_more(body, mark):
    written = make_ready("", body, "", is_opening=False)
    assert any(mark in flag for flag in written.flags), written.flags
    assert written.lane == "routine"


def test_connect_over_experiences_feelings_and_challenges(app, client, circle_id):
    ana = Person(app)
    doing.open_thread(ana.vault, circle_id, title="About nights", topics=("nights",))
    doing.open_thread(ana.vault, circle_id, "Quiet Heron", title="About grief", topics=("sad",))
    doing.open_thread(ana.vault, circle_id, "Quiet Heron", title="About doors", kind="challenge")
    page = client.get(f"/c/{circle_id}").text
    for name, title in (("Experiences", "nights"), ("Feelings", "grief"), ("Challenges", "doors")):
        path = re.search(rf'<a href="([^"]+)">{name}</a>', page).group(1)
        shown = client.get(path).text
        assert re.findall(r"About (\w+)", shown) == [title]
        assert f"{name} ✓" in shown
    assert len(re.findall(r"About (\w+)", client.get(f"/c/{circle_id}?show=everything").text)) == 3


def test_a_story_with_a_content_note_is_folded_until_somebody_opens_it(app, client, circle_id):
    post = doing.open_thread(Person(app).vault, circle_id, body="The winter.", note="self-harm")
    page = client.get(f"/t/{post.thread_id}").text
    veil = re.search(r'<details class="veil">(.*?)</details>', page, re.DOTALL).group(1)
    assert "Self-harm" in veil.partition("</summary>")[0]
    assert "The winter." in veil.partition("</summary>")[2]
    assert page.count("The winter.") == 1


def test_a_reply_begins_as_support_and_advice_is_offered_only_where_it_is_welcome(app, circle_id):
    ana, ben = Person(app), Person(app)
    modes = {}
    for wish in ("listen", "advice"):
        opening = doing.open_thread(ana.vault, circle_id, "Quiet Heron", wish=wish, title=wish)
        page = ben.browser.get(f"/t/{opening.thread_id}").text
        modes[wish] = re.findall(r'name="mode" value="(\w+)"( checked)?', page)
        typed = {"mode": "advice", "body": "A thought.", "pseudonym": "Kind Sycamore", "form_key": wish * 3}
        sent = ben.browser.post(f"/t/{opening.thread_id}", data=typed)
        assert sent.status_code == (422 if wish == "listen" else 303)
    assert modes["listen"] == [("support", " checked"), ("experience", ""), ("question", "")]
    assert [mode for mode, _on in modes["advice"]] == ["support", "experience", "advice", "question"]


def test_the_poster_is_the_same_for_everybody(app, client):
    poster, code = client.get("/poster").text, client.get("/poster/qr.png").data
    ana = Person(app)
    assert ana.browser.get("/poster/qr.png").data == code
    assert "?" not in re.search(r"https?://[^\s<]+", poster).group(0)


def test_the_high_stress_fields_and_the_helpers_have_their_circles():
    names = {circle["name"] for circle in load("demo/forum.toml")["circle"]}
    assert {"Healthcare", "Social work", "Education", "Helpers and carers", "Newcomers", "Workplace"} <= names
    guides = [card["title"] for card in load("coping/cards.toml")["card"] if card.get("guide")]
    for word in ("manager", "workload", "Back to work"):
        assert any(word.lower() in title.lower() for title in guides), word


def test_a_card_says_that_it_is_one_persons_words(app, client):
    card = doing.card(Person(app).vault).thread_id
    assert "not treatment, and no legal advice" in client.get(f"/library/{card}").text


def test_no_page_ranks_anybody(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    for _ in range(3):
        Person(app).browser.post(f"/posts/{post.id}/react", data={"word": "thank you"})
    for page in (client.get(f"/t/{post.thread_id}").text, ben.browser.get(f"/t/{post.thread_id}").text):
        shown = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("<form")[0])
        assert not re.search(r"\b(?:points?|score|level|rank|karma|likes?|votes?)\b|\b3\b", shown)
