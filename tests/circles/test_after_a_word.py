"""What an author reads right after a private word, a wish to be written to, a withdrawal, and on leaving."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.circles.models import Review
from forum.storage.database import db
from forum.storage.types import new_id
from tests import doing
from tests.circles.test_journey import write
from tests.members import people
from tests.moderation import desk
from tests.people import Person

CRISIS = "I want to die. I do not know how to go on."
CALM = "The bus was late and I was cross."
HELP, RECEIPT = 'id="help"', 'id="said"'


@pytest.fixture
def circle_id(app: Flask) -> str:
    return desk.a_circle()


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


def say(person: Person, post_id: str, words: str) -> str:
    form = {"note": words, "form_key": new_id()}
    return person.browser.post(f"/mine/{post_id}/write", data=form, follow_redirects=True).text


def talk(person: Person, words: str) -> str:
    form = {"note": words, "pseudonym": "Quiet Heron", "form_key": new_id()}
    return person.browser.post("/account/conversation", data=form, follow_redirects=True).text


def withdraw(person: Person, post_id: str, **form: str) -> str:
    return person.browser.post(f"/mine/{post_id}/withdraw", data=form, follow_redirects=True).text


def test_a_word_is_answered_beside_itself(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=CALM, waits=True)
    calm = say(ana, post.id, "One more thing.")
    assert calm.index("One more thing.") < calm.index(RECEIPT)
    assert "An answer appears here, and under" in calm
    assert "on duty" in calm[calm.index(RECEIPT) :]
    assert HELP not in calm
    heavy = say(ana, post.id, CRISIS)
    assert heavy.index(CRISIS) < heavy.index(RECEIPT) < heavy.index(HELP)
    assert heavy.count(HELP) == 1
    assert RECEIPT not in ana.browser.get(f"/mine/{post.id}").text


def test_words_from_the_account_that_join_a_talk_are_answered_there(ana: Person) -> None:
    first = talk(ana, CALM)
    assert RECEIPT not in first
    joined = talk(ana, CRISIS)
    assert joined.index(CRISIS) < joined.index(RECEIPT) < joined.index(HELP)
    assert "May a moderator write to you?" not in joined
    assert "nobody else can see it" not in joined


def test_please_talk_to_me_says_what_comes_next(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=CRISIS, waits=True)
    page = ana.browser.get(f"/mine/{post.id}").text
    assert 'aria-pressed="true"' not in page
    assert page.index("a person will read it") < page.index("Please talk to me") < page.index("Show help for")
    answer = ana.browser.post(f"/mine/{post.id}/contact", data={"contact": "welcome"})
    assert answer.location.endswith("#contact")
    page = ana.browser.get(f"/mine/{post.id}").text
    assert 'aria-pressed="true">Please talk to me' in page
    told = page[page.index("You said: please talk to me.") :]
    assert told.index("A moderator writes here") < told.index("on duty") < told.index("</p>")


def test_withdrawing_care_asks_once_and_says_what_ends(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=CRISIS, waits=True)
    asked = withdraw(ana, post.id)
    assert "Withdraw it?" in asked
    assert "No moderator can answer it any more." in asked
    assert desk.text_of(post.id).state == "waiting"
    gone = withdraw(ana, post.id, sure="yes")
    assert desk.text_of(post.id).state == "withdrawn"
    assert "nobody reads it and nobody answers it" not in gone
    assert HELP in gone
    assert "Talk with the moderators" in gone


def test_withdrawing_with_a_talk_says_that_it_ends(ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=CALM, waits=True)
    say(ana, post.id, "One more thing.")
    assert "Your conversation with the moderators about it ends too" in withdraw(ana, post.id)
    assert "the conversation has ended" in withdraw(ana, post.id, sure="yes")
    plain = doing.open_thread(ana.vault, circle_id, body=CALM, waits=True)
    assert "It is withdrawn" in withdraw(ana, plain.id)


def test_leaving_for_good_says_what_ends_and_shows_numbers(client) -> None:
    people.join(client)
    client.post("/account/settings", data={"country": "gb"})
    page = client.get("/account/erase").text
    assert "Moderators can then no longer answer you" in page
    assert "Samaritans" in page
    gone = client.post("/account/erase", data={"how": "keep", "passphrase": people.PASSPHRASE}).text
    assert "Moderators can no longer answer" in gone
    assert "Samaritans" in gone


@pytest.mark.parametrize(
    ("body", "kept"), [("I walk home.", None), ("I keep thinking of ending my life.", "gb")]
)
def test_the_chosen_country_stands_only_beside_a_text_under_care(app, circle_id, body, kept):
    """In clear beside every text, a rare country would say which names are one person."""
    ana = Person(app)
    ana.browser.post("/account/settings", data={"country": "gb"})
    opening = write(ana, circle_id, body)
    assert db.session.scalars(db.select(Review.country).where(Review.post_id == opening)).one() == kept
