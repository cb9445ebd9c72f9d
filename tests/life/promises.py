"""What must hold after every step, read from the database itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import func, select

from forum.circles import rules
from forum.circles.content import hash_of, open_content
from forum.circles.models import Decision, Post, PublishedPost, PublishedThread, Review, Revision
from forum.moderation import log
from forum.screening.models import Screening
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import current_settings, lasting_key


class Promises(RuleBasedStateMachine):
    """The invariants of the machine. `acknowledged` maps each form that was received to its post."""

    app: Flask
    acknowledged: dict[str, str]

    @contextmanager
    def connection(self) -> Iterator[None]:
        """A connection of its own for one step."""
        with self.app.app_context():
            yield
            db.session.remove()

    @invariant()
    def every_promise_holds(self) -> None:
        """All of them, over one connection."""
        with self.connection():
            self.ask()

    def ask(self) -> None:
        """Raises `AssertionError` naming the promise that does not hold. Needs an open connection."""
        self.two_keys_open_the_door()
        self.acknowledged_means_kept()
        self.nothing_rests_unseen()
        self.one_decision_stands()

    def two_keys_open_the_door(self) -> None:
        """P1: what can be read has a finished screening and a person's decision, for just that revision."""
        decisions = db.session.scalars(select(Decision).where(Decision.in_force)).all()
        rows = db.session.execute(
            select(PublishedPost, Revision, Screening)
            .outerjoin(Revision, Revision.id == PublishedPost.revision_id)
            .outerjoin(Screening, Screening.subject_id == PublishedPost.revision_id)
        ).all()
        titles = {}
        for shown, revision, screening in rows:
            assert revision is not None and screening is not None
            assert revision.state == "published"
            assert screening.state == "done"
            content = open_content(revision)
            assert shown.html == content.html
            assert revision.hash == hash_of(content.title, content.body, content.name, content.note)
            assert any(_opens(one, revision) for one in decisions), "published without a decision for it"
            if shown.is_opening:
                assert shown.thread_id not in titles, "two openings in one thread"
                titles[shown.thread_id] = shown.title
        for thread in db.session.scalars(select(PublishedThread)):
            assert titles[thread.thread_id] == thread.title

    def acknowledged_means_kept(self) -> None:
        """P8: each acknowledged form is there exactly once, and its text opens until its end has come."""
        forms = {keyed_hash(lasting_key("form-key"), key): post for key, post in self.acknowledged.items()}
        found = db.session.scalars(select(Revision).where(Revision.form_hash.in_(forms))).all()
        assert sorted(one.form_hash for one in found) == sorted(forms), "lost or doubled"
        for revision in found:
            assert revision.post_id == forms[revision.form_hash]
            if revision.state not in rules.ENDED:
                assert open_content(revision).body

    def nothing_rests_unseen(self) -> None:
        """P3: each pending text is in front of moderators or of its author, and at most one is."""
        members_own = Revision.written_by == "member"
        pending = db.session.scalars(
            select(Revision).where(Revision.state.in_(rules.PENDING), members_own)
        ).all()
        assert len({revision.post_id for revision in pending}) == len(pending)
        asked = db.session.execute(
            select(Review.revision_id, Review.kind, func.count())
            .where(Review.open)
            .group_by(Review.revision_id, Review.kind)
        ).all()
        is_open = {(revision_id, kind): count for revision_id, kind, count in asked}
        for revision in pending:
            wanted = 0 if revision.state == "proposed" else 1
            assert is_open.get((revision.id, "submission"), 0) == wanted, revision.state
        shown = db.session.scalars(select(Revision).where(Revision.state.in_(rules.SHOWN))).all()
        assert len({revision.post_id for revision in shown}) == len(shown)
        for revision in shown:
            if revision.state == "hidden":
                assert (revision.id, "report") in is_open, "hidden without anybody asked to decide"

    def one_decision_stands(self) -> None:
        """P6: a decision is reversed once at most, the log verifies, and every text was sent by somebody."""
        orders = db.session.execute(
            select(Decision.reverses_id, func.count())
            .where(Decision.reverses_id.is_not(None))
            .group_by(Decision.reverses_id)
        ).all()
        assert all(count == 1 for _, count in orders)
        assert log.verify(current_settings().anchor_file) is None
        posts = db.session.scalar(select(func.count()).select_from(Post)) or 0
        assert posts == len(set(self.acknowledged.values()))


def _opens(decision: Decision, revision: Revision) -> bool:
    """Whether a decision opens the door for just this revision."""
    if revision.written_by == "staff":
        return decision.revision_id == revision.based_on and decision.outcome == "propose"
    return (
        decision.revision_id == revision.id
        and decision.outcome in ("publish", "overturn")
        and decision.revision_hash == revision.hash
    )
