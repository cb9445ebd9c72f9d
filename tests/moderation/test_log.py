"""The log finds every change, deletion, swap and cut tail, and never forks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from forum.moderation import log
from forum.moderation.models import LogEntry, LogHead, StagedEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id


def stage(count: int) -> None:
    for _ in range(count):
        with writing():
            log.append(new_id(), "publish", "review", new_id(), day_of(now()))


def chain(days: int = 1) -> int:
    with writing():
        return log.chain(now() + timedelta(days=days))


def write(count: int) -> None:
    """Write entries down, and let their day be over."""
    stage(count)
    chain()


def verify() -> log.Fault | None:
    db.session.remove()
    return log.verify(current_settings().anchor_file)


def execute(statement: str, **values: object) -> None:
    with writing() as session:
        session.execute(db.text(statement), values)


def swap() -> None:
    a, b = (db.session.get_one(LogEntry, place).hash for place in (3, 4))
    execute("UPDATE log_entry SET hash = :b WHERE place = 3", b=b)
    execute("UPDATE log_entry SET hash = :a WHERE place = 4", a=a)


def rewrite_everything() -> None:
    """Somebody with the database makes a whole new chain; the anchor outside it tells."""
    with writing():
        previous = log.START
        for entry in db.session.scalars(db.select(LogEntry).order_by(LogEntry.place)):
            entry.act = "decline" if entry.place == 2 else entry.act
            entry.previous = previous
            entry.hash = previous = log.hash_of(entry)


FAULTS: dict[str, tuple[Callable[[], None], int, str]] = {
    "change": (lambda: execute("UPDATE log_entry SET act = 'decline' WHERE place = 3"), 3, "changed"),
    "who": (lambda: execute("UPDATE log_entry SET staff_id = 'x' WHERE place = 1"), 1, "changed"),
    "deletion": (lambda: execute("DELETE FROM log_entry WHERE place = 2"), 2, "missing"),
    "swap": (swap, 3, "changed"),
    "cut tail": (lambda: execute("DELETE FROM log_entry WHERE place > 3"), 4, "cut"),
    "all gone": (lambda: execute("DELETE FROM log_entry"), 1, "cut"),
    "rewritten": (rewrite_everything, 2, "anchor"),
}


def copied() -> None:
    one, other = db.session.scalars(db.select(StagedEntry).limit(2)).all()
    execute(
        "UPDATE log_staged SET object_id = :o, mac = :m WHERE id = :i", o=one.object_id, m=one.mac, i=other.id
    )


BESIDE: dict[str, tuple[Callable[[], None], str]] = {
    "change": (lambda: execute("UPDATE log_staged SET act = 'decline'"), "was changed"),
    "who": (lambda: execute("UPDATE log_staged SET staff_id = 'x'"), "was changed"),
    "a copy in its place": (copied, "was changed"),
    "deletion": (
        lambda: execute("DELETE FROM log_staged WHERE id = (SELECT max(id) FROM log_staged)"),
        "missing",
    ),
    "all gone": (lambda: execute("DELETE FROM log_staged"), "missing"),
    "all gone with the count": (
        lambda: execute("DELETE FROM log_staged; ") or execute("DELETE FROM log_head"),
        "missing",
    ),
    "the count": (lambda: execute("UPDATE log_head SET total = total - 1"), "count"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_each_fault_beside_the_chain_is_found_and_stays_found(app: Flask, name: str) -> None:
    write(2)
    stage(3)
    assert verify() is None
    act, why = BESIDE[name]
    act()
    for _turn in range(2):
        found = verify()
        assert found is not None and found.place == 3 and why in found.why, found
        stage(1)  # what comes after must not heal it


def test_an_older_state_of_database_and_count_is_found(app: Flask) -> None:
    stage(2)
    kept = {row.id for row in db.session.scalars(db.select(StagedEntry))}
    head = db.session.execute(db.select(LogHead.total, LogHead.mac)).one()
    stage(1)
    for entry_id in set(db.session.scalars(db.select(StagedEntry.id))) - kept:
        execute("DELETE FROM log_staged WHERE id = :id", id=entry_id)
    execute("UPDATE log_head SET total = :t, mac = :m", t=head.total, m=head.mac)
    for _turn in range(2):
        found = verify()
        assert found is not None and "cut" in found.why
        stage(1)


def test_a_changed_entry_never_joins_the_chain(app: Flask) -> None:
    stage(3)
    execute("UPDATE log_staged SET act = 'decline' WHERE id = (SELECT max(id) FROM log_staged)")
    assert chain() == 2
    found = verify()
    assert found is not None and (found.place, "was changed" in found.why) == (3, True)


def test_the_entries_of_a_day_join_in_random_order_and_days_in_theirs(app: Flask) -> None:
    at = now()
    orders = set()
    for turn in range(8):
        objects = [new_id() for _ in range(6)]
        for object_id in objects:
            with writing():
                log.append(new_id(), "publish", "review", object_id, day_of(at) + timedelta(days=turn))
        with writing():
            assert log.chain(at + timedelta(days=turn)) == 0, "its day is not over"
            assert log.chain(at + timedelta(days=turn + 1)) == 6
        entries = db.session.scalars(db.select(LogEntry).order_by(LogEntry.place)).all()[-6:]
        orders.add(tuple(objects.index(entry.object_id) for entry in entries))
    assert len(orders) > 4
    days = db.session.scalars(db.select(LogEntry.day).order_by(LogEntry.place)).all()
    assert days == sorted(days) and verify() is None


def test_nothing_but_the_day_and_a_random_key_orders_what_waits(app: Flask) -> None:
    assert set(StagedEntry.__table__.columns.keys()) == {
        "id", "day", "staff_id", "act", "object_kind", "object_id", "rule", "mac"
    }  # fmt: skip
    assert StagedEntry.__table__.dialect_options["sqlite"]["with_rowid"] is False


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_at_its_place(app: Flask, name: str) -> None:
    write(5)
    assert verify() is None
    act, place, why = FAULTS[name]
    act()
    found = verify()
    assert found is not None
    assert found.place == place
    assert why in found.why


def test_the_command_says_so(app: Flask) -> None:
    write(2)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["kindred", "verify-log"]).exit_code == 0
    FAULTS["change"][0]()
    execute("UPDATE log_entry SET act = 'decline' WHERE place = 1")
    answer = runner.invoke(args=["kindred", "verify-log"])
    assert answer.exit_code == 1
    assert "entry 1" in answer.output


def test_a_line_of_the_anchor_that_a_crash_cut_short_is_passed_over(app: Flask) -> None:
    write(2)
    anchor = current_settings().anchor_file
    anchor.write_text(anchor.read_text() + '{"place": 3, "ha')
    assert verify() is None


def test_what_was_rolled_back_leaves_neither_entry_nor_anchor(app: Flask) -> None:
    write(1)
    with pytest.raises(ZeroDivisionError), writing():
        log.append(new_id(), "publish", "review", new_id(), day_of(now()))
        log.chain(now() + timedelta(days=1))
        raise ZeroDivisionError
    write(1)
    assert verify() is None
    assert log.read_anchors(current_settings().anchor_file).totals == [1, 2]


def test_decisions_at_once_never_fork_the_chain(engine_app: Flask) -> None:
    db.session.remove()
    failed: list[BaseException] = []

    def work(turn: int) -> None:
        with engine_app.app_context():
            try:
                write(6) if turn else chain()
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (0, 1, 2, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    chain()
    assert db.session.scalar(db.select(db.func.count()).select_from(LogEntry)) == 30
    assert verify() is None
