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
    def two_keys_open_the_door(self) -> None:
        """P1: what can be read has a finished screening and a person's decision, for just that revision."""
        with self.connection():
            for shown in db.session.scalars(select(PublishedPost)):
                revision = db.session.get_one(Revision, shown.revision_id)
                screening = db.session.get_one(Screening, revision.id)
                assert revision.state == "published"
                assert screening.state == "done"
                content = open_content(revision)
                assert shown.html == content.html
                assert revision.hash == hash_of(content.title, content.body, content.name, content.note)
                assert self._was_decided(revision), "published without a decision for this revision"
            for thread in db.session.scalars(select(PublishedThread)):
                opening = db.session.scalars(
                    select(PublishedPost).where(
                        PublishedPost.thread_id == thread.thread_id, PublishedPost.is_opening
                    )
                ).one()
                assert opening.title == thread.title

    def _was_decided(self, revision: Revision) -> bool:
        if revision.written_by == "staff":
            wanted = (Decision.revision_id == revision.based_on) & (Decision.outcome == "propose")
        else:
            wanted = (
                (Decision.revision_id == revision.id)
                & Decision.outcome.in_(("publish", "overturn"))
                & (Decision.revision_hash == revision.hash)
            )
        return db.session.scalars(select(Decision).where(wanted, Decision.in_force)).first() is not None

    @invariant()
    def acknowledged_means_kept(self) -> None:
        """P8: each acknowledged form is there exactly once, and its text opens until its end has come."""
        with self.connection():
            for key, post_id in self.acknowledged.items():
                form = keyed_hash(lasting_key("form-key"), key)
                found = db.session.scalars(select(Revision).where(Revision.form_hash == form)).all()
                assert len(found) == 1
                assert found[0].post_id == post_id
                if found[0].state not in rules.ENDED:
                    assert open_content(found[0]).body

    @invariant()
    def nothing_rests_unseen(self) -> None:
        """P3: each pending text is in front of moderators or of its author, and at most one is."""
        with self.connection():
            pending = db.session.scalars(
                select(Revision).where(Revision.state.in_(rules.PENDING), Revision.written_by == "member")
            ).all()
            assert len({revision.post_id for revision in pending}) == len(pending)
            for revision in pending:
                is_open = db.session.scalar(
                    select(func.count()).where(
                        Review.revision_id == revision.id, Review.kind == "submission", Review.open
                    )
                )
                assert is_open == (0 if revision.state == "proposed" else 1), revision.state
            shown = db.session.scalars(select(Revision.post_id).where(Revision.state.in_(rules.SHOWN))).all()
            assert len(set(shown)) == len(shown)
            for revision in db.session.scalars(select(Revision).where(Revision.state == "hidden")):
                assert db.session.scalar(
                    select(Review.id).where(
                        Review.revision_id == revision.id, Review.kind == "report", Review.open
                    )
                ), "hidden without anybody asked to decide"

    @invariant()
    def one_decision_stands(self) -> None:
        with self.connection():
            orders = db.session.execute(
                select(Decision.reverses_id, func.count())
                .where(Decision.reverses_id.is_not(None))
                .group_by(Decision.reverses_id)
            ).all()
            assert all(count == 1 for _, count in orders)
            assert log.verify(current_settings().anchor_file) is None
            posts = db.session.scalar(select(func.count()).select_from(Post)) or 0
            assert posts == len(set(self.acknowledged.values()))
