"""Reports, hiding at once, and their outcomes."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask

from forum.circles import actions as life
from forum.circles.models import PublishedPost, PublishedThread
from forum.circles.rules import NotAllowed
from forum.members import pseudonyms
from forum.moderation import actions, claims, effects, interventions, reports, sweeps
from forum.moderation.actions import Moderator, OwnText, Stale
from forum.moderation.models import Report
from forum.moderation.reports import Concern
from forum.moderation.rules import Choice
from forum.notices import queries as notices
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.moderation import desk


@pytest.fixture
def post_id(app: Flask) -> str:
    """A published thread of Ana's."""
    found = desk.Author().opens(desk.a_circle())
    desk.publish(found)
    return found


def report(post_id: str, who: desk.Author | None, words: str = "It names my clinic.", tell: bool = False):
    name = pseudonyms.ring(who.vault)[0].id if who and tell else None
    with writing():
        return reports.report(
            post_id, Concern("who-somebody-is", words, name), now(), who.vault if who else None
        )


def somebody(post_id: str) -> desk.Author:
    """A member who has replied in the thread, so has a name."""
    ben = desk.Author()
    ben.replies(post_id)
    return ben


def told(who: desk.Author) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.kind, one.words) for one in notices.notices_of(life._names(who.vault), now())]


def test_one_person_reports_once_and_several_share_one_review(post_id: str) -> None:
    ben, eve = somebody(post_id), desk.Author()
    first = report(post_id, ben)
    with pytest.raises(reports.ReportedBefore):
        report(post_id, ben)
    assert report(post_id, eve).id == first.id
    assert report(post_id, None, "This is about me.").id == first.id
    assert (first.kind, first.lane, first.open) == ("report", "reported", True)
    said = reports.reports_of(first.id)
    assert sorted(one.words for one in said) == [
        "It names my clinic.",
        "It names my clinic.",
        "This is about me.",
    ]
    assert [one.by_visitor for one in said].count(True) == 1


def test_the_words_of_a_report_lie_sealed_and_nothing_says_who(post_id: str) -> None:
    ben = somebody(post_id)
    report(post_id, ben, tell=True)
    row = db.session.execute(db.select(Report.__table__)).one()
    own = {name.id.encode() for name in pseudonyms.ring(ben.vault)}
    for value in row:
        raw = value if isinstance(value, bytes) else str(value).encode()
        assert b"clinic" not in raw
        assert not any(name in raw for name in own)


def test_what_cannot_be_read_cannot_be_reported(app: Flask) -> None:
    waiting = desk.Author().opens(desk.a_circle())
    with pytest.raises(reports.NotThere):
        report(waiting, desk.Author())


@pytest.mark.parametrize(
    ("outcome", "said", "state"),
    [
        ("leave", "no change", "published"),
        ("annotate", "content note", "published"),
        ("remove", "removed", "removed"),
    ],
)
def test_the_reporter_is_told_the_outcome(post_id: str, outcome: str, said: str, state: str) -> None:
    ben = somebody(post_id)
    review = report(post_id, ben, tell=True)
    quiet = desk.Author()
    report(post_id, quiet)
    more = {"content_note": "note-loss"} if outcome == "annotate" else {}
    desk.decide(Moderator(new_id()), review.id, outcome, **more)
    assert ("report", said) in told(ben)
    assert told(quiet) == []
    assert desk.text_of(post_id).state == state
    assert not desk.review_of(post_id, "report").open
    if outcome == "annotate":
        assert db.session.get_one(PublishedPost, post_id).content_note == "note-loss"
        assert db.session.scalars(db.select(PublishedThread)).one().content_note == "note-loss"


def test_hiding_keeps_the_report_open_until_its_outcome(post_id: str) -> None:
    ben = somebody(post_id)
    review = report(post_id, ben, tell=True)
    desk.decide(Moderator(new_id()), review.id, "hide")
    assert desk.text_of(post_id).state == "hidden"
    assert desk.review_of(post_id, "report").open
    assert told(ben) == []
    me = Moderator(new_id())
    with pytest.raises(NotAllowed):
        desk.decide(me, review.id, "leave")
    desk.decide(me, review.id, "publish")
    assert told(ben) == [("report", "no change")]
    assert desk.text_of(post_id).state == "published"
    assert not desk.review_of(post_id, "report").open


def test_undoing_a_hide_closes_only_what_nobody_reported(post_id: str) -> None:
    me = Moderator(new_id())
    hidden = hide(me, post_id)
    with writing():
        actions.undo(me, hidden.id, now())
    assert not desk.review_of(post_id, "report").open
    review = report(post_id, desk.Author())
    again = desk.decide(me, review.id, "hide")
    with writing():
        actions.undo(me, again.id, now())
    fresh = desk.review_of(post_id, "report")
    assert (fresh.open, fresh.flags) == (True, [])


def hide(me: Moderator, post_id: str, seen: bytes | None = None):
    seen = seen or desk.text_of(post_id).hash
    with writing():
        return interventions.hide_at_once(me, post_id, seen, Choice("hide", "R3", desk.WORDS), now())


def test_one_moderator_hides_at_once_even_while_somebody_reads_the_report(post_id: str) -> None:
    review = report(post_id, desk.Author())
    desk.read(Moderator(new_id()), review.id)
    before = desk.seen(review.id)
    assert hide(Moderator(new_id()), post_id).review_id == review.id
    assert db.session.get(PublishedPost, post_id) is None
    fresh = desk.review_of(post_id, "report")
    assert (fresh.id, fresh.open, fresh.flags) == (review.id, True, ["hidden"])
    assert fresh.version > before.version


def test_hiding_binds_to_what_was_read(post_id: str) -> None:
    with pytest.raises(Stale):
        hide(Moderator(new_id()), post_id, b"another text".ljust(32, b"."))


def test_one_s_own_report_goes_to_somebody_else(post_id: str) -> None:
    ben = desk.Author()
    review = report(post_id, ben)
    me = Moderator(new_id(), reported=reports.reported_by(ben.vault))
    with writing():
        assert claims.take_next(me, [], now()) is None
    with pytest.raises(OwnText):
        desk.decide(me, review.id, "leave")


def test_an_open_report_stays_on_the_kept_text_and_blocks_a_newer_one(
    post_id: str, clock: time_machine.Traveller
) -> None:
    ana = desk.Author()
    own = ana.opens(desk.a_circle())
    desk.publish(own)
    review = report(own, desk.Author())
    ana.edits(own, "Newer words.")
    desk.screen_all()
    waiting = desk.review_of(own)
    with pytest.raises(effects.Blocked):
        desk.decide(Moderator(new_id()), waiting.id, "publish")
    with writing():
        life.remove(ana.vault, own, now())
    clock.shift(3 * 86400)
    with writing():
        sweeps.end_what_is_over(now())
    removed = db.session.get_one(life.Revision, review.revision_id, populate_existing=True)
    assert removed.sealed is not None, "kept while somebody still has to look at it"
    desk.decide(Moderator(new_id()), review.id, "leave")
    with writing():
        sweeps.end_what_is_over(now())
    db.session.expire_all()
    assert db.session.get_one(life.Revision, review.revision_id).sealed is None
    desk.decide(Moderator(new_id()), waiting.id, "publish")


def test_a_hidden_text_tops_its_lane_after_a_day_and_its_author_is_told(
    app: Flask, clock: time_machine.Traveller
) -> None:
    ana = desk.Author()
    post_id = ana.opens(desk.a_circle())
    desk.publish(post_id)
    other = desk.Author().opens(desk.a_circle())
    desk.publish(other)
    earlier = report(other, desk.Author())
    hide(Moderator(new_id()), post_id)
    clock.shift(23 * 3600)
    with writing():
        sweeps.raise_late(now())
    assert ("late", "") not in told(ana)
    clock.shift(2 * 3600)
    with writing():
        sweeps.raise_late(now())
        first = claims.take_next(Moderator(new_id()), [], now())
    assert ("late", "") in told(ana)
    assert desk.text_of(post_id).state == "hidden"
    assert first == desk.review_of(post_id, "report").id
    assert first != earlier.id
