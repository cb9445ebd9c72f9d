"""The circle that nobody opens, in which stories of peer supporters are read by moderators.

A story is a post like any other, opened in a circle of the audience `moderators`: the machine scores it, a
person decides, it can be returned, talked about, appealed, undone. Accepting it is publishing it there, and
`publishing` keeps what is accepted there out of the tables that pages read.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from forum.circles.models import Circle
from forum.circles.rules import MODERATORS_ONLY
from forum.storage.database import db

CIRCLE_ID = "peer-supporter-stories"
"""A fixed id of 22 characters, so that the circle is found without a table of its own."""

NAME = "Stories of peer supporters"
DESCRIPTION = "Members who finished the training tell moderators about themselves. Nobody else can open this."
FOR_MODERATORS = (
    "A member who finished the training tells you about their own experience. Only moderators ever read it. "
    "Publishing means accepting it: the name it is written under then carries the badge. Talk with them or "
    "return it where it could point to a person, or where you cannot tell yet how they look after themselves."
)


def story_circle() -> Circle:
    """The circle of the stories; it is made when the first one is sent. Inside a write transaction."""
    found = db.session.get(Circle, CIRCLE_ID)
    if found is not None:
        return found
    fresh = Circle(
        id=CIRCLE_ID, name=NAME, description=DESCRIPTION, rules=FOR_MODERATORS, audience=MODERATORS_ONLY
    )
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:
        return db.session.get_one(Circle, CIRCLE_ID)
    return fresh
