"""The care lane at the desk: why, target, place, starters to edit, worries that raise, the bell, erasure."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from forum.care import bell
from forum.care.panel import aftercare, starters_for
from forum.circles.models import Message, Review
from forum.moderation import alerts, reports, sweeps
from forum.moderation.actions import Moderator
from forum.moderation.rules import FIRST_ALERT
from forum.storage.clock import coarse, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import doing
from tests.moderation import desk
from tests.people import Person

ACTIVE = "I want to kill myself."
GOODBYE = "Goodbye everyone. I have a plan and tonight I will end my life."
WORDS = "I read that the nights are the worst. I would like to listen."


@pytest.fixture
def ana(app: Flask, clock) -> Person:
    return Person(app)


@pytest.fixture
def circle_id(ana: Person) -> str:
    return desk.a_circle()


def take(mo: Person) -> tuple[str, dict[str, str], str]:
    path = mo.browser.post("/moderation/next").location
    page = mo.browser.get(path).text
    bound = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)
        for name in ("version", "revision_hash")
    }
    return path, bound, unescape(page)


# --- The card.


def test_the_card_says_why_by_when_and_where_and_what_came_before(
    app: Flask, ana: Person, circle_id: str
) -> None:
    doing.open_thread(ana.vault, circle_id, body=ACTIVE)
    ana.browser.post("/account/settings", data={"country": "gb"})
    post = doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    ana.browser.post(f"/mine/{post.id}/country", data={"country": "gb"})
    ana.browser.post(f"/mine/{post.id}/contact", data={"contact": "none"})
    _path, _bound, page = take(Person(app, "moderator"))
    for said in (
        "Why it is here",
        "To be read within 15 minutes.",
        "United Kingdom, emergency 999",
        "Samaritans 116 123",
        "asks not to be written to",
        "1 other text under this name was under care.",
        "D · plan, means, goodbye or acted",
    ):
        assert said in page, said
    assert re.search(r'data-due="2026-03-02T10:15:00\+00:00"', page)
    assert GOODBYE not in page, "collapsed until somebody asks for it"
    assert all(" ".join(starter.text.split()) in page for starter in starters_for("D"))


def test_an_ordinary_card_has_none_of_it(app: Flask, ana: Person, circle_id: str) -> None:
    doing.open_thread(ana.vault, circle_id, waits=True)
    page = take(Person(app, "moderator"))[2]
    assert "What the machine noticed" in page
    assert "Beginnings of a reply" not in page
    assert "No country was chosen" not in page


def test_words_to_the_moderators_raise_and_the_card_says_so(app: Flask, ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id, waits=True)
    ana.browser.post(f"/mine/{post.id}/write", data={"note": ACTIVE, "form_key": "k" * 20})
    page = take(Person(app, "moderator"))[2]
    assert "wrote to the moderators raised it" in page


@pytest.mark.parametrize("starter", starters_for("D"), ids=lambda one: one.id)
def test_no_beginning_goes_out_before_it_is_made_ones_own(
    app: Flask, ana: Person, circle_id: str, starter
) -> None:
    doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    for untouched in (starter.text, f"{starter.text} {WORDS}", re.sub(r" ?\[[^\]]*\]", "", starter.text)):
        answer = mo.browser.post(f"{path}/hold", data={**bound, "note": untouched})
        assert answer.status_code == 422
        assert "make the starter text your own" in unescape(answer.text)
    filled = re.sub(r"\[[^\]]*\]", "that the nights are the worst", starter.text)
    assert mo.browser.post(f"{path}/hold", data={**bound, "note": filled}).status_code == 303


def test_after_tier_d_the_desk_asks_for_a_debrief(app: Flask, ana: Person, circle_id: str) -> None:
    doing.open_thread(ana.vault, circle_id, body=GOODBYE, waits=True)
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    assert aftercare()["debrief"] not in mo.browser.get("/moderation").text
    mo.browser.post(f"{path}/hold", data={**bound, "note": WORDS})
    assert aftercare()["debrief"] in mo.browser.get("/moderation").text


# --- A worry raises, and nothing else does.


@pytest.mark.parametrize(
    ("reason", "words", "text", "tier"),
    [
        ("worried", "", "The dog is well.", None),
        ("worried", "I am sad about it.", "Everything is hopeless and I am worthless.", None),
        ("worried", "", ACTIVE, "C"),
        ("worried", GOODBYE, ACTIVE, "D"),
        ("worried", ACTIVE, GOODBYE, "D"),
        ("something-else", GOODBYE, GOODBYE, None),
        ("hurts-somebody", "", ACTIVE, None),
    ],
)
def test_what_a_report_raises_to(reason: str, words: str, text: str, tier: str | None) -> None:
    assert reports.tier_of(reason, words, text) == tier


def report(who: Person, post_id: str, reason: str = "worried", note: str = "") -> Review:
    answer = who.browser.post(f"/posts/{post_id}/report", data={"reason": reason, "note": note})
    assert answer.status_code == 303
    return desk.review_of(post_id, "report")


def test_a_worry_about_a_crisis_goes_to_the_care_lane(app: Flask, ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    review = report(Person(app), post.id, note=GOODBYE)
    assert (review.lane, review.tier, review.rank) == ("care", "D", 0)
    assert review.due_at == coarse(now()) + timedelta(minutes=15)
    page = take(Person(app, "moderator"))[2]
    assert "Somebody who read it is worried." in page


def test_a_worry_never_sends_the_author_anything(app: Flask, ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    before = ana.browser.get("/notices").text
    report(Person(app), post.id, note=GOODBYE)
    assert ana.browser.get("/notices").text == before
    assert 'id="help"' not in ana.browser.get(f"/mine/{post.id}").text


def test_a_later_mild_report_does_not_lower_it(app: Flask, ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    first = report(Person(app), post.id, note=GOODBYE)
    due = first.due_at
    second = report(Person(app), post.id, note="It may be nothing.")
    assert (second.id, second.lane, second.tier, second.due_at) == (first.id, "care", "D", due)


def test_other_reports_stay_where_they_were(app: Flask, ana: Person, circle_id: str) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    review = report(Person(app), post.id, "something-else", GOODBYE)
    assert review.lane == "reported"


def test_the_operator_hears_of_a_worry_in_time(app: Flask, ana: Person, circle_id: str, clock) -> None:
    post = doing.open_thread(ana.vault, circle_id)
    review = report(Person(app), post.id, note=ACTIVE)
    assert alerts.due(now()) == []
    clock.shift(timedelta(minutes=31))
    assert [(one.review_id, one.steps) for one in alerts.due(now())] == [(review.id, FIRST_ALERT)]


# --- The bell.


def test_the_sound_is_the_one_that_is_made_here() -> None:
    assert bell.SOUND_FILE.read_bytes() == bell.sound()
    assert 0 < len(bell.sound()) < 10_000


def test_an_open_desk_is_told_how_many_wait_for_care(app: Flask, ana: Person, circle_id: str) -> None:
    mo = Person(app, "moderator")
    assert mo.browser.get("/moderation/bell").text == "0"
    assert "data-bell-sign hidden" in mo.browser.get("/moderation").text
    doing.open_thread(ana.vault, circle_id, body=ACTIVE, waits=True)
    doing.open_thread(ana.vault, circle_id, waits=True)
    assert mo.browser.get("/moderation/bell").text == "1"
    assert "data-bell-sign hidden" not in mo.browser.get("/moderation").text
    assert "<audio" not in mo.browser.get("/moderation").text, "heard by choice only"


def test_asking_the_bell_does_not_keep_a_session_alive(app: Flask, clock) -> None:
    mo = Person(app, "moderator")
    clock.shift(timedelta(minutes=20))
    assert "Set-Cookie" not in mo.browser.get("/moderation/bell").headers
    clock.shift(timedelta(minutes=11))
    assert mo.browser.get("/moderation/bell").status_code == 303


def test_one_of_ones_own_does_not_ring(app: Flask, circle_id: str) -> None:
    mo = Person(app, "moderator")
    doing.open_thread(mo.vault, circle_id, body=ACTIVE, waits=True)
    assert mo.browser.get("/moderation/bell").text == "0"


# --- What is forgotten.


def test_notes_about_a_crisis_go_after_14_days_and_talk_after_30(
    app: Flask, ana: Person, circle_id: str, clock
) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=ACTIVE, waits=True)
    for path, data in (("country", {"country": "gb"}), ("contact", {"contact": "welcome"})):
        ana.browser.post(f"/mine/{post.id}/{path}", data=data)
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/note", data={"desk_note": "Kim reads it again tonight."})
    mo.browser.post(f"{path}/hold", data={**bound, "note": WORDS})
    review = desk.review_of(post.id)
    desk.decide(Moderator(new_id()), review.id, "publish", words="")

    def kept(days: int) -> tuple[list[str], str | None, str | None]:
        clock.shift(timedelta(days=days))
        with writing():
            sweeps.forget_what_is_old(now())
        found = desk.review_of(post.id)
        sides = db.session.scalars(db.select(Message.side).order_by(Message.side)).all()
        return list(sides), found.contact, found.country

    assert kept(14) == (["desk", "staff"], "welcome", "gb")
    assert kept(1) == (["staff"], None, None)
    assert kept(16) == ([], None, None)


def test_an_open_care_review_forgets_nothing(app: Flask, ana: Person, circle_id: str, clock) -> None:
    post = doing.open_thread(ana.vault, circle_id, body=ACTIVE, waits=True)
    ana.browser.post(f"/mine/{post.id}/country", data={"country": "gb"})
    clock.shift(timedelta(days=20))
    with writing():
        sweeps.forget_what_is_old(now())
    assert desk.review_of(post.id).country == "gb"
