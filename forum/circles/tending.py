"""What the writer of a thread does in it: close it for replies, name what helped."""

from __future__ import annotations

from datetime import date

from forum.circles.actions import NotYours, own_post
from forum.circles.models import Post, PublishedPost, PublishedThread, Thread
from forum.circles.publishing import post_helped, raise_version
from forum.circles.reviews import Changed
from forum.circles.rules import CARD
from forum.members.vault import OpenVault
from forum.storage.database import db


def close_replies(vault: OpenVault, thread_id: str, *, closed: bool) -> None:
    """Let a thread of one's own take no more replies, or again. Raises `NotYours`, `Changed`."""
    own_opening(vault, thread_id)
    thread = db.session.get_one(Thread, thread_id)
    if thread.kind == CARD or db.session.get(PublishedThread, thread_id) is None:
        raise Changed
    thread.closed = closed
    db.session.flush()
    raise_version(thread_id)


def name_what_helped(vault: OpenVault, post_id: str, today: date, *, helped: bool) -> Post:
    """Say of a published reply by somebody else that it helped, or take that back.

    Only in a challenge, by who opened it. Raises `NotYours`, `Changed`.
    """
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotYours(post_id)
    opening = own_opening(vault, post.thread_id)
    shown = db.session.get(PublishedPost, post_id)
    is_challenge = db.session.get_one(Thread, post.thread_id).kind == "challenge"
    if shown is None or post.is_opening or not is_challenge or post.pseudonym_id == opening.pseudonym_id:
        raise Changed
    is_new = helped and not post.helped
    post.helped = shown.helped = helped
    db.session.flush()
    raise_version(post.thread_id)
    if is_new:
        post_helped.send(post, today=today)
    return post


def own_opening(vault: OpenVault, thread_id: str) -> Post:
    """The opening of a thread that one wrote. Raises `NotYours`."""
    opening = db.session.scalars(db.select(Post).where(Post.thread_id == thread_id, Post.is_opening)).first()
    if opening is None:
        raise NotYours(thread_id)
    return own_post(vault, opening.id)
