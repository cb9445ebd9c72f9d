"""What a classifier can do wrong. None of it publishes anything, and none of it loses a text."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import time_machine

from forum.circles.models import PublishedPost
from forum.circles.publishing import NotScreened
from forum.circles.tasks import screen_next
from forum.moderation.actions import Moderator
from forum.screening.engine import ScreeningUnavailable
from forum.screening.findings import Screened
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.circles.test_journey import scored
from tests.faults.site import Site
from tests.faults.table import BOTH, FAULTS, Act, Fault, fault
from tests.moderation import desk


def _unavailable(_text: str) -> Screened:
    raise ScreeningUnavailable("the checkpoint is missing")


def _broken(_text: str) -> Screened:
    raise MemoryError


def _liar(**labels: float) -> Callable[[str], Screened]:
    return lambda text: Screened(labels, "routine", (), scored(text).care, "nobody", 1, "liar")


LIARS: dict[str, Callable[[str], Screened]] = {
    "missing": _unavailable,
    "breaking": _broken,
    "answering NaN": _liar(toxicity=math.nan),
    "answering infinity": _liar(toxicity=math.inf, insult=0.1),
    "answering over one": _liar(toxicity=1.7),
}


def _lying(screen: Callable[[str], Screened]) -> Act:
    def act(site: Site) -> None:
        with site.running() as app:
            post_id = site.opens()
            for _turn in range(3):
                screen_next(screen)
            review = desk.review_of(post_id)
            mo = Moderator(new_id())
            with suppress(NotScreened):
                desk.decide(mo, review.id, "publish", words="")
            assert db.session.scalar(db.select(db.func.count()).select_from(PublishedPost)) == 0
            site.check(app)
            with writing():
                db.session.execute(db.update(Screening).values(next_try_at=None, lease_until=None))
            site.score()
            desk.decide(mo, review.id, "publish", words="")
            site.check(app)

    return act


for _name, _screen in LIARS.items():
    FAULTS.append(Fault(f"classifier {_name}", _lying(_screen), BOTH))


@fault("classifier slower than its lease")
def slow(site: Site) -> None:
    with site.running() as app, time_machine.travel(now(), tick=False) as clock:
        post_id = site.opens()

        def too_slow(text: str) -> Screened:
            clock.shift(timedelta(minutes=5))
            assert screen_next(scored), "somebody else takes over"
            return Screened({"toxicity": 0.99}, "conduct", (), scored(text).care, "other", 1, "slow")

        screen_next(too_slow)
        row = db.session.get(Screening, desk.text_of(post_id).id, populate_existing=True)
        assert (row.state, row.model) == ("done", "test")
        site.check(app)
