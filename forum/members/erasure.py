"""How a member goes.

First what waits is taken back. Then the texts: removed one by one in random order, planned for random days,
or left where they are. Then marks, sessions, vault and key go at once, and nothing can tell any more which
names were theirs. Each text is taken back, goes or is planned in a transaction of its own, in random order,
so that no two are tied. What a crash interrupts goes on when it is asked for again: the vault goes last.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, inspect, select, text, update

from forum.members import ledger, marks, registry, sessions
from forum.members.models import Mark, Member, PlannedRemoval, Staff, VaultRow
from forum.members.vault import OpenVault
from forum.search import index
from forum.storage.clock import day_of
from forum.storage.database import db, writing

How = Literal["now", "spread", "keep"]
HOWS: tuple[How, ...] = ("now", "spread", "keep")
SPREAD_DAYS = 14
CHUNK = 500


def erase(member_id: str, vault: OpenVault, this_session: bytes, how: How, now: datetime) -> None:
    """Let a member go. Opens transactions of its own; called again after a crash, it goes on."""
    with writing():
        vault.lock_turn()
        sessions.end_all(vault, but=this_session)
    taken_back = _end_waiting(vault, now)
    for kind, object_id in _in_random_order((kind, kind.listed(vault)) for kind in registry.texts.values()):
        if how == "now":
            _remove(kind, object_id, now)
        elif how == "spread":
            _plan(kind.kind, object_id, now)
    while not _forget(member_id, vault, taken_back, now):
        taken_back |= _end_waiting(vault, now)
    shrink()


def _end_waiting(vault: OpenVault, now: datetime) -> set[str]:
    """Take back what waits, each in a transaction of its own. Returns what was tried."""
    vault.forget_reads()
    texts = _in_random_order((kind, kind.waiting(vault)) for kind in registry.texts.values())
    for kind, object_id in texts:
        with writing():
            vault.lock_turn()
            kind.end_waiting(vault, object_id, now)
    return {object_id for _kind, object_id in texts}


def _in_random_order(
    found: Iterable[tuple[registry.Texts, list[str]]],
) -> list[tuple[registry.Texts, str]]:
    texts = [(kind, object_id) for kind, ids in found for object_id in ids]
    db.session.rollback()
    secrets.SystemRandom().shuffle(texts)
    return texts


def remove_due(now: datetime) -> int:
    """Remove the texts whose day has come. Returns how many."""
    due = db.session.execute(
        select(PlannedRemoval.kind, PlannedRemoval.object_id).where(PlannedRemoval.day <= day_of(now))
    ).all()
    db.session.rollback()
    for kind, object_id in due:
        if kind in registry.texts:
            _remove(registry.texts[kind], object_id, now)
    if due:
        shrink()
    return len(due)


def erase_again(now: datetime) -> int:
    """After a restore: let go again whatever the ledger names. Returns how much there was."""
    members = ledger.gone(db.session.scalars(select(Member.id)).all())
    rows = ledger.gone([bytes(one) for one in db.session.scalars(select(VaultRow.address))])
    marked = ledger.gone([bytes(one) for one in db.session.scalars(select(Mark.mark))])
    with writing():
        for model, column, found in (
            (Member, Member.id, members),
            (VaultRow, VaultRow.address, rows),
            (Mark, Mark.mark, marked),
        ):
            for start in range(0, len(found), CHUNK):
                db.session.execute(delete(model).where(column.in_(found[start : start + CHUNK])))
        db.session.execute(update(Staff).where(Staff.member_id.in_(members)).values(member_id=None))
    texts = 0
    for kind in registry.texts.values():
        for object_id in ledger.gone(kind.every()):
            _remove(kind, str(object_id), now)
            texts += 1
    shrink()
    return len(members) + len(rows) + len(marked) + texts


def shrink(*, whole: bool = False) -> None:
    """Let what was deleted leave the file: SQLite overwrites freed pages, and the log of changes is cut.

    `whole` writes the file anew besides, each table in the order of its keys.
    """
    if db.session.get_bind().dialect.name != "sqlite":
        return
    with writing():
        index.tidy()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        if whole:
            connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")


def rewrite_in_random_order() -> int:
    """Write the tables anew in the order of their random keys.

    Row versions on PostgreSQL, and the pages of long rows on SQLite, then tell no more which rows were
    written together, or when. Only the log keeps its order, which is its purpose. Returns how many tables
    were written one by one: none on SQLite, which writes its whole file.
    """
    if db.session.get_bind().dialect.name != "postgresql":
        shrink(whole=True)
        return 0
    looked = inspect(db.engine)
    tables = sorted(set(looked.get_table_names()) - IN_ORDER)
    keys = {table: looked.get_pk_constraint(table) for table in tables}
    for table, key in keys.items():
        if key["name"]:
            column = key["constrained_columns"][0]
            with writing() as session:
                session.execute(text(f'UPDATE "{table}" SET "{column}" = "{column}"'))  # noqa: S608
            with writing() as session:
                session.execute(text(f'CLUSTER "{table}" USING "{key["name"]}"'))
    return len(keys)


IN_ORDER = frozenset({"log_entry", "alembic_version"})
"""Tables whose order is public or says nothing."""


def _remove(kind: registry.Texts, object_id: str, now: datetime) -> None:
    ledger.remember([object_id])
    with writing():
        kind.remove(object_id, now)
        db.session.execute(delete(PlannedRemoval).where(PlannedRemoval.object_id == object_id))


def _plan(kind: str, object_id: str, now: datetime) -> None:
    day = day_of(now) + timedelta(days=1 + secrets.randbelow(SPREAD_DAYS))
    with writing() as session:
        if session.get(PlannedRemoval, object_id) is None:
            session.add(PlannedRemoval(object_id=object_id, kind=kind, day=day))


def _forget(member_id: str, vault: OpenVault, taken_back: set[str], now: datetime) -> bool:
    """Let marks, sessions, vault and key go. False, and nothing is done, where a text came in meanwhile."""
    with writing():
        vault.lock_turn()
        if any(set(kind.waiting(vault)) - taken_back for kind in registry.texts.values()):
            return False  # another tab had it on its way
        own = [vault.mark(e.data["kind"], e.data["object"]) for e in vault.entries(marks.KIND)]
        for start in range(0, len(own), CHUNK):
            db.session.execute(delete(Mark).where(Mark.mark.in_(own[start : start + CHUNK])))
        sessions.end_all(vault)
        addresses = vault.wipe()
        ledger.remember([member_id, *own, *addresses])
        for staff_id in db.session.scalars(select(Staff.id).where(Staff.member_id == member_id)).all():
            registry.staff_left(staff_id, now, for_good=True)
        db.session.execute(update(Staff).where(Staff.member_id == member_id).values(member_id=None))
        db.session.execute(delete(Member).where(Member.id == member_id))
    return True
