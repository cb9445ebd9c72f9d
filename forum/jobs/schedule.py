"""What is to be done again and again, and how often.

A job is a function without arguments that may run at any time and any number of times. Each room writes,
in its `tasks.py`:

    @schedule.every(minutes=5)
    def end_what_is_over() -> None: ...

A job is due when its last sign of life is older than its interval, so a machine that slept through the
night catches up in the morning. A job that fails is tried again a minute later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from forum.jobs import signs
from forum.storage.clock import now
from forum.storage.database import db, writing

Act = Callable[[], None]
JOB = "job:"
log = structlog.get_logger("forum.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do about once in an interval."""

    name: str
    interval: timedelta
    act: Act


_jobs: dict[str, Job] = {}


def every(minutes: int = 0, hours: int = 0, days: int = 0) -> Callable[[Act], Act]:
    """Register a job that runs about this often. Raises `ValueError` for an interval under a minute."""
    interval = timedelta(minutes=minutes, hours=hours, days=days)
    if interval < timedelta(minutes=1):
        raise ValueError("a job runs once a minute at most")

    def keep(act: Act) -> Act:
        name = f"{act.__module__.removeprefix('forum.').removesuffix('.tasks')}.{act.__name__}"
        _jobs[name] = Job(name, interval, act)
        return act

    return keep


def jobs() -> list[Job]:
    """Every registered job, by name."""
    return [_jobs[name] for name in sorted(_jobs)]


def due(moment: datetime) -> list[Job]:
    """The jobs whose time has come."""
    seen = signs.last_of_all()
    db.session.rollback()
    return [job for job in jobs() if _is_due(job, seen.get(JOB + job.name), moment)]


def run(name: str) -> bool:
    """Run one job now and remember that it ran. A failure is logged and answered with False."""
    job = _jobs[name]
    try:
        job.act()
    except Exception as error:
        db.session.rollback()
        log.error("job_failed", job=name, error=type(error).__name__, exc_info=error)
        return False
    with writing():
        signs.leave(JOB + name, now())
    return True


def _is_due(job: Job, last: datetime | None, moment: datetime) -> bool:
    """A minute of grace, because the clock that asks ticks once a minute."""
    return (
        last is None or moment - last > job.interval - timedelta(seconds=30) or last > moment + job.interval
    )
