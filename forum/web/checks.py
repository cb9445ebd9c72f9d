"""What `doctor` looks at besides the running parts: schema, durability, keys, disk, folder, limit store."""

from __future__ import annotations

import shutil

from sqlalchemy import text

from forum.storage import rotation, schema
from forum.storage.database import db
from forum.storage.settings import current_settings
from forum.web.health import Finding, check
from forum.web.limits import counter

LEAST_FREE = 500 * 1024 * 1024
FULL = 2


@check("schema", public=False)
def _schema() -> Finding:
    with db.engine.connect() as connection:
        there, newest = schema.revision_of(connection), schema.newest()
    good = there == newest and newest is not None
    words = "up to date" if good else f"at {there or 'nothing'}, should be at {newest}: run flask db upgrade"
    return Finding("schema", good, words)


@check("durability", public=False)
def _durability() -> Finding:
    if current_settings().is_sqlite:
        mode = db.session.execute(text("PRAGMA journal_mode")).scalar()
        good = mode == "wal" and db.session.execute(text("PRAGMA synchronous")).scalar() == FULL
    else:
        asked = ("fsync", "full_page_writes", "synchronous_commit")
        good = all(db.session.execute(text(f"SHOW {name}")).scalar() == "on" for name in asked)
    words = "what is acknowledged survives a power cut" if good else "a power cut may lose acknowledged texts"
    return Finding("durability", good, words)


@check("field key", public=False)
def _field_key() -> Finding:
    lost, old = rotation.count_lost(), rotation.count_old()
    if lost:
        return Finding("field key", good=False, words=f"{lost} texts need a key that is not in FIELD_KEY")
    words = f"{old} texts lie under an older key: run rotate-keys" if old else "opens all that lies sealed"
    return Finding("field key", good=True, words=words)


@check("disk", public=False)
def _disk() -> Finding:
    free = shutil.disk_usage(current_settings().data_dir).free
    return Finding("disk", free > LEAST_FREE, f"{free // 2**20} MiB free")


@check("data folder", public=False)
def _folder() -> Finding:
    closed = not current_settings().data_dir.stat().st_mode & 0o077
    return Finding(
        "data folder", closed, "closed to others" if closed else "others may look into it: chmod 700"
    )


@check("limit store", public=False)
def _limits() -> Finding:
    good = bool(counter().storage.check())
    return Finding("limit store", good, "answers" if good else "away: joining and signing in are closed")
