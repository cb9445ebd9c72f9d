"""What a tired moderator needs: no lost words, the last thing undone first, nothing heavy in a heap."""

from __future__ import annotations

import re

from flask import Flask

from forum.moderation.offering import Moderator
from forum.storage.database import db
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, WORDS, take
from tests.people import Person


def first_to_undo(mo: Person) -> str:
    """What `u` would take back."""
    page = mo.browser.get("/moderation").text
    just = page[page.index('id="recent-title"') :]
    return re.search(r'<a href="/moderation/reviews/[^"]+">([^<]+)</a>', just)[1]


def test_hiding_and_a_strike_are_the_first_to_undo(app: Flask) -> None:
    mo, circle = Person(app, "moderator"), desk.a_circle()
    post_id = desk.Author().opens(circle)
    desk.Author().opens(circle, "Another week.")
    desk.screen_all()
    for _text in range(2):
        path, bound, _page = take(mo)
        assert mo.browser.post(f"{path}/publish", data=bound).status_code == 303
    assert first_to_undo(mo) == "Published"
    sent = {"reason": "decline-hostile", "note": WORDS}
    assert mo.browser.post(f"{path}/strike", data=sent).status_code == 303
    assert first_to_undo(mo) == "Gave a strike"
    sent = {"reason": "hide-hurt", "note": WORDS, "revision_hash": desk.text_of(post_id).hash.hex()}
    assert mo.browser.post(f"/posts/{post_id}/hide", data=sent).status_code == 303
    assert first_to_undo(mo) == "Hidden"


def test_ten_short_ones_leave_out_who_is_under_care_and_heavy_distress(app: Flask) -> None:
    circle, ana, ben = desk.a_circle(), desk.Author(), desk.Author()
    crisis = ana.opens(circle, GOODBYE)
    ana.opens(circle, "The bread turned out well.")
    ben.opens(circle, "A calm walk by the river.")
    heavy = desk.Author().opens(circle, "A quiet day.")
    desk.screen_all()
    desk.review_of(heavy).tier = "A"
    db.session.commit()
    mo = Person(app, "moderator")
    mo.browser.post("/moderation/ten")
    page = mo.browser.get("/moderation/ten").text
    assert "A calm walk" in page
    assert "The bread" not in page
    assert "A quiet day" not in page
    desk.decide(Moderator(mo.staff_id), desk.review_of(crisis).id, "hold")
    mo.browser.post("/moderation/ten")
    assert "The bread" not in mo.browser.get("/moderation/ten").text, "talk goes on, so care goes on"
