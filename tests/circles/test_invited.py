"""Circles by invitation: shared codes that know nobody, membership in the vault, posts that expire."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from forum.circles import expiry, invitations, upkeep
from forum.circles.models import Circle, CircleCode, PublishedPost, Review, Revision, Thread
from forum.circles.views import words
from forum.moderation import log
from forum.moderation.models import StagedEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from tests import doing, factories
from tests.people import Person


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle("Night staff", audience="invited").id


def code_for(lead: Person, circle_id: str) -> str:
    page = lead.browser.post(f"/moderation/circles/{circle_id}/code").text
    return re.search(r'<strong class="as-sent">([^<]+)</strong>', page).group(1)


def test_a_code_opens_a_circle_and_the_vault_alone_knows(app, client, circle_id):
    ana, ben, lead = Person(app), Person(app), Person(app, "lead")
    code = code_for(lead, circle_id)
    assert ana.browser.get(f"/c/{circle_id}").status_code == 404
    tables = [table for table in db.metadata.sorted_tables if table.name not in ("vault", "circle_code")]
    before = {table.name: db.session.execute(select(table)).all() for table in tables}
    sent = ana.browser.post("/invited", data={"code": f" {code.upper()} "})
    assert sent.location == f"/c/{circle_id}"
    assert {table.name: db.session.execute(select(table)).all() for table in tables} == before
    assert db.session.scalars(select(CircleCode.uses)).all() == [1]
    assert "Night staff" in ana.browser.get("/").text
    assert ana.browser.get(f"/c/{circle_id}").status_code == 200
    ana.browser.post("/invited", data={"code": code})
    assert db.session.scalars(select(CircleCode.uses)).all() == [1], "coming again is not counted"
    for other in (ben.browser, client):
        assert "Night staff" not in other.get("/").text
        assert other.get(f"/c/{circle_id}").status_code == 404
    ana.browser.post(f"/c/{circle_id}/leave")
    assert ana.browser.get(f"/c/{circle_id}").status_code == 404


def test_a_thread_of_an_invited_circle_is_closed_to_others(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    with writing():
        code = invitations.new_code(circle_id, day_of(now()))
        invitations.enter(ana.vault, code, day_of(now()))
    post = doing.open_thread(ana.vault, circle_id)
    assert ana.browser.get(f"/t/{post.thread_id}").status_code == 200
    for path in (f"/t/{post.thread_id}", f"/c/{circle_id}/feed"):
        assert ben.browser.get(path).status_code == client.get(path).status_code == 404
    assert ben.browser.post(f"/posts/{post.id}/react", data={"word": "me too"}).status_code == 404


def test_codes_change_and_end(app, circle_id, clock):
    ana, lead = Person(app), Person(app, "lead")
    old = code_for(lead, circle_id)
    fresh = code_for(lead, circle_id)
    assert old != fresh
    clock.shift(timedelta(days=invitations.OVERLAP_DAYS))
    with writing():
        assert invitations.enter(ana.vault, old, day_of(now())) == circle_id
    clock.shift(timedelta(days=1))
    with pytest.raises(invitations.NoSuchCode), writing():
        invitations.enter(ana.vault, old, day_of(now()))
    clock.shift(timedelta(days=invitations.CODE_DAYS))
    upkeep.forget_old_codes()
    assert db.session.scalars(select(CircleCode)).all() == []


def test_a_wrong_code_says_so_and_only_leads_make_codes(app, circle_id):
    ana, moderator = Person(app), Person(app, "moderator")
    answer = ana.browser.post("/invited", data={"code": "nothing"})
    assert answer.status_code == 422
    assert "opens nothing" in answer.text
    assert moderator.browser.post(f"/moderation/circles/{circle_id}/code").status_code == 404
    with writing():
        public = factories.circle("Public").id
    assert Person(app, "lead").browser.post(f"/moderation/circles/{public}/code").status_code == 404


def test_no_column_leads_from_a_code_to_somebody(app):
    columns = {column["name"] for column in inspect(db.engine).get_columns("circle_code")}
    assert columns == {"code_hash", "circle_id", "uses", "until"}


def test_a_lead_says_for_how_long_posts_stay_and_members_read_it_everywhere(app, circle_id):
    lead, ana = Person(app, "lead"), Person(app)
    code = code_for(lead, circle_id)
    with writing():
        invitations.enter(ana.vault, code, day_of(now()))
    path = f"/moderation/circles/{circle_id}/days"

    def stays() -> int | None:
        return db.session.get_one(Circle, circle_id, populate_existing=True).keep_days

    for days, kept in (("", None), ("60", 60), ("90", 90), ("31", 90), ("", None), ("60", 60)):
        assert lead.browser.post(path, data={"days": days}).status_code == 303
        assert stays() == kept
    told = "Posts stay here for 60 days, then they go for good."
    opening = doing.open_thread(ana.vault, circle_id)
    assert ana.browser.get(f"/c/{circle_id}").text.count(told) == 2, "on the page and in its rules"
    for page in (f"/c/{circle_id}/new", f"/t/{opening.thread_id}"):
        assert told in ana.browser.get(page).text
    for days, kept in (("90", 60), ("", 60), ("30", 30)):
        page = lead.browser.post(path, data={"days": days}, follow_redirects=True).text
        assert stays() == kept, "who wrote was told a number"
    assert "The circle and its forms say so now." in page
    assert log.verify(current_settings().anchor_file) is None
    assert db.session.query(StagedEntry).filter_by(act="keep for days").count() == 6


def test_only_leads_say_it_and_only_for_circles_by_invitation(app, circle_id):
    moderator, lead = Person(app, "moderator"), Person(app, "lead")
    days = {"days": "30"}
    assert moderator.browser.post(f"/moderation/circles/{circle_id}/days", data=days).status_code == 404
    with writing():
        public = factories.circle("Public").id
    for other in (public, "A" * 22, "x"):
        assert lead.browser.post(f"/moderation/circles/{other}/days", data=days).status_code == 404


def test_posts_go_after_their_days_and_their_texts_a_day_later(app, client, circle_id, clock):
    with writing():
        circle = factories.circle("Short")
        db.session.get_one(Circle, circle.id).keep_days = 7
        lasting = factories.circle("Lasting").id
    ana = Person(app)
    short = doing.open_thread(ana.vault, circle.id, title="Goes")
    doing.open_thread(ana.vault, lasting, title="Stays")
    reported = doing.open_thread(ana.vault, circle.id, title="Reported")
    with writing():
        revision = db.session.scalars(select(Revision).where(Revision.post_id == reported.id)).one()
        row = factories.review(revision, reported, db.session.get_one(Thread, reported.thread_id))
        row.kind = "report"
    clock.shift(timedelta(days=7))
    upkeep.end_old_posts()
    assert db.session.query(PublishedPost).count() == 3
    clock.shift(timedelta(days=1))
    upkeep.end_old_posts()
    assert client.get(f"/t/{short.thread_id}").status_code == 404
    assert client.get(f"/t/{reported.thread_id}").status_code == 200
    with app.test_request_context():
        assert words.heading("removed", "clock") == "Its time was over"
    ended = db.session.scalars(select(Revision).where(Revision.post_id == short.id)).one()
    assert (ended.state, ended.removed_by) == ("removed", "clock")
    assert ended.until == day_of(now()) + timedelta(days=2)
    with writing():
        assert expiry.end_old_posts(day_of(now())) == 0
    assert db.session.query(Review).count() >= 3
