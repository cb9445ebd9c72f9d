"""Posts of circles that keep them only so many days."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import exists, select

from forum.circles import publishing, rules
from forum.circles.models import Circle, PublishedPost, Review, Revision
from forum.storage.database import db

AT_ONCE = 200


def end_old_posts(today: date) -> int:
    """Take down what a circle keeps no longer, and erase it a day later. Returns how many posts.

    A post with an open report stays until that is decided.
    """
    ended = 0
    circles = db.session.execute(select(Circle.id, Circle.keep_days).where(Circle.keep_days.is_not(None)))
    for circle_id, days in circles.all():
        ended += _end_in(circle_id, today - timedelta(days=days or 0), today)
    return ended


def _end_in(circle_id: str, last_day: date, today: date) -> int:
    reported = exists().where(Review.post_id == PublishedPost.post_id, Review.kind == "report", Review.open)
    found = db.session.scalars(
        select(Revision)
        .join(PublishedPost, PublishedPost.revision_id == Revision.id)
        .where(PublishedPost.circle_id == circle_id, PublishedPost.day < last_day, ~reported)
        .limit(AT_ONCE)
        .with_for_update(of=Revision)
    ).all()
    for revision in found:
        publishing.take_down(revision, "clock", "expire", today)
        revision.until = rules.ends_on("withdrawn", today)
    db.session.flush()
    return len(found)
