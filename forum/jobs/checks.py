"""What `/healthz` and `doctor` say about the work behind the pages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from forum.jobs import signs
from forum.jobs.queue import SCHEDULER
from forum.screening.models import Screening
from forum.storage.clock import now
from forum.storage.database import db
from forum.web.days import said_minutes
from forum.web.health import Finding, check

WORKER = "screening"
QUIET = timedelta(minutes=3)


@check("screening worker")
def _worker() -> Finding:
    return _seen("screening worker", WORKER)


@check("scheduler")
def _scheduler() -> Finding:
    return _seen("scheduler", SCHEDULER)


@check("screening")
def _screening() -> Finding:
    """How many texts wait for the machine. Only a count: the wait itself would tell when somebody wrote."""
    waiting = db.session.execute(
        select(func.count()).select_from(Screening).where(Screening.state == "pending")
    ).scalar_one()
    aside = db.session.execute(
        select(func.count()).select_from(Screening).where(Screening.state == "set aside")
    ).scalar_one()
    words = "nothing waits" if not waiting else f"{_about(waiting)} wait to be scored"
    return Finding(
        "screening", good=not aside, words=words + (f", {_about(aside)} set aside" if aside else "")
    )


def _seen(name: str, sign: str) -> Finding:
    last = signs.last(sign)
    if last is None:
        return Finding(name, good=False, words="not seen yet")
    away = now() - last
    if away < QUIET:
        return Finding(name, good=True, words="at work")
    return Finding(name, good=False, words=f"not seen for {said_minutes(int(away.total_seconds() // 60))}")


def _about(count: int) -> str:
    """A count in rough steps, so that watching it does not show single texts."""
    for step in (10, 100, 1000):
        if count < step:
            return f"fewer than {step}"
    return "a thousand or more"
