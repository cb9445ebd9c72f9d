"""Strategy cards: through both keys, with lineage, tried, saved, credited, put into replies."""

from __future__ import annotations

import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forum.circles import tending
from forum.circles.content import hash_of
from forum.circles.models import PublishedPost, PublishedThread, Review, Revision, Thread
from forum.circles.publishing import take_down
from forum.content import report_reasons
from forum.coping import queries
from forum.coping.actions import Origin
from forum.coping.models import Card, PublishedCard
from forum.coping.rules import PARTS, Parts, compose, first_part, shown_counts, split
from forum.members.vault import OpenVault
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.people import Person

TEXT = st.text(alphabet=st.sampled_from("ab \n\r#\\*Whenot frI"), max_size=40)
HEADED = st.sampled_from(["## When", "\\## When", "## What I do ", "\\\\## Not for", "x\n## How it went"])


@given(st.tuples(*[st.one_of(TEXT, HEADED) for _ in PARTS]))
def test_the_parts_of_a_card_come_back_as_they_were_typed(typed):
    parts = Parts(*typed)
    plain = [text.replace("\r\n", "\n").replace("\r", "\n").strip() for text in typed]
    assert split(compose(parts)) == Parts(*plain)


def test_a_text_without_headings_is_kept_whole():
    assert split("Just words.") == Parts(what="Just words.")
    assert first_part("Just words.") == "Just words."
    assert first_part("When\nAt night.\nWhat I do\nI walk.") == "At night."


def test_counts_are_shown_from_five_people_on():
    assert shown_counts({"helped": 3, "mixed": 1}) is None
    assert shown_counts({"helped": 4, "mixed": 1}) == {"helped": 4, "mixed": 1, "not for me": 0}


@pytest.fixture
def vault(app) -> OpenVault:
    return OpenVault(secrets.token_bytes(32))


def form_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrf_token"}


FIELDS = {
    "title": "Feet, chair, wall",
    "when": "My heart races at my desk.",
    "what": "I press my feet down.",
    "how": "The meeting did not get nicer.",
    "not_for": "Not when I ought to leave the room.",
    "tags": "exhaustion",
    "pseudonym": "Quiet Heron",
}


def test_a_card_is_written_on_a_page_and_appears_only_after_both_keys(app, client):
    ana = Person(app)
    page = ana.browser.get("/library/new").text
    sent = ana.browser.post("/library/new", data={**form_of(page), **FIELDS})
    assert sent.status_code == 303, sent.text
    post_id = sent.location.rsplit("/", 1)[1]
    card_id = db.session.scalar(select(Card.card_id))
    assert "Feet, chair" not in client.get("/library").text
    assert client.get(f"/library/{card_id}").status_code == 404
    assert client.post("/search", data={"query": "feet"}).text.count("Feet, chair") == 0
    assert "A card in the library" in ana.browser.get(f"/mine/{post_id}").text
    doing.publish(post_id)
    listed = client.get("/library").text
    assert "Feet, chair, wall" in listed
    assert "My heart races at my desk." in listed
    assert "by Quiet Heron" in (shown := client.get(f"/library/{card_id}").text)
    assert "Not when I ought to leave the room." in shown
    assert "Feet, chair" in client.post("/search", data={"query": "press feet"}).text
    assert client.get(f"/t/{card_id}").location == f"/library/{card_id}"
    assert "Feet, chair" not in client.get("/").text


def test_a_newer_version_waits_beside_the_published_one(app, client):
    ana = Person(app)
    post = doing.card(ana.vault, "Quiet Heron")
    assert ana.browser.get(f"/mine/{post.id}/edit").location == f"/library/edit/{post.id}"
    page = ana.browser.get(f"/library/edit/{post.id}").text
    assert "I sit on the stair." in page
    fields = {**FIELDS, **form_of(page), "what": "I sit on the bottom stair."}
    assert ana.browser.post(f"/library/edit/{post.id}", data=fields).status_code == 303
    assert "bottom stair" not in client.get(f"/library/{post.thread_id}").text
    doing.publish(post.id)
    shown = client.get(f"/library/{post.thread_id}").text
    assert "bottom stair" in shown
    assert "version 2" in shown


def test_a_card_that_is_taken_down_is_gone_everywhere(app, client, vault):
    post = doing.card(vault)
    with writing():
        revision = db.session.scalars(select(Revision).where(Revision.post_id == post.id)).one()
        take_down(revision, "author", "remove", day_of(now()))
    assert client.get(f"/library/{post.thread_id}").status_code == 404
    assert db.session.scalars(select(PublishedCard)).all() == []
    assert index.find("stair", ["the-library-of-cards--"]) == []


def test_cards_point_to_what_they_were_built_on(app, client, vault):
    first = doing.card(vault)
    second = doing.card(vault, title="Five minutes of nothing", origin=Origin(first.thread_id))
    assert "Ten minutes of nothing" in client.get(f"/library/{second.thread_id}").text
    assert "Five minutes of nothing" in client.get(f"/library/{first.thread_id}").text
    with writing():
        revision = db.session.scalars(select(Revision).where(Revision.post_id == first.id)).one()
        take_down(revision, "author", "remove", day_of(now()))
    page = client.get(f"/library/{second.thread_id}").text
    assert "no longer here" in page
    assert "Ten minutes" not in page


def test_a_card_brings_two_cards_together_and_credits_both(app, client, vault):
    ana, ben = Person(app), Person(app)
    first = doing.card(vault)
    second = doing.card(ben.vault, "Kind Sycamore", title="Once round the block")
    ana.browser.post(f"/library/{second.thread_id}/save", data={"on": "yes"})
    page = ana.browser.get(f"/library/new?on={first.thread_id}").text
    assert "Look at its words again" in page
    offered = re.search(r'<select[^>]*id="also_on".*?</select>', page, re.DOTALL).group(0)
    assert second.thread_id in offered
    assert first.thread_id not in offered
    typed = {**form_of(page), **FIELDS, "also_on": second.thread_id}
    shown = ana.browser.post("/library/new", data={**typed, "preview": "yes"}).text
    assert shown.count("It builds on") == 2
    sent = ana.browser.post("/library/new", data=typed)
    assert sent.status_code == 303, sent.text
    assert "Feet, chair" not in client.get(f"/library/{first.thread_id}").text, "it passes both keys"
    doing.publish(sent.location.rsplit("/", 1)[1])
    child = db.session.scalar(select(Card.card_id).where(Card.also_on.is_not(None)))
    page = client.get(f"/library/{child}").text
    for parent, name in (("Ten minutes of nothing", "Copper Kettle"), ("Once round", "Kind Sycamore")):
        assert parent in page
        assert f"by {name}" in page
    for parent in (first, second):
        assert "Feet, chair, wall" in client.get(f"/library/{parent.thread_id}").text
    with writing():
        revision = db.session.scalars(select(Revision).where(Revision.post_id == second.id)).one()
        take_down(revision, "author", "remove", day_of(now()))
    page = client.get(f"/library/{child}").text
    assert "no longer here" in page
    assert "Ten minutes of nothing" in page
    assert "Once round" not in page


def test_one_card_twice_is_one_card_and_a_second_one_alone_is_the_first(app, client, vault):
    first = doing.card(vault).thread_id
    for origin in (Origin(first, None, first), Origin(None, None, first)):
        child = doing.card(vault, title="Five minutes of nothing", origin=origin).thread_id
        row = db.session.get_one(PublishedCard, child)
        assert (row.built_on, row.also_on) == (first, None)
        assert client.get(f"/library/{child}").text.count("Ten minutes of nothing") == 1


def test_nothing_can_be_built_on_a_card_that_cannot_be_read(app):
    ana = Person(app)
    waiting = doing.card(Person(app).vault, waits=True)
    page = ana.browser.get(f"/library/new?on={waiting.thread_id}").text
    assert form_of(page)["built_on"] == ""
    for field in ("built_on", "also_on"):
        fields = {**form_of(page), **FIELDS, field: waiting.thread_id}
        answer = ana.browser.post("/library/new", data=fields)
        assert answer.status_code == 409
        assert "I press my feet down." in answer.text


def test_how_it_went_counts_once_for_a_person_and_shows_from_five_on(app, client):
    card = doing.card(OpenVault(secrets.token_bytes(32))).thread_id
    people = [Person(app) for _ in range(5)]
    for person in people:
        for result in ("mixed", "helped"):
            assert person.browser.post(f"/library/{card}/tried", data={"result": result}).status_code == 303
        if person is people[3]:
            assert "Tried by" not in client.get(f"/library/{card}").text
    assert "Tried by 5: helped 5, mixed 0" in client.get(f"/library/{card}").text
    assert queries.tried([card]) == {card: {"helped": 5}}
    assert people[0].browser.post(f"/library/{card}/tried", data={"result": ""}).status_code == 303
    assert "Tried by" not in client.get("/library").text
    assert people[0].browser.post(f"/library/{card}/tried", data={"result": "great"}).status_code == 409


def test_a_saved_card_lies_in_the_vault_and_can_go_with_a_reply(app, client):
    with writing():
        circle = factories.circle()
    ana, ben = Person(app), Person(app)
    card = doing.card(ben.vault).thread_id
    opening = doing.open_thread(ben.vault, circle.id)
    assert "A card to go with it" not in ana.browser.get(f"/t/{opening.thread_id}").text
    ana.browser.post(f"/library/{card}/save", data={"on": "yes"})
    assert "Ten minutes of nothing" in ana.browser.get("/kept").text
    page = ana.browser.get(f"/t/{opening.thread_id}").text
    assert "A card to go with it" in page
    fields = {
        "mode": "support",
        "body": "This one did me good.",
        "pseudonym": "Kind Sycamore",
        "card": card,
        "form_key": form_of(page)["form_key"],
    }
    sent = ana.browser.post(f"/t/{opening.thread_id}", data=fields)
    doing.publish(sent.location.rsplit("/", 1)[1])
    assert f'/library/{card}"' in client.get(f"/t/{opening.thread_id}").text
    before = db.session.get_one(Thread, opening.thread_id).version
    with writing():
        shown = db.session.scalars(select(PublishedPost).where(PublishedPost.thread_id == card)).one()
        take_down(db.session.get_one(Revision, shown.revision_id), "author", "remove", day_of(now()))
    assert db.session.get_one(Thread, opening.thread_id).version > before, "a kept page would be stale"
    assert f'/library/{card}"' not in client.get(f"/t/{opening.thread_id}").text


def test_only_its_writer_makes_a_card_of_a_reply(app, vault):
    with writing():
        circle = factories.circle()
    ana, ben = Person(app), Person(app)
    opening = doing.open_thread(vault, circle.id, kind="challenge")
    answer = doing.reply(ana.vault, opening.thread_id, body="I walk home the long way.")
    assert f"/library/new?from={answer.id}" in ana.browser.get(f"/t/{opening.thread_id}").text
    assert f"/library/new?from={answer.id}" not in ben.browser.get(f"/t/{opening.thread_id}").text
    assert "the long way" in ana.browser.get(f"/library/new?from={answer.id}").text
    page = ben.browser.get(f"/library/new?from={answer.id}").text
    assert "the long way" not in page
    fields = {**form_of(page), **FIELDS, "grew_from": answer.id, "pseudonym": "Linen Otter"}
    assert ben.browser.post("/library/new", data=fields).status_code == 409


@pytest.mark.parametrize(("name", "points"), [("Kind Sycamore", True), ("Another Name", False)])
def test_a_thread_points_to_its_card_only_under_the_same_name(app, client, vault, name, points):
    with writing():
        circle = factories.circle()
    opening = doing.open_thread(vault, circle.id, kind="challenge")
    helper = OpenVault(secrets.token_bytes(32))
    answer = doing.reply(helper, opening.thread_id)
    with writing():
        tending.name_what_helped(vault, answer.id, day_of(now()), helped=True)
    card = doing.card(helper, name, origin=Origin(post_id=answer.id), waits=True)
    assert "It ended in a card" not in client.get(f"/t/{opening.thread_id}").text
    doing.publish(card.id)
    assert ("It ended in a card" in client.get(f"/t/{opening.thread_id}").text) is points
    assert ("After the night shift" in client.get(f"/library/{card.thread_id}").text) is points
    assert (db.session.get_one(Card, card.thread_id).led_from is not None) is points


def test_nobody_replies_to_a_card_as_if_it_were_a_thread(app, vault):
    card = doing.card(vault)
    thread = db.session.get_one(Thread, card.thread_id)
    assert thread.closed
    ana = Person(app)
    sent = ana.browser.post(f"/t/{card.thread_id}", data={"body": "Hello", "form_key": "k"})
    assert sent.location == f"/library/{card.thread_id}"


def test_the_library_needs_few_statements(app, client, vault, count_statements):
    for number in range(4):
        first = doing.card(vault, title=f"Card {number}")
    doing.card(vault, title="On it", origin=Origin(first.thread_id))
    ana = Person(app)
    for path, browser, most in (
        ("/library", client, 2),
        ("/library", ana.browser, 3),
        (f"/library/{first.thread_id}", client, 3),
        (f"/library/{first.thread_id}", ana.browser, 5),
    ):
        with count_statements() as ran:
            assert browser.get(path).status_code == 200
        assert not ran.writes
        assert len(ran) <= most, (path, list(ran))


def test_pages_of_cards_follow_each_other(app, client, vault, monkeypatch):
    monkeypatch.setattr(queries, "CARDS_A_PAGE", 3)
    for number in range(7):
        doing.card(vault, title=f"Card number {number}", tags=("sleep",) if number % 2 else ("grief",))
    seen, path = [], "/library"
    while path:
        page = client.get(path).text
        seen += re.findall(r"Card number (\d)", page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [str(number) for number in range(6, -1, -1)]
    assert re.findall(r"Card number (\d)", client.get("/library?tag=sleep").text) == ["5", "3", "1"]
    assert client.get("/library?tag=nothing").text.count("Card number") == 3


def test_still_pages_need_no_database(client, count_statements):
    with count_statements() as ran:
        assert "Myths and facts" in client.get("/myths").text
        assert 'href="/help"' in client.get("/other-help").text
        assert "http://localhost/" in client.get("/poster").text
        code = client.get("/poster/qr.png")
    assert code.data.startswith(b"\x89PNG")
    assert list(ran) == []


def test_the_preview_of_a_card_hints_and_blurs(app):
    ana = Person(app)
    page = ana.browser.get("/library/new").text
    fields = {**form_of(page), **FIELDS, "what": "I ring Anna Kowalska on +44 20 7946 0958."}
    shown = ana.browser.post("/library/new", data={**fields, "preview": "yes"}).text
    assert "Only you see this" in shown
    blurred = ana.browser.post("/library/new", data={**fields, "preview": "blur"}).text
    assert "7946 0958" not in blurred
    assert db.session.scalars(select(Card)).all() == []
    assert db.session.scalars(select(PublishedThread)).all() == []


def test_a_card_can_be_reported_like_any_text(app, client, vault):
    post = doing.card(vault)
    ana = Person(app)
    assert "I sit on the stair." in ana.browser.get(f"/posts/{post.id}/report").text
    assert client.get(f"/posts/{post.id}/report").status_code == 200
    reason = report_reasons()[0].id
    sent = ana.browser.post(f"/posts/{post.id}/report", data={"reason": reason})
    assert sent.status_code == 303
    assert ana.browser.get(sent.location).location == f"/library/{post.thread_id}"
    review = db.session.scalars(select(Review).where(Review.kind == "report")).one()
    assert review.post_id == post.id


def test_a_decision_about_a_reply_is_also_about_the_card_that_goes_with_it(app):
    assert hash_of("", "Words.", "Name", "", "c" * 22) != hash_of("", "Words.", "Name", "")
