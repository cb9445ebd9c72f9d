"""The log finds every change, deletion, swap and cut tail, and never forks."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from forum.moderation import log
from forum.moderation.models import LogEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id


def write(count: int) -> None:
    for _ in range(count):
        with writing():
            log.append(new_id(), "publish", "review", new_id(), day_of(now()))


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
        raise ZeroDivisionError
    write(1)
    assert verify() is None


def test_decisions_at_once_never_fork_the_chain(engine_app: Flask) -> None:
    db.session.remove()
    failed: list[BaseException] = []

    def work() -> None:
        with engine_app.app_context():
            try:
                write(6)
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert db.session.scalar(db.select(db.func.count()).select_from(LogEntry)) == 30
    assert verify() is None
