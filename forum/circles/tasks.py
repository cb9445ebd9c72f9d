"""Work on submissions outside the request: scoring by the worker, and the ends that the clock brings."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from forum.circles.content import open_content
from forum.circles.models import Revision
from forum.circles.reviews import open_review, raise_review, weighed_by
from forum.circles.rules import raised_to
from forum.screening import queue
from forum.screening.findings import Screened
from forum.screening.screen import ScreeningUnavailable
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.sealing import CannotOpen


class Screener(Protocol):
    """Whatever screens one whole text."""

    def __call__(self, text: str, /) -> Screened:
        """The screening. Raises `ScreeningUnavailable` when the machine, not the text, is the problem."""


def nothing_happens(_point: str) -> None:
    """The ordinary hook between the steps of the worker; tests put a kill here."""


def screen_next(screen: Screener, at: Callable[[str], None] = nothing_happens) -> bool:
    """Claim, score and store one text; False when nothing waits.

    The three steps are three transactions, and scoring lies in none of them. `at` is called with the name
    of each point at which a crash must lose nothing.
    """
    with writing():
        claimed = queue.claim(now())
    if claimed is None:
        return False
    subject_id, lease = claimed
    at("after claim")
    try:
        screened = _checked(screen(_text_of(subject_id)))
    except ScreeningUnavailable as error:
        with writing():
            queue.postpone(subject_id, lease, str(error), now())
        return True
    except CannotOpen:
        with writing():
            queue.fail(subject_id, lease, "the text cannot be opened", now(), final=True)
        return True
    except Exception as error:  # noqa: BLE001 - one text must never stop the others
        with writing():
            queue.fail(subject_id, lease, f"scoring failed: {type(error).__name__}", now())
        return True
    at("between score and save")
    with writing():
        settle(subject_id, lease, screened, now())
    at("after save")
    return True


def _checked(screened: Screened) -> Screened:
    """A screening whose scores are scores. Raises `ScreeningUnavailable`: a machine that lies is broken."""
    if not all(math.isfinite(score) and 0 <= score <= 1 for score in screened.labels.values()):
        raise ScreeningUnavailable("the machine answered with something that is not a score")
    return screened


def _text_of(revision_id: str) -> str:
    revision = db.session.get(Revision, revision_id)
    if revision is None:
        raise CannotOpen
    content = open_content(revision)
    db.session.rollback()
    return f"{content.title}\n{content.body}" if content.title else content.body


def settle(revision_id: str, lease: str, screened: Screened, _moment: datetime) -> None:
    """Store a screening and let its review rise where the machine saw more than the rules did."""
    if not queue.store(revision_id, lease, screened):
        return
    review = open_review(revision_id)
    if review is None:
        return
    review.flags = sorted({*review.flags, *screened.flags})
    review.aim = screened.aim
    weighed = weighed_by(review.weighed)
    raise_review(review, *raised_to(screened.lane, screened.care, weighed, screened.labels, screened.aim))
    review.version += 1
    db.session.flush()
