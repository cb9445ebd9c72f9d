"""The table is the queue: workers claim a screening under a lease, store what they found, or try again.

Whatever happens to a worker between two of these steps, the lease ends and somebody else takes over.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from forum.screening.findings import Screened
from forum.screening.models import Screening
from forum.storage.database import db
from forum.storage.types import new_id

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)


def claim(now: datetime) -> tuple[str, str] | None:
    """Take the most urgent pending screening: its subject and the lease, or None when nothing waits.

    A text whose every try was cut off (the worker died, or took longer than its lease) is set aside instead.
    """
    free = (
        select(Screening.subject_id)
        .where(
            Screening.state == "pending",
            (Screening.next_try_at.is_(None)) | (Screening.next_try_at <= now),
            (Screening.lease_until.is_(None)) | (Screening.lease_until <= now),
        )
        .order_by(Screening.urgency, Screening.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    lease = new_id()
    taken = db.session.execute(
        update(Screening)
        .where(Screening.subject_id == free.scalar_subquery(), Screening.state == "pending")
        .values(lease=lease, lease_until=now + LEASE, attempts=Screening.attempts + 1)
        .returning(Screening.subject_id, Screening.attempts)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return None
    if taken.attempts > MOST_ATTEMPTS:
        fail(taken.subject_id, lease, "every try to score it was cut off", now, final=True)
        return claim(now)
    return taken.subject_id, lease


def store(subject_id: str, lease: str, screened: Screened) -> bool:
    """Keep a finished screening; False when the lease was lost and another worker has it."""
    row = _leased(subject_id, lease)
    if row is None:
        return False
    row.state = "done"
    row.labels = screened.labels
    row.findings = [asdict(one) for one in (*screened.care.findings, *screened.contempt.findings)]
    row.marks = [asdict(mark) for mark in screened.marks]
    row.windows, row.model = screened.windows, screened.model
    row.problem = ""
    row.lease = row.lease_until = row.next_try_at = None
    db.session.flush()
    return True


def fail(subject_id: str, lease: str, problem: str, now: datetime, *, final: bool = False) -> None:
    """Note why a text could not be scored and when to try again; a poison text is set aside."""
    row = _leased(subject_id, lease)
    if row is None:
        return
    row.problem = problem
    row.lease = row.lease_until = None
    if final or row.attempts >= MOST_ATTEMPTS:
        row.state = "set aside"
    else:
        row.next_try_at = now + min(FIRST_PAUSE * 4 ** (row.attempts - 1), LONGEST_PAUSE)
    db.session.flush()


def postpone(subject_id: str, lease: str, problem: str, now: datetime) -> None:
    """Give a screening back because the machine, not the text, has a problem. It does not count as a try."""
    row = _leased(subject_id, lease)
    if row is None:
        return
    row.attempts = max(0, row.attempts - 1)
    row.problem = problem
    row.lease = row.lease_until = None
    row.next_try_at = now + timedelta(seconds=30)
    db.session.flush()


def try_again(subject_id: str) -> bool:
    """Let a text that was set aside be scored once more."""
    row = db.session.get(Screening, subject_id)
    if row is None or row.state != "set aside":
        return False
    row.state, row.attempts, row.next_try_at = "pending", 0, None
    row.tried_again = True
    db.session.flush()
    return True


def count_pending() -> int:
    """How many texts wait for the machine."""
    pending = select(func.count()).select_from(Screening).where(Screening.state == "pending")
    return db.session.scalar(pending) or 0


def _leased(subject_id: str, lease: str) -> Screening | None:
    return db.session.scalars(
        select(Screening)
        .where(Screening.subject_id == subject_id, Screening.lease == lease, Screening.state == "pending")
        .with_for_update()
    ).first()
