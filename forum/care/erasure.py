"""How planned check-in notes go when who allowed them leaves for good, and what an export holds of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from forum.care.models import PlannedCheckIn
from forum.circles.models import Post
from forum.members import pseudonyms, registry
from forum.members.vault import OpenVault
from forum.storage.database import db

KIND = "check-in"


def _own(vault: OpenVault) -> list[PlannedCheckIn]:
    names = [own.id for own in pseudonyms.ring(vault)]
    of_names = select(Post.id).where(Post.pseudonym_id.in_(names))
    wanted = select(PlannedCheckIn).where(PlannedCheckIn.post_id.in_(of_names)).order_by(PlannedCheckIn.on)
    return list(db.session.scalars(wanted))


def end_waiting(_vault: OpenVault, plan_id: str, at: datetime) -> None:
    """Forget one planned note at once: nobody will be there to read it."""
    remove(plan_id, at)


def listed(vault: OpenVault) -> list[str]:
    """The notes that are planned for one's own texts."""
    return [plan.id for plan in _own(vault)]


def remove(plan_id: str, _at: datetime) -> None:
    """Forget one planned note."""
    db.session.execute(delete(PlannedCheckIn).where(PlannedCheckIn.id == plan_id))


def every() -> list[str]:
    """Every planned note, for the ledger of removals after a restore."""
    return list(db.session.scalars(select(PlannedCheckIn.id)))


def exported(vault: OpenVault) -> list[dict[str, Any]]:
    """The days on which a note is planned."""
    return [{"kind": plan.step, "day": plan.on.isoformat()} for plan in _own(vault)]


registry.eraser(registry.Texts(KIND, listed, remove, every, listed, end_waiting))
registry.exporter("check-in notes", exported)
registry.counter("planned_check_in", lambda vault: len(listed(vault)))
