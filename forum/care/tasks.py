"""When check-in notes leave."""

from __future__ import annotations

from forum.care import actions
from forum.jobs import schedule
from forum.storage.clock import now
from forum.storage.database import writing


@schedule.every(hours=1)
def leave_check_ins() -> None:
    """Leave the check-in notes whose time has come, batch by batch."""
    more = actions.BATCH
    while more == actions.BATCH:
        with writing():
            more = actions.leave_check_ins(now())
