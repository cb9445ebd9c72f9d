"""What stands around a text on its card: the thread it belongs to, bounded however long that is."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pytest
import time_machine
from flask import Flask

from forum.circles.models import PublishedPost
from forum.circles.rules import LEASE
from forum.circles.tasks import screen_next
from forum.moderation import queries
from forum.moderation.card import CONTEXT_LETTERS, SOFTENED_SCORE
from forum.moderation.reports import Concern, report
from forum.moderation.rules import Shown, shown_once
from forum.screening.findings import Care, Finding, Mark, Screened, Tier
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db, writing
from tests.moderation import desk
from tests.people import Person


def reported(post_id: str) -> str:
    """Somebody reports a text; the address of the card."""
    with writing():
        return f"/moderation/reviews/{report(post_id, Concern('says-how'), now(), None).id}"


def in_a_crowd() -> tuple[desk.Author, str, list[str]]:
    """A thread of two hundred replies: its writer, its opening, the ids of the replies."""
    ana = desk.Author()
    opening = ana.opens(desk.a_circle(), "How it began.")
    desk.publish(opening)
    return ana, opening, desk.crowd(opening, 200)


def test_a_reported_reply_stands_between_those_it_answered(app: Flask) -> None:
    _ana, opening, replies = in_a_crowd()
    mo = Person(app, "moderator")
    page = mo.browser.get(reported(replies[120])).text
    assert re.findall(r'<article class="[^"]+" id="p-([^"]+)"', page) == [opening, *replies[116:120]]
    link = re.search(r'href="(/t/[^"#]+)#p-([^"]+)">Its whole thread', page)
    assert link[2] == replies[120]
    assert f'id="p-{replies[120]}"' in mo.browser.get(link[1].replace("&amp;", "&")).text


def test_a_waiting_reply_stands_after_the_last_ones(app: Flask) -> None:
    _ana, opening, replies = in_a_crowd()
    waiting = desk.Author().replies(opening)
    mo = Person(app, "moderator")
    page = mo.browser.get(f"/moderation/reviews/{desk.review_of(waiting).id}").text
    assert re.findall(r'<article class="[^"]+" id="p-([^"]+)"', page) == [opening, *replies[-4:]]
    link = re.search(r'href="(/t/[^"]+)">Its whole thread', page)[1]
    assert f'id="p-{replies[-1]}"' in mo.browser.get(link).text


def test_a_reported_opening_shows_what_came_last_and_links_to_itself(app: Flask) -> None:
    _ana, opening, replies = in_a_crowd()
    page = Person(app, "moderator").browser.get(reported(opening)).text
    assert re.findall(r'<article class="[^"]+" id="p-([^"]+)"', page) == replies[-queries.CONTEXT_POSTS :]
    assert f'#p-{opening}">Its whole thread' in page


def test_long_posts_around_a_text_are_shown_by_their_beginning(app: Flask) -> None:
    ana = desk.Author()
    opening = ana.opens(desk.a_circle(), "Once more, slowly. " * 300 + "The very end.")
    desk.publish(opening)
    waiting = desk.Author().replies(opening)
    page = Person(app, "moderator").browser.get(f"/moderation/reviews/{desk.review_of(waiting).id}").text
    around = page.split('id="context-title"')[1].split("</details>")[0]
    assert "The very end." not in around and "…" in around
    assert len(re.sub(r"<[^>]+>", "", around)) < CONTEXT_LETTERS + 300
    assert "The very end." in db.session.get_one(PublishedPost, opening).plain


def test_a_thread_that_moderators_do_not_read_is_not_linked(app: Flask) -> None:
    with writing():
        db.session.get_one(desk.Circle, circle := desk.a_circle()).audience = "invited"
    opening = desk.Author().opens(circle, "Told inside.")
    desk.publish(opening)
    waiting = desk.Author().replies(opening)
    mo = Person(app, "moderator")
    page = mo.browser.get(f"/moderation/reviews/{desk.review_of(waiting).id}").text
    assert "Told inside." in page and "Its whole thread" not in page


def test_a_review_is_kept_by_who_holds_it_and_by_nobody_else(
    app: Flask, clock: time_machine.Traveller
) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo, kim = Person(app, "moderator"), Person(app, "moderator")
    path = mo.browser.post("/moderation/next").location
    assert "Yours until" in mo.browser.get(path).text
    clock.shift(15 * 60)
    until = now() + LEASE
    assert mo.browser.post(f"{path}/keep").location == path
    kept = mo.browser.post(f"{path}/keep", data={"open": "yes"})
    assert (kept.status_code, kept.headers["X-Kept-Until"]) == (204, f"{until:%H:%M} UTC")
    assert kim.browser.get("/moderation").status_code == 200
    clock.shift(15 * 60)
    assert kim.browser.post(f"{path}/keep").status_code == 409, "it is still held"
    clock.shift(6 * 60)
    assert kim.browser.post(f"{path}/claim").status_code == 303
    assert mo.browser.post(f"{path}/keep").status_code == 409
    assert desk.review_of(post_id).claimed_by == kim.staff_id


FOOLS = "You are fools, all of you."


@pytest.mark.parametrize(
    ("aim", "score", "is_marked"), [("other", 0.93, True), ("other", 0.3, False), ("self", 0.93, False)]
)
def test_the_sentence_that_scored_high_is_marked_with_its_score(
    app: Flask, aim: str, score: float, is_marked: bool
) -> None:
    body = f"It rained. {FOOLS} Then it stopped."

    def machine(text: str) -> Screened:
        start = text.index(FOOLS)
        mark = Mark("insult", start, start + len(FOOLS), score)
        lane = "conduct" if is_marked else "routine"
        return Screened({"insult": score}, lane, (), Care(), aim, 1, "test", marks=(mark,))

    desk.Author().opens(desk.a_circle(), body)
    while screen_next(machine):
        pass
    mo = Person(app, "moderator")
    path = mo.browser.post("/moderation/next").location
    softened = mo.browser.get(path).text
    assert (FOOLS in softened) is (score < SOFTENED_SCORE)
    page = mo.browser.get(f"{path}?reveal=1").text
    assert (f"It rained. <mark>{FOOLS}</mark> Then it stopped." in page) is is_marked
    assert (f"insult {score:.2f}" in page) is is_marked


def found(kind: str, start: int, end: int, reason: str, tier: Tier | None = None) -> dict[str, Any]:
    """A finding as it is kept, of a rule that is named after its reason."""
    return asdict(Finding(f"rule {reason}", kind, tier, start, end, reason))


def test_findings_of_one_kind_are_shown_once() -> None:
    kept = [
        found("despair", 0, 10, "a", "B"),
        found("blame", 0, 10, "x"),
        found("despair", 6, 14, "b", "C"),
        found("despair", 14, 20, "a", "B"),
        found("despair", 30, 40, "c", "B"),
        found("despair", 50, 60, "a", "B"),
        found("despair", 50, 60, "a", "B"),
    ]
    assert shown_once(kept) == [
        Shown("despair", "C", ("rule a", "rule b"), ("a", "b"), ((0, 20), (50, 60))),
        Shown("blame", None, ("rule x",), ("x",), ((0, 10),)),
        Shown("despair", "B", ("rule c",), ("c",), ((30, 40),)),
    ]
    assert shown_once([]) == []
    bridge = [found("blame", 0, 4, "a"), found("blame", 8, 12, "b"), found("blame", 3, 9, "c")]
    assert shown_once(bridge) == [
        Shown("blame", None, ("rule a", "rule b", "rule c"), ("a", "b", "c"), ((0, 12),))
    ]


def test_a_card_says_a_reason_once_and_marks_each_passage(app: Flask) -> None:
    why = "It says that no day will be better."
    body = "No day is good. It rained. No day is good."
    kept = tuple(
        Finding("no-day", "despair", "A", start, start + 15, why)
        for start in (16, 16, 43)  # from the title on: "After the shift" and its line end are 16
    )
    post_id = desk.Author().opens(desk.a_circle(), body)
    while screen_next(lambda _text: Screened({}, "routine", (), Care("A", kept), "self", 1, "test")):
        pass
    mo = Person(app, "moderator")
    page = mo.browser.get(f"/moderation/reviews/{desk.review_of(post_id).id}").text
    assert page.count(why) == 1
    assert "<mark>No day is good.</mark> It rained. <mark>No day is good.</mark>" in page
    stored = db.session.get_one(Screening, desk.review_of(post_id).revision_id).findings
    assert len(stored) == 3, "what is kept stays as it is"
