"""How a member stands, from the names in their open vault: what they wrote, what waits, what counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, exists, func, select

from forum.circles import rules
from forum.circles.models import Post, Review, Revision
from forum.members import sanctions
from forum.storage.clock import day_of
from forum.storage.database import db


@dataclass(frozen=True, slots=True)
class Standing:
    """What only the open vault tells of a sender, read once for each submission.

    What waits under care does not count as `waiting`: it holds nobody's place.
    """

    names: list[str]
    texts: int
    waiting: int
    strikes: int
    suspended: bool


def standing_of(names: list[str], now: datetime) -> Standing:
    """What the names in an open vault tell: texts, what waits, and what counts against them."""
    texts, waiting = db.session.connection().execute(_COUNTS, {"names": names}).one()
    counted = sanctions.active(names, day_of(now))
    return Standing(
        names=names,
        texts=texts,
        waiting=waiting or 0,
        strikes=sum(1 for one in counted if one.kind == "strike"),
        suspended=any(one.kind == "suspension" for one in counted),
    )


_post, _revision, _review = Post.__table__.c, Revision.__table__.c, Review.__table__.c
_under_care = exists().where(
    _review.revision_id == _revision.id, _review.kind == "submission", _review.lane == "care"
)
_COUNTS = (
    select(
        func.count(_post.id.distinct()),
        func.sum(
            case(
                (
                    _revision.state.in_(rules.PENDING)
                    & (_revision.written_by == "member")
                    & ~_under_care.correlate(Revision.__table__),
                    1,
                ),
                else_=0,
            )
        ),
    )
    .select_from(Post.__table__.outerjoin(Revision.__table__, _revision.post_id == _post.id))
    .where(_post.pseudonym_id.in_(bindparam("names", expanding=True)))
)
