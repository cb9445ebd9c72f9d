"""Telling a pseudonym something, inside the transaction of what is told."""

from __future__ import annotations

import json
from datetime import date, datetime

from forum.notices.models import Notice
from forum.storage.database import db
from forum.storage.settings import field_keys
from forum.storage.types import new_id

KINDS = (
    "published",
    "accepted",
    "closed",
    "reopened",
    "returned",
    "declined",
    "proposed",
    "word",
    "hidden",
    "shown",
    "removed",
    "late",
    "reply",
    "report",
    "appeal",
    "care",
    "ending",
    "strike",
    "noted",
    "thanks",
    "helped",
    "unreadable",
    "badge",
)


def tell(
    pseudonym_id: str,
    kind: str,
    day: date,
    *,
    words: str = "",
    post_id: str = "",
    thread_id: str = "",
    decision_id: str | None = None,
    not_before: datetime | None = None,
) -> Notice:
    """Leave a sealed notice for a pseudonym. One that belongs to a decision goes when it is taken back."""
    assert kind in KINDS
    notice = Notice(
        id=new_id(),
        pseudonym_id=pseudonym_id,
        decision_id=decision_id,
        kind=kind,
        not_before=not_before,
        day=day,
        sealed=b"",
    )
    text = json.dumps({"words": words, "post": post_id, "thread": thread_id}, ensure_ascii=False)
    notice.sealed = field_keys().seal_text(text, "notice", "sealed", notice.id)
    db.session.add(notice)
    db.session.flush()
    return notice
