"""The watch list of the leads, and the valves that they turn: what the rooms below ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from forum.circles.invitations import NotInvited
from forum.circles.models import Circle, Thread
from forum.circles.reviews import Changed
from forum.circles.rules import MODERATORS_ONLY, may_keep_for
from forum.circles.watching import Noticed, watch_with
from forum.members.gates import may_pause_joining
from forum.moderation import log, policy
from forum.screening import lanes
from forum.storage.database import AnyRow, db
from forum.text.folding import fold

SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a watched phrase stands in a text; offsets are characters, end exclusive."""

    phrase: str
    level: str
    start: int
    end: int


def passages(text: str, phrases: list[dict[str, str]]) -> list[Passage]:
    """Every watched phrase in a text, whatever its case, spacing and disguise."""
    folded = fold(text)
    found: list[Passage] = []
    for one in phrases:
        words = SPACES.split(fold(one["phrase"]).text.strip().casefold())
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
        for match in re.finditer(pattern, folded.text.lower()):
            start, end = folded.original(*match.span())
            found.append(Passage(one["phrase"], one["level"], start, end))
    return found


@watch_with
def noticed(text: str) -> Noticed:
    """What the watch list says about a text that is sent: look at it, or the care lane. Never a refusal."""
    phrases = policy.current().get(policy.WATCH, [])
    levels = {found.level for found in passages(text, phrases)} if phrases else set()
    return Noticed(look=bool(levels), care="care" in levels)


@may_pause_joining
def joining_paused() -> str | None:
    """The words with which leads have paused joining, or None."""
    words = policy.current().get(policy.JOINING, "")
    return str(words) or None


def pause_threads(circle_id: str | None, words: str, staff_id: str, today: date) -> int:
    """Pause new threads in one circle or in all, with words for who comes; empty words open it again.

    The door to the moderators is never paused.
    """
    wanted = update(Circle).where(Circle.audience != MODERATORS_ONLY)
    wanted = wanted.values(paused=words, version=Circle.version + 1)
    if circle_id:
        wanted = wanted.where(Circle.id == circle_id)
    changed = db.session.execute(wanted.returning(Circle.id)).all()
    act = "pause" if words else "open"
    for row in changed:
        log.append(staff_id, act, "circle", row.id, today)
    return len(changed)


def paused_circles() -> list[AnyRow]:
    """The circles in which new threads are paused: id, name, and the words for who comes."""
    wanted = select(Circle.id, Circle.name, Circle.paused).where(Circle.paused != "").order_by(Circle.name)
    return list(db.session.execute(wanted))


def keep_posts_for(circle_id: str, days: int | None, staff_id: str, today: date) -> None:
    """Let posts of a circle by invitation go after so many days. Raises `NotInvited`, `Changed`."""
    circle = db.session.get(Circle, circle_id)
    if circle is None or circle.audience != "invited":
        raise NotInvited(circle_id)
    has_posts = db.session.scalar(select(Thread.id).where(Thread.circle_id == circle_id).limit(1))
    if not may_keep_for(days, circle.keep_days, has_posts=bool(has_posts)):
        raise Changed
    circle.keep_days = days
    circle.version += 1
    log.append(staff_id, "keep for days", "circle", circle_id, today)


lanes.numbers_from(policy.current)
