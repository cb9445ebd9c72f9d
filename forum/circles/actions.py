"""What a member does with a text: send, answer, change, withdraw, remove, accept or refuse a proposal.

Every function runs inside one write transaction that somebody else opened; it checks again what the page
checked before, changes rows, flushes, and never commits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from forum.circles import publishing, rules
from forum.circles.content import hash_of, open_content, seal_content
from forum.circles.models import Circle, Post, PublishedThread, Review, Revision, Thread
from forum.circles.reviews import (
    Changed,
    Place,
    born_review,
    born_screening,
    close_reviews,
    follow,
    insert,
    last_weighed,
    open_review,
    proposal_of,
    reopen_review,
    revision_in,
    take_back_decision,
)
from forum.circles.standing import Standing, standing_of
from forum.circles.writing import Written, heeding
from forum.members import pseudonyms
from forum.members.vault import OpenVault
from forum.screening.lanes import is_crisis
from forum.storage.clock import coarse, day_of
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import lasting_key
from forum.storage.types import new_id


class NotTaken(Exception):
    """A text cannot be taken now; `args[0]` is the reason as a word of `rules.may_send`."""


class NotYours(Exception):
    """The object does not exist for this member: never existed, or belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a submission: the post to follow, and whether the same form had been sent before.

    `joined`: the words were added to a conversation that goes on.
    """

    post_id: str
    again: bool
    joined: bool = False


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
    takes_replies: bool = True


def open_thread(
    sender: Sender, circle: Circle, opening: Opening, written: Written, name: str, now: datetime
) -> Sent:
    """Send the opening of a new thread. Raises `NotTaken`, `NameTaken`, `NameRefused`."""
    sender.vault.lock_turn()
    before = _sent_before(sender)
    if before:
        return before
    standing = _standing_in(circle.id, sender.vault, now)
    _check_may_send(standing, written, paused=bool(circle.paused))
    chosen = pseudonyms.choose(sender.vault, circle.id, name)
    thread_id = new_id()
    insert(
        Thread,
        id=thread_id,
        circle_id=circle.id,
        kind=opening.kind,
        wish=opening.wish,
        topics=opening.topics,
        closed=not opening.takes_replies,
    )
    place = Place(new_id(), thread_id, circle.id)
    insert(Post, id=place.post_id, thread_id=thread_id, pseudonym_id=chosen.pseudonym_id, is_opening=True)
    _submit(sender, standing, place, written, chosen.name, now)
    return Sent(place.post_id, False)


def reply(sender: Sender, thread: Thread, mode: str, written: Written, name: str, now: datetime) -> Sent:
    """Send a reply. Raises `NotTaken`, `NameTaken`, `NameRefused`; `Changed` when the thread is closed."""
    sender.vault.lock_turn()
    before = _sent_before(sender)
    if before:
        return before
    if thread.closed or db.session.get(PublishedThread, thread.id) is None:
        raise Changed
    standing = standing_of(_names(sender.vault), now)
    _check_may_send(standing, written)
    chosen = pseudonyms.choose(sender.vault, thread.circle_id, name)
    place = Place(new_id(), thread.id, thread.circle_id)
    insert(
        Post,
        id=place.post_id,
        thread_id=thread.id,
        pseudonym_id=chosen.pseudonym_id,
        is_opening=False,
        mode=mode,
    )
    _submit(sender, standing, place, heeding(written, thread.wish), chosen.name, now)
    return Sent(place.post_id, False)


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
    standing = _standing_in(thread.circle_id, sender.vault, now)
    _check_may_send(standing, written, replaces=pending is not None)
    name = open_content(_latest_with_text(post)).name
    handed_on = _hand_over(pending, now) if pending else None
    is_held = pending is not None and pending.state == "held"
    if pending:
        _end(pending, "author", "revise", now)
    place = Place(post.id, post.thread_id, thread.circle_id)
    told = heeding(written, thread.wish)
    _submit(sender, standing, place, told, name, now, handed_on, is_held=is_held, is_newer=True)
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


def choose_country(vault: OpenVault, post_id: str, code: str | None) -> None:
    """Say in which country help is wanted; moderators of this text see it. Raises `NotYours`."""
    post = own_post(vault, post_id)
    pending = revision_in(post.id, rules.PENDING, written_by="member")
    review = open_review(pending.id) if pending else None
    if review is not None:
        review.country = code
    db.session.flush()


def own_post(vault: OpenVault, post_id: str) -> Post:
    """A post that was written under one of the names in the open vault. Raises `NotYours`."""
    post = db.session.get(Post, post_id)
    if post is None or post.pseudonym_id not in _names(vault):
        raise NotYours(post_id)
    return post


def _names(vault: OpenVault) -> list[str]:
    return [name.id for name in pseudonyms.ring(vault)]


def _standing_in(circle_id: str, vault: OpenVault, now: datetime) -> Standing:
    """How a member stands in a circle: a suspension keeps nobody from talking with the moderators."""
    standing = standing_of(_names(vault), now)
    return replace(standing, suspended=False) if circle_id == rules.TALK else standing


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


def is_taken(sender: Sender) -> bool:
    """Whether this very form was taken before. It lets go of what was read, so that it sees the present."""
    db.session.rollback()
    return _sent_before(sender) is not None


def _sent_before(sender: Sender) -> Sent | None:
    """The same form always answers with the same submission."""
    found = db.session.connection().execute(_SENT, {"form_hash": _form_hash(sender)}).scalar()
    return Sent(found, True) if found else None


_SENT = select(Revision.__table__.c.post_id).where(Revision.__table__.c.form_hash == bindparam("form_hash"))


def _form_hash(sender: Sender) -> bytes:
    return keyed_hash(lasting_key("form-key"), sender.form_key)


def _check_may_send(
    standing: Standing, written: Written, *, replaces: bool = False, paused: bool = False
) -> None:
    """Raises `NotTaken` when a text cannot be taken now. One that needs care always is.

    A pause of a circle is for new threads: who is in a conversation can go on, and change their words.
    """
    reason = rules.may_send(
        0 if replaces else standing.waiting,
        written.care.tier,
        paused=paused,
        suspended=standing.suspended,
    )
    if reason:
        raise NotTaken(reason)


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
    standing: Standing,
    place: Place,
    written: Written,
    name: str,
    now: datetime,
    review: Review | None = None,
    *,
    is_held: bool = False,
    is_newer: bool = False,
) -> None:
    """Store a revision with its screening and its review, all in the same transaction."""
    revision_id = new_id()
    insert(
        Revision,
        id=revision_id,
        post_id=place.post_id,
        state="held" if standing.suspended or is_held else "waiting",
        hash=hash_of(written.title, written.body, name, written.note, written.card),
        renderer=written.renderer,
        form_hash=_form_hash(sender),
        submitted_at=coarse(now),
        sealed=seal_content(revision_id, written.content(name)),
    )
    born_screening(revision_id, written)
    history = rules.band(standing.texts, standing.strikes, paused=standing.suspended)
    if review is None:
        country = sender.country if is_crisis(written.care) else None  # a rare one on every text links names
        weighed = last_weighed(place.post_id) if is_newer else None
        born_review(place, revision_id, written, history, country, now, weighed)
    else:
        follow(review, revision_id, written, history)
    db.session.flush()
