"""Telling writers that somebody answered, thanked them, or was helped by what they wrote."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from forum.circles.models import Post, PublishedPost
from forum.circles.publishing import post_helped, post_shown, post_thanked
from forum.notices.actions import tell
from forum.storage.database import db


@post_shown.connect
def tell_writer(post: Post, today: date, **_more: Any) -> None:
    """Leave a notice for the name that opened the thread, once for each reply."""
    if post.is_opening:
        return
    shown = db.session.get_one(PublishedPost, post.id)
    opener = db.session.scalar(
        select(Post.pseudonym_id).where(Post.thread_id == post.thread_id, Post.is_opening)
    )
    if opener is not None and opener != post.pseudonym_id and not shown.edited:
        tell(opener, "reply", today, thread_id=post.thread_id)


@post_thanked.connect
def tell_thanked(post: Post, today: date, word: str, **_more: Any) -> None:
    """Leave a notice with the first of each reaction to a post."""
    tell(post.pseudonym_id, "thanks", today, words=word, post_id=post.id, thread_id=post.thread_id)


@post_helped.connect
def tell_helped(post: Post, today: date, **_more: Any) -> None:
    """Leave a notice for a reply that was named as what helped."""
    tell(post.pseudonym_id, "helped", today, post_id=post.id, thread_id=post.thread_id)
