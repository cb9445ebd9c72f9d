"""What a member does with a text: send, answer, change, withdraw, remove, accept or refuse a proposal.

Every function runs inside one write transaction that somebody else opened; it checks again what the page
checked before, changes rows, flushes, and never commits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from forum.circles import publishing, rules
from forum.circles.content import hash_of, open_content, seal_content
from forum.circles.models import Circle, Post, PublishedThread, Review, Revision, Thread
from forum.circles.reviews import (
    Changed,
    born_review,
    born_screening,
    close_reviews,
    follow,
    open_review,
    reopen_review,
    take_back_decision,
)
from forum.circles.writing import Written
from forum.members import pseudonyms, sanctions
from forum.members.vault import OpenVault
from forum.screening.models import Screening
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import field_keys
from forum.storage.types import new_id


class NotTaken(Exception):
    """A text cannot be taken now; `args[0]` is the reason as a word of `rules.may_send`."""


class NotYours(Exception):
    """The object does not exist for this member: never existed, or belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a submission: the post to follow, and whether the same form had been sent before."""

    post_id: str
    again: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: an open vault, and the one-time key of the form that was sent."""

    vault: OpenVault
    form_key: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How a thread is opened: its kind, what would help, and its topics."""

    kind: str
    wish: str
    topics: list[str]


def open_thread(
    sender: Sender, circle: Circle, opening: Opening, written: Written, name: str, now: datetime
) -> Sent:
    """Send the opening of a new thread. Raises `NotTaken`, `NameTaken`, `NameRefused`."""
    sender.vault.lock_turn()
    before = _sent_before(sender)
    if before:
        return before
    suspended = _check_may_send(sender.vault, written, circle)
    chosen = pseudonyms.choose(sender.vault, circle.id, name)
    thread = Thread(
        id=new_id(), circle_id=circle.id, kind=opening.kind, wish=opening.wish, topics=opening.topics
    )
    post = Post(id=new_id(), thread_id=thread.id, pseudonym_id=chosen.pseudonym_id, is_opening=True)
    db.session.add(thread)
    db.session.flush()
    db.session.add(post)
    db.session.flush()
    _submit(sender, post, circle.id, written, chosen.name, now, suspended)
    return Sent(post.id, False)


def reply(sender: Sender, thread: Thread, mode: str, written: Written, name: str, now: datetime) -> Sent:
    """Send a reply. Raises `NotTaken`, `NameTaken`, `NameRefused`."""
    sender.vault.lock_turn()
    before = _sent_before(sender)
    if before:
        return before
    if thread.closed or db.session.get(PublishedThread, thread.id) is None:
        raise Changed
    circle = db.session.get_one(Circle, thread.circle_id)
    suspended = _check_may_send(sender.vault, written, circle)
    chosen = pseudonyms.choose(sender.vault, circle.id, name)
    post = Post(
        id=new_id(), thread_id=thread.id, pseudonym_id=chosen.pseudonym_id, is_opening=False, mode=mode
    )
    db.session.add(post)
    db.session.flush()
    _submit(sender, post, circle.id, written, chosen.name, now, suspended)
    return Sent(post.id, False)


def revise(sender: Sender, post_id: str, written: Written, now: datetime) -> Sent:
    """Send a newer version of one's own post; a pending older one is superseded and hands its review on.

    Raises `NotYours`, `NotTaken`, `Changed`.
    """
    sender.vault.lock_turn()
    before = _sent_before(sender)
    if before:
        return before
    post = own_post(sender.vault, post_id)
    pending = take_back_in_grace(post, now)
    thread = db.session.get_one(Thread, post.thread_id)
    circle = db.session.get_one(Circle, thread.circle_id)
    suspended = _check_may_send(sender.vault, written, circle, replaces=pending is not None)
    name = open_content(_latest_with_text(post)).name
    old_review = _hand_over(pending, now) if pending else None
    revision = _submit(sender, post, circle.id, written, name, now, suspended, old_review)
    if pending and pending.state == "held":
        revision.state = "held"
    if pending:
        _end(pending, "author", "revise", now)
    return Sent(post.id, False)


def withdraw(vault: OpenVault, post_id: str, now: datetime) -> None:
    """Take back a text that is not published. Raises `NotYours`, `Changed`."""
    post = own_post(vault, post_id)
    pending = take_back_in_grace(post, now)
    if pending is None:
        raise Changed
    _lapse_proposal(pending, "author", now)
    _end(pending, "author", "withdraw", now)
    close_reviews(pending.id)
    db.session.flush()


def remove(vault: OpenVault, post_id: str, now: datetime) -> None:
    """Remove one's own published or hidden post. Raises `NotYours`, `Changed`.

    An open report goes on, on the kept text, until somebody has decided it.
    """
    post = own_post(vault, post_id)
    shown = revision_in(post.id, rules.SHOWN)
    if shown is None:
        raise Changed
    publishing.take_down(shown, "author", "remove", day_of(now))
    shown.until = rules.ends_on("withdrawn", day_of(now))
    db.session.flush()


def accept_proposal(vault: OpenVault, post_id: str, seen_hash: bytes, now: datetime) -> None:
    """Release the masked version that a moderator offered. Raises `NotYours`, `Changed`."""
    post = own_post(vault, post_id)
    pending = revision_in(post.id, {"proposed"}, written_by="member")
    offered = proposal_of(pending) if pending else None
    if pending is None or offered is None or offered.hash != seen_hash:
        raise Changed
    if rules.is_in_grace(pending.grace_until, now):
        raise Changed
    _end(pending, "author", "accept", now)
    publishing.show(offered, "author", "release", day_of(now))
    close_reviews(pending.id)


def refuse_proposal(vault: OpenVault, post_id: str, now: datetime) -> None:
    """Send the text as it was back to the moderators. Raises `NotYours`, `Changed`."""
    post = own_post(vault, post_id)
    pending = revision_in(post.id, {"proposed"}, written_by="member")
    if pending is None or rules.is_in_grace(pending.grace_until, now):
        raise Changed
    _lapse_proposal(pending, "author", now)
    pending.state = rules.next_state("proposed", "author", "refuse")
    pending.until = None
    reopen_review(pending, now)


def set_contact(vault: OpenVault, post_id: str, wish: str) -> None:
    """Say whether moderators may write first: `welcome` or `none`. Raises `NotYours`, `Changed`."""
    post = own_post(vault, post_id)
    pending = revision_in(post.id, rules.PENDING, written_by="member")
    review = open_review(pending.id) if pending else None
    if review is None or wish not in ("welcome", "none"):
        raise Changed
    review.contact = wish
    review.version += 1
    db.session.flush()


def own_post(vault: OpenVault, post_id: str) -> Post:
    """A post that was written under one of the names in the open vault. Raises `NotYours`."""
    post = db.session.get(Post, post_id)
    if post is None or post.pseudonym_id not in _names(vault):
        raise NotYours(post_id)
    return post


def _names(vault: OpenVault) -> list[str]:
    return [name.id for name in pseudonyms.ring(vault)]


def revision_in(post_id: str, states: Collection[str], written_by: str | None = None) -> Revision | None:
    """The revision of a post that is in one of some states; at most one is."""
    wanted = select(Revision).where(Revision.post_id == post_id, Revision.state.in_(states))
    if written_by:
        wanted = wanted.where(Revision.written_by == written_by)
    return db.session.scalars(wanted.with_for_update()).first()


def proposal_of(revision: Revision) -> Revision | None:
    """The moderator's version that is offered beside a revision, once it is screened."""
    return db.session.scalars(
        select(Revision)
        .join(Screening, Screening.subject_id == Revision.id)
        .where(
            Revision.based_on == revision.id,
            Revision.written_by == "staff",
            Revision.state == "proposed",
            Screening.state == "done",
        )
    ).first()


def take_back_in_grace(post: Post, now: datetime) -> Revision | None:
    """The member's own revision on which they may act, taken back from a decision they were not told of.

    Acting inside the grace window wins: the decision is no longer in force and its notice never appears.
    """
    revision = revision_in(post.id, {*rules.PENDING, "returned", "declined"}, written_by="member")
    if revision is None:
        return None
    if rules.is_in_grace(revision.grace_until, now):
        _lapse_proposal(revision, "author", now)
        revision.state = rules.next_state(revision.state, "author", "unreturn")  # type: ignore[arg-type]
        revision.grace_until = revision.until = None
        take_back_decision(revision, now)
    elif revision.state == "declined":
        return None
    return revision


def _lapse_proposal(revision: Revision, actor: rules.Actor, now: datetime) -> None:
    if revision.state != "proposed":
        return
    offered = db.session.scalars(
        select(Revision).where(
            Revision.based_on == revision.id, Revision.written_by == "staff", Revision.state == "proposed"
        )
    ).all()
    for proposal in offered:
        _end(proposal, actor, "lapse", now)


def _end(revision: Revision, actor: rules.Actor, act: str, now: datetime) -> None:
    revision.state = rules.next_state(revision.state, actor, act)  # type: ignore[arg-type]
    revision.until = rules.ends_on(revision.state, day_of(now))
    revision.grace_until = None
    revision.submitted_at = None
    db.session.flush()


def _hand_over(old: Revision, now: datetime) -> Review | None:
    _lapse_proposal(old, "author", now)
    review = open_review(old.id)
    if review is None and old.state in rules.PENDING:
        review = reopen_review(old, now)
    return review


def _sent_before(sender: Sender) -> Sent | None:
    """The same form always answers with the same submission."""
    post = db.session.scalars(
        select(Post)
        .join(Revision, Revision.post_id == Post.id)
        .where(Revision.form_hash == _form_hash(sender))
    ).first()
    return Sent(post.id, True) if post else None


def _form_hash(sender: Sender) -> bytes:
    return keyed_hash(field_keys().for_purpose("form-key"), sender.form_key)


def _check_may_send(vault: OpenVault, written: Written, circle: Circle, *, replaces: bool = False) -> bool:
    """Whether the sender is suspended. Raises `NotTaken` unless the text needs care."""
    mine = _names(vault)
    suspended = sanctions.is_suspended(mine)
    waiting = 0 if replaces else count_waiting(mine)
    reason = rules.may_send(waiting, written.care.tier, paused=bool(circle.paused), suspended=suspended)
    if reason:
        raise NotTaken(reason)
    return suspended


def count_waiting(pseudonym_ids: list[str]) -> int:
    """How many texts of these names wait for a person."""
    counted = (
        select(func.count())
        .select_from(Revision)
        .join(Post, Post.id == Revision.post_id)
        .where(
            Post.pseudonym_id.in_(pseudonym_ids),
            Revision.state.in_(rules.PENDING),
            Revision.written_by == "member",
        )
    )
    return db.session.scalar(counted) or 0


def _latest_with_text(post: Post) -> Revision:
    found = db.session.scalars(
        select(Revision).where(
            Revision.post_id == post.id, Revision.sealed.is_not(None), Revision.written_by == "member"
        )
    ).all()
    order = {state: place for place, state in enumerate(rules.STATES)}
    if not found:
        raise Changed
    return min(found, key=lambda revision: order[revision.state])  # type: ignore[index]


def _submit(
    sender: Sender,
    post: Post,
    circle_id: str,
    written: Written,
    name: str,
    now: datetime,
    suspended: bool,
    review: Review | None = None,
) -> Revision:
    """Store a revision with its screening and its review, all in the same transaction."""
    revision = Revision(
        id=new_id(),
        post_id=post.id,
        state="held" if suspended else "waiting",
        hash=hash_of(written.title, written.body, name, written.note),
        renderer=written.renderer,
        form_hash=_form_hash(sender),
        submitted_at=coarse(now),
        sealed=b"",
    )
    revision.sealed = seal_content(revision.id, written.content(name))
    db.session.add(revision)
    db.session.flush()
    born_screening(revision.id, written)
    if review is None:
        born_review(_names(sender.vault), sender.country, post, circle_id, revision, written, now)
    else:
        follow(review, revision, written)
    db.session.flush()
    return revision
