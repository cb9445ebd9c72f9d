"""When circles are tidied: old posts of circles that keep them only so long, old codes, the search index."""

from __future__ import annotations

from forum.circles import expiry, invitations
from forum.jobs import schedule
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import writing


@schedule.every(hours=6)
def end_old_posts() -> None:
    """Take down what circles keep no longer, batch by batch."""
    more = expiry.AT_ONCE
    while more == expiry.AT_ONCE:
        with writing():
            more = expiry.end_old_posts(day_of(now()))


@schedule.every(hours=24)
def forget_old_codes() -> None:
    """Delete the codes of invited circles whose days are over."""
    with writing():
        invitations.forget_old_codes(day_of(now()))


@schedule.every(hours=24)
def tidy_search() -> None:
    """Let nothing of removed texts remain in the search index."""
    with writing():
        index.tidy()
