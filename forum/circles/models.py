"""Tables of what is said.

Two worlds are kept apart. `thread`, `post` and `revision` hold what members sent, sealed under the server
key whatever its state. `published_thread` and `published_post` hold what others may read; only
`publishing.show` fills them, and only for a revision that is screened and that a person decided to
publish. Every page, feed, search and count reads the published tables and nothing else, so a text that is
not there cannot appear.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.storage.database import Model
from forum.storage.types import ID_LENGTH, Day, Id, Json, Moment

WITHOUT_ROWID = {"sqlite_with_rowid": False}
LONELY = "answers < 2"
"""The condition of the index of threads that few have answered; a query has to say it in these words."""
CELEBRATED = "kind = 'celebration'"
"""That of the wall, likewise."""


class Circle(Model):
    """A themed place with threads. `audience` is everyone, members, invited, or library for the cards.

    Posts of a circle with `keep_days` go after so many days.
    """

    __tablename__ = "circle"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(60), unique=True)
    description: Mapped[str] = mapped_column(Text)
    rules: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(String(10), default="everyone")
    topics: Mapped[list[str]] = mapped_column(Json, default=list)
    keep_days: Mapped[int | None] = mapped_column(default=None)
    place: Mapped[int] = mapped_column(default=0)
    paused: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class Thread(Model):
    """A conversation in a circle. Its version rises with each change that readers can see.

    `card_id` is the strategy card in which it ended.
    """

    __tablename__ = "thread"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    wish: Mapped[str] = mapped_column(String(8), default="advice")
    topics: Mapped[list[str]] = mapped_column(Json, default=list)
    closed: Mapped[bool] = mapped_column(default=False)
    card_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    version: Mapped[int] = mapped_column(default=1)


class CircleCode(Model):
    """A shared code that opens an invited circle until a day. It counts its uses and knows nobody."""

    __tablename__ = "circle_code"
    __table_args__ = (WITHOUT_ROWID,)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id"), index=True)
    uses: Mapped[int] = mapped_column(default=0)
    until: Mapped[date] = mapped_column(Day)


class Post(Model):
    """The opening of a thread or a reply in it, written under one pseudonym.

    `helped`: who opened the thread named this reply as what helped.
    """

    __tablename__ = "post"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id"), index=True)
    pseudonym_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    is_opening: Mapped[bool]
    mode: Mapped[str] = mapped_column(String(12), default="support")
    helped: Mapped[bool] = mapped_column(default=False)


class Revision(Model):
    """One version of everything that others will read of a post, sealed, with where it stands.

    `sealed` is None once the text was erased. `submitted_at` is a ten-minute step and goes with the
    decision; `until` is the day on which the state ends by itself; `grace_until` is the moment up to
    which a return, decline or proposal may still be taken back and reads as waiting to its author.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index(
            "uq_revision_shown",
            "post_id",
            unique=True,
            sqlite_where=text("state IN ('published', 'hidden')"),
            postgresql_where=text("state IN ('published', 'hidden')"),
        ),
        Index("ix_revision_state_until", "state", "until"),
        WITHOUT_ROWID,
    )

    id: Mapped[Id]
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    written_by: Mapped[str] = mapped_column(String(6), default="member")
    based_on: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    removed_by: Mapped[str | None] = mapped_column(String(9), default=None)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    renderer: Mapped[int]
    form_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    until: Mapped[date | None] = mapped_column(Day, default=None)
    grace_until: Mapped[datetime | None] = mapped_column(Moment, default=None)


class Review(Model):
    """One piece of work for moderators about a revision: a submission, a report or an appeal.

    It is born in the transaction of what it is about, so the table is the queue. `about_id` names the
    decision that an appeal is about. `version` rises with
    each change that a moderator should have seen. `band` is the coarse history that only the open vault
    could tell; it goes with the decision. `claimed_at` is when the claim that runs began; it goes with it.
    `weighed` is what a person had seen of the machine when they chose the tier (`rules.Weighed`).
    """

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_open",
            "revision_id",
            "kind",
            "about_id",
            unique=True,
            sqlite_where=text("open = 1"),
            postgresql_where=text("open"),
        ),
        Index(
            "ix_review_queue",
            "rank",
            "due_at",
            "id",
            sqlite_where=text("open = 1"),
            postgresql_where=text("open"),
        ),
        WITHOUT_ROWID,
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10), default="submission")
    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), index=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id"), index=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id"), index=True)
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id"))
    about_id: Mapped[str] = mapped_column(String(ID_LENGTH), default="", index=True)
    open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    lane: Mapped[str] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(1), default=None)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    aim: Mapped[str] = mapped_column(String(8), default="unclear")
    rank: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    band: Mapped[dict[str, object] | None] = mapped_column(Json, default=None)
    weighed: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    contact: Mapped[str | None] = mapped_column(String(8), default=None)
    country: Mapped[str | None] = mapped_column(String(2), default=None)
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    claimed_by: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment, default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    first_by: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    first_outcome: Mapped[str | None] = mapped_column(String(10), default=None)
    first_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    for_lead: Mapped[bool] = mapped_column(default=False)
    awaits_author: Mapped[bool] = mapped_column(default=False)
    told_late: Mapped[bool] = mapped_column(default=False)
    alerts: Mapped[int] = mapped_column(default=0)
    last_word_on: Mapped[date | None] = mapped_column(Day, default=None)
    decision_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)


class Decision(Model):
    """What a person decided about one review, for the text with exactly this hash.

    `sealed_words` is what the author is told. `in_force` turns false when the decision is undone or when
    the author acted inside the grace window. `machine` keeps the labels over their thresholds and, in the
    conduct lane, the kinds of contempt that were found, to measure how machine and people agree.
    """

    __tablename__ = "decision"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), index=True)
    revision_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    revision_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(40), default="")
    content_note: Mapped[str] = mapped_column(String(40), default="")
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    reverses_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, unique=True)
    alone: Mapped[bool] = mapped_column(default=False)
    in_force: Mapped[bool] = mapped_column(default=True)
    lane: Mapped[str] = mapped_column(String(8), default="routine")
    tier: Mapped[str | None] = mapped_column(String(1), default=None)
    machine: Mapped[list[str]] = mapped_column(Json, default=list)
    day: Mapped[date] = mapped_column(Day)


class Message(Model):
    """One private word between moderators and an author about a review. `side` is author or staff."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("review_id", "place"), WITHOUT_ROWID)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id"), index=True)
    place: Mapped[int]
    side: Mapped[str] = mapped_column(String(6))
    staff_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    form_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    day: Mapped[date] = mapped_column(Day)


class PublishedThread(Model):
    """A thread as others see it: there while its opening is published.

    `answers` are the replies under another name than the opening's. The index of latest replies holds all
    that a list can be narrowed to, so that a rare tag is found without reading the threads that lack it.
    """

    __tablename__ = "published_thread"
    __table_args__ = (
        Index("ix_published_thread_latest", "circle_id", "latest", "thread_id", "kind", "answers", "topics"),
        Index(
            "ix_published_thread_lonely",
            "circle_id",
            "answers",
            "day",
            "latest",
            sqlite_where=text(LONELY),
            postgresql_where=text(LONELY),
        ),
        Index(
            "ix_published_thread_wall",
            "day",
            "thread_id",
            sqlite_where=text(CELEBRATED),
            postgresql_where=text(CELEBRATED),
        ),
        WITHOUT_ROWID,
    )

    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id"))
    kind: Mapped[str] = mapped_column(String(12))
    wish: Mapped[str] = mapped_column(String(8))
    topics: Mapped[list[str]] = mapped_column(Json, default=list)
    title: Mapped[str] = mapped_column(Text)
    pseudonym: Mapped[str] = mapped_column(String(40))
    content_note: Mapped[str] = mapped_column(String(40), default="")
    replies: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
    day: Mapped[date] = mapped_column(Day)
    latest: Mapped[int]


class PublishedPost(Model):
    """A post as others see it. `position` is its place in the thread, in the order of publishing."""

    __tablename__ = "published_post"
    __table_args__ = (
        Index("ix_published_post_thread", "thread_id", "position"),
        WITHOUT_ROWID,
    )

    post_id: Mapped[str] = mapped_column(ForeignKey("post.id"), primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), unique=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id"))
    circle_id: Mapped[str] = mapped_column(ForeignKey("circle.id"))
    pseudonym_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    pseudonym: Mapped[str] = mapped_column(String(40))
    is_opening: Mapped[bool]
    mode: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    content_note: Mapped[str] = mapped_column(String(40), default="")
    renderer: Mapped[int]
    edited: Mapped[bool] = mapped_column(default=False)
    helped: Mapped[bool] = mapped_column(default=False)
    card_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), default=None, index=True)
    position: Mapped[int]
    day: Mapped[date] = mapped_column(Day)


class WaitCount(Model):
    """How many decisions of a lane fell into an hour of a day after a wait of about so many minutes."""

    __tablename__ = "wait_count"
    __table_args__ = (WITHOUT_ROWID,)

    day: Mapped[date] = mapped_column(Day, primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(String(8), primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Shift(Model):
    """A time in which a moderator is on duty."""

    __tablename__ = "shift"
    __table_args__ = (WITHOUT_ROWID,)

    id: Mapped[Id]
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
