"""Finishing alone what two people should decide, by the pages: a step of its own, with its own words."""

from __future__ import annotations

from html import unescape

from flask import Flask

from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, WORDS, take
from tests.people import Person

FINISH = "Nobody else is here: finish alone"
UNWRITTEN = "Nothing has been written to the author yet."


def test_one_press_publishes_no_tier_d_and_the_card_asks_in_its_own_words(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, page = take(mo)
    assert FINISH not in page
    answer = mo.browser.post(f"{path}/publish", data={**bound, "revealed": "yes", "alone": "yes"})
    page = unescape(answer.text)
    assert desk.text_of(post_id).state == "waiting"
    assert FINISH in page
    assert UNWRITTEN in page
    assert "marked as decided alone" in page
    assert 'data-key="p"' not in page, "the same key does not finish it"
    version = str(desk.review_of(post_id).version)
    again = {**bound, "version": version, "revealed": "yes"}
    assert mo.browser.post(f"{path}/publish", data=again).status_code == 422
    assert desk.text_of(post_id).state == "waiting"
    assert FINISH in mo.browser.get(f"{path}?reveal=1").text
    done = mo.browser.post(f"{path}/publish", data={**again, "alone": "yes"})
    assert done.status_code == 303
    assert desk.text_of(post_id).state == "published"
    assert "somebody else looks at it later" in mo.browser.get("/moderation").text


def test_declining_alone_keeps_the_words_through_the_second_step(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    sent = {**bound, "reason": "decline-hostile", "note": WORDS, "revealed": "yes"}
    page = unescape(mo.browser.post(f"{path}/decline", data=sent).text)
    assert WORDS in page
    assert FINISH in page
    sent |= {"version": str(desk.review_of(post_id).version), "alone": "yes"}
    assert mo.browser.post(f"{path}/decline", data=sent).status_code == 303
    assert desk.text_of(post_id).state == "declined"


def test_on_a_care_card_talking_comes_first_and_publishing_last(app: Flask) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    page = unescape(mo.browser.get(f"{path}?reveal=1").text)
    order = [page.index(f'formaction="{path}/{act}"') for act in ("hold", "return", "decline", "publish")]
    assert order == sorted(order)
    assert page.index('name="note"') < order[0]
    assert UNWRITTEN in page
    mo.browser.post(f"{path}/hold", data={**bound, "note": WORDS})
    assert UNWRITTEN not in unescape(mo.browser.get(f"{path}?reveal=1").text)


def test_an_ordinary_card_keeps_its_order(app: Flask) -> None:
    desk.Author().opens(desk.a_circle())
    desk.screen_all()
    path, _bound, page = take(Person(app, "moderator"))
    assert page.index(f"{path}/publish") < page.index(f"{path}/hold")
