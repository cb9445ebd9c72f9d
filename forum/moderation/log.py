"""The append-only log: hash-chained, without words, with an anchor outside the database.

Each entry's hash covers its fields and the hash before it (SHA-256 over canonical JSON). The anchor file
gets the place and hash of each new head after the commit, so that a cut tail shows.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, text

from forum.moderation.models import LogEntry
from forum.storage.database import db
from forum.storage.settings import current_settings

START = bytes(32)
LOG_LOCK = 7_317_001


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place at which the log does not hold, and why."""

    place: int
    why: str


def append(staff_id: str, act: str, object_kind: str, object_id: str, day: date, rule: str = "") -> LogEntry:
    """Add one entry inside the transaction of what it records; the anchor follows after the commit."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOG_LOCK})
    place = db.session.scalar(select(func.max(LogEntry.place))) or 0
    last = db.session.get(LogEntry, place) if place else None
    entry = LogEntry(
        place=place + 1,
        day=day,
        staff_id=staff_id,
        act=act,
        object_kind=object_kind,
        object_id=object_id,
        rule=rule,
        previous=last.hash if last else START,
    )
    entry.hash = hash_of(entry)
    db.session.add(entry)
    db.session.flush()
    head = (entry.place, entry.hash.hex())
    anchor = current_settings().anchor_file
    db.session().info.setdefault("after_commit", []).append(lambda: write_anchor(anchor, *head))
    return entry


def hash_of(entry: LogEntry) -> bytes:
    """The hash that an entry must carry."""
    fields = [
        entry.place,
        entry.day.isoformat(),
        entry.staff_id,
        entry.act,
        entry.object_kind,
        entry.object_id,
        entry.rule,
    ]
    return hashlib.sha256(entry.previous + json.dumps(fields, separators=(",", ":")).encode()).digest()


def write_anchor(path: Path, place: int, digest: str) -> None:
    """Append the new head to the anchor file. A full disk here does not undo the decision."""
    line = json.dumps({"place": place, "hash": digest}) + "\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return
    try:
        os.write(handle, line.encode())
    except OSError:
        return
    finally:
        os.close(handle)


def find_fault(entries: Iterable[LogEntry], anchors: dict[int, str]) -> Fault | None:
    """The first fault of a log in order of place, or None. `anchors` maps places to hashes in hex."""
    previous, place = START, 0
    for entry in entries:
        place += 1
        if entry.place != place:
            return Fault(place, "an entry is missing")
        if entry.previous != previous:
            return Fault(place, "the chain is broken")
        if entry.hash != hash_of(entry):
            return Fault(place, "the entry was changed")
        if anchors.get(place, entry.hash.hex()) != entry.hash.hex():
            return Fault(place, "the entry differs from the anchor")
        previous = entry.hash
    beyond = [anchored for anchored in anchors if anchored > place]
    return Fault(place + 1, "the tail was cut") if beyond else None


def read_anchors(path: Path) -> dict[int, str]:
    """The anchored heads; a line that a crash cut short is passed over."""
    anchors: dict[int, str] = {}
    if not path.exists():
        return anchors
    for line in path.read_text().splitlines():
        try:
            head = json.loads(line)
            anchors[int(head["place"])] = str(head["hash"])
        except (ValueError, KeyError, TypeError):
            continue
    return anchors


def verify(anchor: Path) -> Fault | None:
    """Verify the whole log of the running forum against its anchor."""
    entries = db.session.scalars(select(LogEntry).order_by(LogEntry.place).execution_options(yield_per=500))
    return find_fault(entries, read_anchors(anchor))
