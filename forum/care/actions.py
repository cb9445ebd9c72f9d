"""Check-in notes: allowed or stopped by the author of a text, left when their day comes, then forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from forum.care import rules
from forum.care.models import PlannedCheckIn
from forum.circles.actions import own_post
from forum.circles.models import Post, Revision
from forum.members.vault import OpenVault
from forum.notices.actions import tell
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.types import new_id

BATCH = 200


def allow_check_ins(vault: OpenVault, post_id: str, now: datetime) -> None:
    """Plan the notes for a text of one's own; once is enough. Raises `NotYours`."""
    own_post(vault, post_id)
    if has_check_ins(post_id):
        return
    sent = db.session.scalar(
        select(Revision.submitted_at).where(Revision.post_id == post_id, Revision.submitted_at.is_not(None))
    )
    today = day_of(now)
    for step, on in rules.planned(day_of(sent or now), today).items():
        db.session.add(PlannedCheckIn(id=new_id(), post_id=post_id, step=step, on=on))
    db.session.flush()


def stop_check_ins(vault: OpenVault, post_id: str) -> None:
    """Forget the notes that are planned for a text of one's own. Raises `NotYours`."""
    own_post(vault, post_id)
    db.session.execute(delete(PlannedCheckIn).where(PlannedCheckIn.post_id == post_id))


def has_check_ins(post_id: str) -> bool:
    """Whether a note is still planned for a text."""
    planned = select(PlannedCheckIn.id).where(PlannedCheckIn.post_id == post_id).limit(1)
    return db.session.scalar(planned) is not None


def leave_check_ins(now: datetime) -> int:
    """Leave the notes whose time has come, and forget that they were planned. Returns how many rows went."""
    today = day_of(now)
    rows = db.session.execute(
        select(PlannedCheckIn, Post.pseudonym_id)
        .join(Post, Post.id == PlannedCheckIn.post_id)
        .where(PlannedCheckIn.on <= today)
        .order_by(PlannedCheckIn.id)
        .limit(BATCH)
        .with_for_update(of=PlannedCheckIn)
    ).all()
    due = [(plan, name) for plan, name in rows if rules.is_due(plan.on, today, now)]
    for plan, pseudonym_id in due:
        if not rules.is_too_late(plan.step, plan.on, today):
            tell(pseudonym_id, "care", today, words=plan.step, post_id=plan.post_id)
        db.session.delete(plan)
    db.session.flush()
    return len(due)
