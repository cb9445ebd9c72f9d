"""What is done again and again for members, and after a restore."""

from __future__ import annotations

from sqlalchemy import delete

from forum.jobs import schedule
from forum.members import erasure
from forum.members.models import Invite, MemberSession, Sanction
from forum.storage.backup import after_restore
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing


@schedule.every(minutes=10)
def forget_ended_sessions() -> None:
    """Delete the rows of sessions that are over."""
    with writing():
        db.session.execute(delete(MemberSession).where(MemberSession.ends_at <= now()))


@schedule.every(hours=6)
def forget_old_invites_and_sanctions() -> None:
    """Delete invites and sanctions whose last day is over."""
    today = day_of(now())
    with writing():
        db.session.execute(delete(Invite).where(Invite.until < today))
        db.session.execute(delete(Sanction).where(Sanction.until < today))


@schedule.every(hours=1)
def remove_planned_texts() -> None:
    """Remove the texts whose authors have gone and whose day has come."""
    erasure.remove_due(now())


@schedule.every(hours=24)
def rewrite_in_random_order() -> None:
    """Let row versions on PostgreSQL tell nothing."""
    erasure.rewrite_in_random_order()


@after_restore
def let_go_again() -> None:
    """Erase again what the ledger names; a session of the time of the backup is over in any case."""
    with writing():
        db.session.execute(delete(MemberSession))
    erasure.erase_again(now())
