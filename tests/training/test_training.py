"""From the first module to the badge beside a name, by the pages alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from forum.circles.models import Circle, PublishedPost, PublishedThread, Review, Revision
from forum.members import pseudonyms, sanctions
from forum.members.models import Member, Pseudonym
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import is_id, new_id
from forum.training import badges, queries, reading, rules
from forum.training.models import Badge
from forum.training.modules import module, modules
from forum.training.places import CIRCLE_ID
from forum.training.tasks import forget_ended_badges, tell_of_ending_badges
from tests.people import Person
from tests.training.steps import (
    BADGE,
    BODY,
    again,
    decide,
    named,
    right_of,
    supporter,
    tell,
    thread_by,
    train,
)


@pytest.fixture
def ana(app: Flask) -> Person:
    return Person(app)


@pytest.mark.parametrize("module_id", [one.id for one in modules()])
def test_every_answer_of_a_module_gets_its_feedback(ana, module_id):
    path = f"/training/{module_id}"
    for place, scenario in enumerate(module(module_id).scenarios, 1):
        for at, answer in enumerate(scenario.answers):
            with writing():
                chosen = [at if place == one else None for one in (1, 2)]
                reading.choose(ana.vault, module(module_id), chosen, day_of(now()))
            page = ana.browser.get(path).text
            assert answer.feedback in page
            assert ("This fits" in page) is answer.right
            assert ("Look at it once more" in page) is not answer.right


def test_a_module_is_done_when_both_answers_fit_and_stays_done(ana):
    right = right_of("hope")
    fits = {"scenario-1": str(right[0]), "scenario-2": str(right[1])}
    for typed, done in (
        ({}, False),
        ({"scenario-1": fits["scenario-1"]}, False),
        ({"scenario-1": "9", "scenario-2": "x"}, False),
        ({**fits, "scenario-2": str((right[1] + 1) % 3)}, False),
        (fits, True),
        ({**fits, "scenario-2": str((right[1] + 1) % 3)}, True),
    ):
        answer = ana.browser.post("/training/hope", data=typed)
        assert answer.status_code == 303
        assert (">Done<" in ana.browser.get("/training/hope").text) is done
        assert (">Done<" in ana.browser.get("/training").text) is done


def test_the_overview_takes_few_statements(ana, count_statements):
    with count_statements() as ran:
        assert ana.browser.get("/training").status_code == 200
    fresh = len(ran)
    train(ana)
    with count_statements() as ran:
        assert ana.browser.get("/training").text.count(">Done<") == 12
    assert not ran.writes
    assert len(ran) == fresh <= 6


def test_no_story_without_every_module(ana):
    named(ana, "Quiet Heron")
    train(ana, leave_out="crisis")
    assert 'action="/training/story"' not in ana.browser.get("/training").text
    refused = tell(ana)
    assert refused.status_code == 409
    assert "A few modules come first" in refused.text
    assert db.session.get(Circle, CIRCLE_ID) is None
    train(ana)
    assert tell(ana).status_code == 303


def test_no_story_under_a_name_that_nobody_knows(ana):
    train(ana)
    assert "You have not written under one yet" in ana.browser.get("/training").text
    refused = tell(ana, "Brand New")
    assert refused.status_code == 409
    assert db.session.scalar(db.select(db.func.count()).select_from(Pseudonym)) == 0


@pytest.mark.parametrize(("body", "status"), [("", 422), ("x" * 8001, 422), ("a\x07b", 422)])
def test_a_story_that_cannot_be_taken_comes_back(ana, body, status):
    named(ana, "Quiet Heron")
    train(ana)
    answer = tell(ana, body=body)
    assert answer.status_code == status
    assert 'action="/training/story"' in answer.text


def test_a_story_passes_the_one_way_and_stands_on_no_page(app, ana, client):
    heron = named(ana, "Quiet Heron")
    named(ana, "Kind Sycamore")
    train(ana)
    first = tell(ana, key=(key := new_id()))
    assert tell(ana, key=key).location == tell(ana).location == first.location, "one story at a time"
    waiting = ana.browser.get(first.location).text
    assert "Received. It waits for a person" in waiting
    assert 'class="steps"' not in waiting, "it is not on its way to be published"

    seen = decide(Person(app, "moderator"), "publish")
    assert BODY in seen
    assert "Only moderators ever read it" in seen
    assert ana.member_id not in seen
    accepted = ana.browser.get(first.location).text
    assert "A moderator read it and accepted it" in accepted
    assert "Only moderators can read it" in accepted
    assert "Others can read it" not in accepted
    assert "/t/" not in accepted
    assert "Accepted" in ana.browser.get("/mine").text
    assert "and accepted it" in ana.browser.get("/notices").text
    assert "Your text is published." not in ana.browser.get("/notices").text

    for table in (PublishedPost, PublishedThread):
        assert db.session.scalars(db.select(table)).all() == [], "it rests sealed"
    assert BODY.encode() not in (current_settings().data_dir / "forum.sqlite3").read_bytes()
    thread = db.session.scalar(db.select(Review.thread_id))
    for reader in (client, ana.browser, Person(app).browser, Person(app, "lead").browser):
        for path in (f"/c/{CIRCLE_ID}", f"/c/{CIRCLE_ID}/new", f"/t/{thread}"):
            assert reader.get(path).status_code in (303, 404), path
        found = reader.post("/search", data={"query": "bench behind the kitchen"})
        assert found.status_code == 200
        for page in (
            found.text.replace("bench behind the kitchen", ""),
            *(
                reader.get(path, follow_redirects=True).text
                for path in ("/", "/celebrations", "/training/desk")
            ),
        ):
            assert "Nine years" not in page
            assert CIRCLE_ID not in page
    assert is_id(CIRCLE_ID)
    assert db.session.scalars(db.select(Badge.pseudonym_id)).all() == [heron]


def test_the_badge_stands_beside_that_name_only(app, client):
    ana = supporter(app)
    ring = {own.name: own.id for own in pseudonyms.ring(ana.vault)}
    known, other = thread_by(ring["Quiet Heron"]), thread_by(named(ana, "Kind Sycamore"))
    for reader in (client, ana.browser):
        assert reader.get(f"/t/{known}").text.count(BADGE) == 1
        assert BADGE not in reader.get(f"/t/{other}").text
    page = ana.browser.get("/training").text
    assert "beside Quiet Heron, until " in page


def test_no_row_leads_from_a_badge_to_a_member(app):
    supporter(app)
    badge = db.session.scalars(db.select(Badge)).one()
    columns = {column.name for column in Badge.__table__.columns}
    assert columns == {"pseudonym_id", "until", "told"}
    assert badge.until == rules.ends_on(day_of(now()))
    members = [value for row in db.session.execute(db.select(Member.__table__)) for value in row]
    assert badge.pseudonym_id not in members


def test_a_returned_story_gives_no_badge_and_can_be_told_again(clock, app):
    ana = Person(app)
    named(ana, "Quiet Heron")
    train(ana)
    path = tell(ana).location
    reason = "Please tell us a little about how you look after yourself these days."
    decide(Person(app, "moderator"), "return", reason="return-details", note=reason)
    clock.shift(301)
    assert reason in ana.browser.get(path).text
    assert "See where it stands" in ana.browser.get("/training").text
    form = ana.browser.get(f"{path}/edit").text
    key = re.search(r'name="form_key" value="([^"]+)"', form).group(1)
    typed = {"title": "A story of my own", "body": BODY + " I sleep now.", "form_key": key}
    assert ana.browser.post(f"{path}/edit", data=typed).status_code == 303
    assert db.session.scalars(db.select(Badge)).all() == []
    decide(Person(app, "moderator"), "publish")
    assert len(db.session.scalars(db.select(Badge)).all()) == 1


def test_an_undone_acceptance_takes_the_badge_from_kept_pages_too(app, client):
    ana = supporter(app)
    thread = thread_by(pseudonyms.ring(ana.vault)[0].id)
    assert BADGE in client.get(f"/t/{thread}").text
    decision = db.session.scalar(db.select(Review.decision_id))
    mo = Person(app, "moderator")
    assert mo.browser.post(f"/moderation/decisions/{decision}/undo").status_code == 303
    assert BADGE not in client.get(f"/t/{thread}").text
    assert ana.browser.get("/training/desk").status_code == 303


def test_a_badge_can_be_put_away_and_another_name_chosen(app, client):
    ana = supporter(app)
    thread = thread_by(pseudonyms.ring(ana.vault)[0].id)
    assert BADGE in client.get(f"/t/{thread}").text
    assert ana.browser.post("/training/badge/put-away").status_code == 303
    assert BADGE not in client.get(f"/t/{thread}").text
    assert ana.browser.post("/training/badge/put-away").status_code == 409
    named(ana, "Kind Sycamore")
    assert tell(ana, "Kind Sycamore").status_code == 303


def test_a_changed_story_does_not_lengthen_the_badge(clock, app):
    ana = supporter(app)
    until = db.session.scalar(db.select(Badge.until))
    story = queries.own_story([own.id for own in pseudonyms.ring(ana.vault)])
    clock.shift(120 * 86_400)
    later, path = again(ana), f"/mine/{story.post_id}"
    typed = {"title": "A story of my own", "body": BODY + " Still.", "form_key": new_id()}
    assert later.browser.post(f"{path}/edit", data=typed).status_code == 303
    decide(Person(app, "moderator"), "publish")
    assert db.session.scalars(db.select(Badge.until)).all() == [until]
    states = db.session.scalars(db.select(Revision.state).order_by(Revision.state)).all()
    assert states == ["published", "superseded"], "the newer one took the place of the older"


def test_a_badge_ends_with_its_quarter_and_pages_show_it(clock, app, client):
    ana = supporter(app)
    thread = thread_by(pseudonyms.ring(ana.vault)[0].id)
    until = db.session.scalar(db.select(Badge.until))
    clock.move_to(until.strftime("%Y-%m-%dT12:00:00+00:00"))
    assert BADGE in client.get(f"/t/{thread}").text
    clock.shift(86_400)
    assert again(ana).browser.get("/training/desk").status_code == 303, "ended even before the sweep"
    forget_ended_badges()
    assert BADGE not in client.get(f"/t/{thread}").text
    assert db.session.scalars(db.select(Badge)).all() == []


def test_the_end_of_a_badge_is_told_once_a_month_before(clock, app):
    ana = supporter(app)
    until = db.session.scalar(db.select(Badge.until))
    said = "Your badge ends with this quarter."
    clock.move_to((until - timedelta(days=rules.NOTICE_DAYS + 1)).strftime("%Y-%m-%dT12:00:00+00:00"))
    tell_of_ending_badges()
    assert said not in again(ana).browser.get("/notices").text
    clock.shift(86_400)
    for _ in range(2):
        tell_of_ending_badges()
    page = again(ana).browser.get("/notices").text
    assert page.count(said) == 1
    assert 'href="/training"' in page
    with writing():
        badges.give(pseudonyms.ring(ana.vault)[0].id, rules.ends_on(until))
        assert badges.tell_of_ending(until) == 0, "a renewed one lasts"
    assert db.session.scalars(db.select(Badge.told)).all() == [False], "and its next end is told again"


def test_renewing_takes_three_modules_in_the_final_quarter(clock, app):
    ana = supporter(app)
    until = db.session.scalar(db.select(Badge.until))
    refused = ana.browser.post("/training/badge/renew")
    assert refused.status_code == 409
    assert "final three months" in refused.text
    clock.move_to(until.strftime("%Y-%m-%dT12:00:00+00:00"))
    later = again(ana)
    assert "read these three once more" in later.browser.get("/training").text
    assert "A few modules come first" in later.browser.post("/training/badge/renew").text
    for module_id in rules.RENEWED:
        places = enumerate(right_of(module_id), 1)
        later.browser.post(f"/training/{module_id}", data={f"scenario-{at}": str(one) for at, one in places})
    assert later.browser.post("/training/badge/renew").status_code == 303
    assert db.session.scalars(db.select(Badge.until)).all() == [rules.ends_on(until)]


def test_nobody_renews_while_suspended_or_without_a_badge(clock, app):
    assert Person(app).browser.post("/training/badge/renew").status_code == 409
    ana = supporter(app)
    clock.move_to(db.session.scalar(db.select(Badge.until)).strftime("%Y-%m-%dT12:00:00+00:00"))
    train(ana)
    with writing():
        sanctions.give(named_again(ana), "suspension", day_of(now()) + timedelta(days=3))
    assert "Writing is paused for you" in again(ana).browser.post("/training/badge/renew").text


def named_again(person: Person) -> str:
    return pseudonyms.choose(person.vault, "", "Another Name").pseudonym_id


def test_a_suspended_member_tells_no_story(ana):
    heron = named(ana, "Quiet Heron")
    train(ana)
    with writing():
        sanctions.give(heron, "suspension", day_of(now()) + timedelta(days=3))
    refused = tell(ana)
    assert refused.status_code == 409
    assert BODY in refused.text


def test_the_way_to_the_badge_leaves_nothing_but_the_vault(ana):
    def grown() -> dict[str, int]:
        return {
            table.name: db.session.execute(db.select(db.func.count()).select_from(table)).scalar_one()
            for table in db.metadatas[None].sorted_tables
        }

    before = grown()
    for one in modules():
        ana.browser.get(f"/training/{one.id}")
    train(ana)
    assert {name for name, many in grown().items() if many != before[name]} == {"vault"}
    assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 0


def test_unknown_modules_are_not_there(ana):
    assert ana.browser.get("/training/nothing").status_code == 404
    assert ana.browser.post("/training/nothing").status_code == 404
    assert badges.of([], day_of(now())) == {}
