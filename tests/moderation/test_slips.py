"""Where a tired hand could do harm: a wrong key, a text not read, an open gap, the wrong one undone."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.circles import actions as life
from forum.circles.models import Circle
from forum.content import reasons
from forum.moderation.rules import gaps_of, problems_of
from forum.moderation.views.deciding import READ_FIRST
from forum.storage.clock import now
from forum.storage.database import db, writing
from tests.moderation import desk
from tests.moderation.test_pages import GOODBYE, WORDS, take
from tests.people import Person


def test_a_softened_text_is_read_before_it_is_published(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, page = take(mo)
    assert f"{path}/publish" not in page
    assert GOODBYE not in page and "tonight" not in page, "a softened text is not in the page at all"
    assert "Reveal the text to publish, return or decline it." in page
    answer = mo.browser.post(f"{path}/publish", data=bound)
    assert answer.status_code == 422
    assert GOODBYE not in answer.text, "a refusal reveals nothing"
    revealed = mo.browser.get(f"{path}?reveal=1").text
    assert f"{path}/publish" in revealed
    assert '<input type="hidden" name="revealed" value="yes">' in revealed
    first = mo.browser.post(f"{path}/publish", data={**bound, "revealed": "yes"})
    assert "finish alone" in first.text, "read, and then a second person is wanted"
    read = {"revision_hash": bound["revision_hash"], "version": str(desk.review_of(post_id).version)}
    alone = mo.browser.post(f"{path}/publish", data={**read, "alone": "yes"})
    assert alone.status_code == 422, "nor is it finished alone unread"
    sent = {**read, "alone": "yes", "revealed": "yes"}
    assert mo.browser.post(f"{path}/publish", data=sent).status_code == 303
    assert desk.review_of(post_id).decision_id
    assert "publish" in READ_FIRST


def test_what_was_typed_over_a_softened_text_is_kept_and_the_text_stays_softened(app: Flask) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    answer = mo.browser.post(f"{path}/hold", data={**bound, "note": "Too short."})
    assert answer.status_code == 422
    assert "Too short." in answer.text
    assert GOODBYE not in answer.text


@pytest.mark.parametrize(
    ("act", "reason"), [("decline", "return-details"), ("return", "decline-hostile"), ("return", "hide-hurt")]
)
def test_a_reason_for_another_decision_is_not_taken(app: Flask, act: str, reason: str) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    answer = mo.browser.post(f"{path}/{act}", data={**bound, "reason": reason, "note": WORDS})
    assert answer.status_code == 422
    assert "belongs to another decision" in answer.text
    assert desk.text_of(post_id).state == "waiting"


def test_a_starter_with_an_open_gap_is_not_sent(app: Flask) -> None:
    post_id = desk.Author().opens(desk.a_circle())
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    starter = next(one.template for one in reasons() if one.id == "return-details")
    note = starter.replace("[passage]", "the name of the ward")
    sent = {**bound, "reason": "return-details", "note": note}
    answer = mo.browser.post(f"{path}/return", data=sent)
    assert answer.status_code == 422
    assert "still has a gap" in answer.text
    for gap in gaps_of([starter]):
        note = note.replace(gap, "I was glad to read the part about the garden.")
    assert mo.browser.post(f"{path}/return", data={**sent, "note": note}).status_code == 303
    assert desk.text_of(post_id).state == "returned"


def test_every_gap_of_every_starter_is_found() -> None:
    for one in reasons():
        gaps = gaps_of([one.template])
        assert gaps
        for gap in gaps:
            words = f"I have read it. {gap}"
            codes = [p.code for p in problems_of(one.uses[0], one.id, words, one.template, [one.id], gaps)]
            assert codes == ["fill the gaps"]
    assert gaps_of(["see [the page](https://kindred.example)"]) == frozenset()


def test_what_can_be_undone_is_told_apart_and_a_heavy_one_is_not_quoted(app: Flask) -> None:
    circle = desk.a_circle()
    one, two = desk.Author(), desk.Author()
    one.opens(circle, "A long week.", "The stairs again")
    two.opens(circle, GOODBYE, "Nothing left")
    desk.screen_all()
    mo = Person(app, "moderator")
    path, bound, _page = take(mo)
    mo.browser.post(f"{path}/hold", data={**bound, "note": WORDS})
    path, bound, _page = take(mo)
    sent = {**bound, "reason": "return-details", "note": WORDS}
    assert mo.browser.post(f"{path}/return", data=sent).status_code == 303
    page = mo.browser.get("/moderation").text
    assert f"{one.name}: The stairs again" in page
    assert two.name in page
    assert "Nothing left" not in page
    assert "the author reads it from" in page
    assert f'href="{path}"' in page


def test_nobody_gathers_heavy_texts_that_others_could_read(app: Flask) -> None:
    circle = desk.a_circle()
    for _ in range(4):
        desk.Author().opens(circle, GOODBYE)
    desk.Author().opens(circle)
    mo = Person(app, "moderator")
    for _ in range(3):
        path, _bound, _page = take(mo)
    assert mo.browser.post("/moderation/next").location == "/moderation"
    assert "You hold three heavy ones already" in mo.browser.get("/moderation").text
    mo.browser.post(f"{path}/release")
    assert "/reviews/" in mo.browser.post("/moderation/next").location


def test_a_paused_circle_takes_replies_and_changes_and_no_new_thread(engine_app: Flask) -> None:
    ana, circle = desk.Author(), desk.a_circle()
    post_id = ana.opens(circle)
    desk.publish(post_id)
    waiting = ana.opens(circle)
    with writing():
        db.session.get_one(Circle, circle).paused = "We are few this week."
    with pytest.raises(life.NotTaken, match="paused"):
        desk.Author().opens(circle)
    reply = desk.Author().replies(post_id)
    assert desk.text_of(reply).state == "waiting"
    ana.edits(waiting, "Another version.")
    assert desk.text_of(waiting).state == "waiting"
    crisis = desk.Author().opens(circle, GOODBYE)
    assert desk.review_of(crisis).lane == "care"
    assert now()
