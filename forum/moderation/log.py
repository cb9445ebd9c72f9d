"""The append-only log: hash-chained, without words, with an anchor outside the database.

An entry is first written down beside the chain, in the transaction of what it records, sealed by a keyed
hash and counted. Once its day is over, the entries of that day join the chain in shuffled order: within a
day the order of decisions would say which texts were read one after the other, and so perhaps which names
belong to one person (`docs/linkage.md`).

In the chain each entry's hash covers its fields and the hash before it (SHA-256 over canonical JSON). The
anchor file gets, after the commit, how many entries there are with each new one, and the place and hash of
each that joins the chain. So a cut tail shows, in the chain and beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select, text

from forum.moderation.models import LogEntry, LogHead, StagedEntry
from forum.storage.clock import day_of
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import current_settings, lasting_keys

START = bytes(32)
LOG_LOCK = 7_317_001
HEAD = "log"
BROKEN = bytes(32)
Entry = LogEntry | StagedEntry


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place at which the log does not hold, and why."""

    place: int
    why: str


@dataclass(frozen=True, slots=True)
class Anchors:
    """What lies outside the database: hashes in hex by place, and each count of entries as it was reached."""

    hashes: dict[int, str] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)


def append(
    staff_id: str, act: str, object_kind: str, object_id: str, day: date, rule: str = ""
) -> StagedEntry:
    """Write one entry down inside the transaction of what it records; the anchor follows after the commit."""
    _lock()
    entry = StagedEntry(
        day=day, staff_id=staff_id, act=act, object_kind=object_kind, object_id=object_id, rule=rule, mac=b""
    )
    db.session.add(entry)
    db.session.flush()
    entry.mac = _mac(_fields(entry), entry.id)
    total = _count_one_more()
    db.session.flush()
    _after_commit({"total": total})
    return entry


def chain(now: datetime) -> int:
    """Let the entries of days that are over join the chain, each day's in random order. Returns how many.

    An entry whose keyed hash does not hold stays where it is, and the verifier names it.
    """
    _lock()
    waiting = [
        entry
        for entry in db.session.scalars(select(StagedEntry).where(StagedEntry.day < day_of(now)))
        if _is_sealed(entry)
    ]
    secrets.SystemRandom().shuffle(waiting)
    place = db.session.scalar(select(func.max(LogEntry.place))) or 0
    last = db.session.get(LogEntry, place) if place else None
    previous = last.hash if last else START
    for entry in sorted(waiting, key=lambda one: one.day):
        place += 1
        joined = LogEntry(
            place=place,
            day=entry.day,
            staff_id=entry.staff_id,
            act=entry.act,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            rule=entry.rule,
            previous=previous,
        )
        joined.hash = previous = hash_of(joined)
        db.session.add(joined)
        db.session.delete(entry)
        _after_commit({"place": place, "hash": joined.hash.hex()})
    db.session.flush()
    return len(waiting)


def hash_of(entry: LogEntry) -> bytes:
    """The hash that an entry of the chain must carry."""
    fields = [entry.place, *_fields(entry)]
    return hashlib.sha256(entry.previous + json.dumps(fields, separators=(",", ":")).encode()).digest()


def waiting() -> list[StagedEntry]:
    """The entries beside the chain, in no order that says anything."""
    return list(db.session.scalars(select(StagedEntry).order_by(StagedEntry.id)))


def verify(anchor: Path) -> Fault | None:
    """Verify the whole log of the running forum against its anchor."""
    anchors = read_anchors(anchor)
    entries = db.session.scalars(select(LogEntry).order_by(LogEntry.place).execution_options(yield_per=500))
    return find_fault(entries, anchors.hashes) or _fault_beside(anchors.totals)


def find_fault(entries: Iterable[LogEntry], anchors: dict[int, str]) -> Fault | None:
    """The first fault of a chain in order of place, or None. `anchors` maps places to hashes in hex."""
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


def _fault_beside(totals: list[int]) -> Fault | None:
    """What does not hold beside the chain: entries that wait, and the count of all."""
    beside = waiting()
    chained = db.session.scalar(select(func.count()).select_from(LogEntry)) or 0
    head = db.session.get(LogHead, HEAD)
    total = head.total if head else 0
    if any(not _is_sealed(entry) for entry in beside):
        return Fault(chained + 1, "an entry that waits to join was changed")
    if head is not None and head.mac not in _macs([total], HEAD):
        return Fault(chained + 1, "the count of entries was changed")
    if total != chained + len(beside):
        return Fault(chained + 1, "an entry that waited to join is missing")
    if max(totals, default=0) > total or len(set(totals)) < len(totals):
        return Fault(chained + 1, "the tail was cut")
    return None


def key_is_known() -> bool:
    """Whether a configured `SECRET_KEY` is the one under which the log was kept. True where there is none."""
    head = db.session.get(LogHead, HEAD)
    return head is None or head.mac in _macs([head.total], HEAD)


def read_anchors(path: Path) -> Anchors:
    """What the anchor file holds; a line that a crash cut short is passed over."""
    found = Anchors()
    if not path.exists():
        return found
    for line in path.read_text().splitlines():
        try:
            told = json.loads(line)
            if "total" in told:
                found.totals.append(int(told["total"]))
            else:
                found.hashes[int(told["place"])] = str(told["hash"])
        except (ValueError, KeyError, TypeError):
            continue
    return found


def write_anchor(path: Path, told: dict[str, int | str]) -> None:
    """Append one line to the anchor file. A full disk here does not undo the decision."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return
    try:
        os.write(handle, (json.dumps(told) + "\n").encode())
    except OSError:
        return
    finally:
        os.close(handle)


def _lock() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOG_LOCK})


def _count_one_more() -> int:
    """Count one more entry. A count that was tampered with is not sealed anew, so that it goes on to show."""
    head = db.session.get(LogHead, HEAD, populate_existing=True)
    if head is None:
        head = LogHead(name=HEAD, total=0, mac=_mac([0], HEAD))
        db.session.add(head)
    good = head.mac in _macs([head.total], HEAD)
    head.total += 1
    head.mac = _mac([head.total], HEAD) if good else BROKEN
    return head.total


def _after_commit(told: dict[str, int | str]) -> None:
    anchor = current_settings().anchor_file
    db.session().info.setdefault("after_commit", []).append(lambda: write_anchor(anchor, told))


def _fields(entry: Entry) -> list[str | int]:
    named = [entry.staff_id, entry.act, entry.object_kind, entry.object_id, entry.rule]
    return [entry.day.isoformat(), *named]


def _is_sealed(entry: StagedEntry) -> bool:
    return entry.mac in _macs(_fields(entry), entry.id)


def _mac(fields: list[str | int], row: str) -> bytes:
    return _macs(fields, row)[0]


def _macs(fields: list[str | int], row: str) -> list[bytes]:
    """The keyed hash of some fields in their row, under the newest secret key and under each older one."""
    words = json.dumps(fields, separators=(",", ":"))
    return [keyed_hash(key, words, row) for key in lasting_keys("moderation log")]
