"""The vault loses nothing, tells nothing, and stays quick."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from forum.members.models import VaultRow
from forum.members.vault import SHORT, STEPS, OpenVault, VaultFull
from forum.storage.database import db, writing
from forum.storage.sealing import CannotOpen
from tests import engines

Counting = Callable[[], AbstractContextManager[engines.Statements]]


def fresh() -> OpenVault:
    """The vault of somebody new."""
    return OpenVault(secrets.token_bytes(32))


def rows() -> list[VaultRow]:
    return list(db.session.scalars(db.select(VaultRow)))


def test_entries_come_back_in_their_order_and_to_nobody_else(engine_app: Flask) -> None:
    key = secrets.token_bytes(32)
    with writing():
        numbers = [OpenVault(key).add("goal", {"words": f"step {turn}"}) for turn in range(3)]
        fresh().add("goal", {"words": "of somebody else"})
    assert numbers == [1, 2, 3]
    assert [entry.data["words"] for entry in OpenVault(key).entries("goal")] == ["step 0", "step 1", "step 2"]
    assert OpenVault(key).entries("bookmark") == []


@pytest.mark.parametrize("many", [1, SHORT - 1, SHORT, SHORT + 1, 63, 64, 65, 127, 128, 3000])
def test_a_list_of_any_length_takes_two_statements_at_most(
    engine_app: Flask, many: int, count_statements: Counting
) -> None:
    vault = fresh()
    with writing() as session:
        listed = [{"address": vault._address("name", at + 1), "sealed": b""} for at in range(many)]
        for row, turn in zip(listed, range(many), strict=True):
            row["sealed"] = vault._seal(row["address"], {"turn": turn})
        session.execute(db.insert(VaultRow), listed)
    with count_statements() as ran:
        found = vault.entries("name")
        vault.entries("name")
    assert [entry.data["turn"] for entry in found] == list(range(many))
    assert len(ran) == (1 if many < SHORT else 2)
    with writing():
        assert vault.add("name", {"turn": many}) == many + 1


def test_short_lists_and_objects_are_read_with_one_statement(
    engine_app: Flask, count_statements: Counting
) -> None:
    vault = fresh()
    with writing():
        vault.add("name", {"n": 1})
        vault.put_about("followed", "t1", {"since": 3})
    with count_statements() as ran:
        vault.preload(["name", "draft"], [("followed", "t1"), ("followed", "t2")])
        assert (len(vault.entries("name")), vault.entries("draft")) == (1, [])
        assert (vault.about("followed", "t1"), vault.about("followed", "t2")) == ({"since": 3}, None)
    assert len(ran) == 1


def test_emptied_entries_are_left_out_refilled_and_never_deleted(engine_app: Flask) -> None:
    vault = fresh()
    with writing():
        for turn in range(3):
            vault.add("draft", {"turn": turn})
        assert vault.change("draft", 2, lambda _old: None)
        assert not vault.change("draft", 2, lambda old: {**old, "again": True})
        assert not vault.change("draft", 9, lambda old: {**old, "again": True})
    many = len(rows())
    assert [entry.counter for entry in vault.entries("draft")] == [1, 3]
    with writing():
        assert vault.refill("draft", {"turn": 7}) == 2
        assert vault.refill("draft", {"turn": 8}) == 4
    assert len(rows()) == many + 1
    assert [entry.data["turn"] for entry in vault.entries("draft")] == [0, 7, 2, 8]


def test_what_is_kept_about_an_object_is_changed_and_emptied(engine_app: Flask) -> None:
    key = secrets.token_bytes(32)
    for data in ({"a": 1}, {"a": 2}, None, None, {"a": 3}):
        with writing():
            OpenVault(key).put_about("settings", "country", data)
        assert OpenVault(key).about("settings", "country") == data
    with writing():
        OpenVault(key).put_about("settings", "never", None)
    assert OpenVault(key).everything() == ({}, {"settings": {"country": {"a": 3}}})


def test_a_rolled_back_entry_is_not_remembered(engine_app: Flask) -> None:
    vault = fresh()

    def add_and_fail() -> None:
        with writing():
            vault.add("draft", {"lost": True})
            assert vault.entries("draft")
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    assert vault.entries("draft") == []


def test_rows_show_sizes_in_few_steps_and_nothing_else(engine_app: Flask) -> None:
    vault = fresh()
    with writing():
        for size in (0, 10, 100, 500, 3000, 9000, 20_000):
            vault.add("draft", {"body": "ü" * size})
    sizes = {len(row.sealed) for row in rows()}
    assert sizes <= {step + 28 for step in STEPS}
    assert set(VaultRow.__table__.columns.keys()) == {"address", "sealed"}
    with pytest.raises(VaultFull), writing():
        vault.add("draft", {"body": "x" * STEPS[-1]})


def test_a_row_moved_to_another_place_does_not_open(engine_app: Flask) -> None:
    vault = fresh()
    with writing():
        vault.add("name", {"id": "one"})
        vault.add("name", {"id": "two"})
    with writing() as session:
        first, second = (session.get_one(VaultRow, vault._address("name", at)) for at in (1, 2))
        first.sealed, second.sealed = second.sealed, first.sealed
    with pytest.raises(CannotOpen):
        vault.entries("name")


def test_wiping_leaves_no_row_of_this_vault_and_all_of_others(engine_app: Flask) -> None:
    vault, other = fresh(), fresh()
    with writing():
        other.add("name", {"id": "stays"})
        kept = len(rows())
        for turn in range(40):
            vault.add("goal", {"turn": turn})
        vault.put_about("followed", "t1", {"since": 3})
    with writing():
        assert len(vault.wipe()) == 43
    assert len(rows()) == kept


def test_a_mark_is_the_same_from_every_session_and_differs_for_others() -> None:
    key = secrets.token_bytes(32)
    mark = OpenVault(key).mark("thanks", "p1")
    assert OpenVault(key).mark("thanks", "p1") == mark
    assert len({mark, OpenVault(key).mark("thanks", "p2"), OpenVault(key).mark("me too", "p1")}) == 3
    assert fresh().mark("thanks", "p1") != mark


def in_tabs(app: Flask, tabs: int, act: Callable[[int], None]) -> list[BaseException]:
    """Let several tabs act at once, each with a database session of its own."""
    failures: list[BaseException] = []
    start = threading.Barrier(tabs)

    def run(tab: int) -> None:
        with app.app_context():
            try:
                start.wait(10)
                act(tab)
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(tab,)) for tab in range(tabs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_tabs_that_write_at_once_lose_no_entry(engine_app: Flask) -> None:
    key = secrets.token_bytes(32)

    def act(tab: int) -> None:
        vault = OpenVault(key)
        for turn in range(5):
            vault.entries("goal")  # what the page had read before
            with writing():
                vault.add("goal", {"tab": tab, "turn": turn})

    assert in_tabs(engine_app, 4, act) == []
    found = [(entry.data["tab"], entry.data["turn"]) for entry in OpenVault(key).entries("goal")]
    assert sorted(found) == [(tab, turn) for tab in range(4) for turn in range(5)]


def test_tabs_that_change_one_entry_at_once_all_count(engine_app: Flask) -> None:
    key = secrets.token_bytes(32)
    with writing():
        OpenVault(key).add("goal", {"steps": []})

    def act(tab: int) -> None:
        for turn in range(5):
            with writing():
                step = [tab, turn]
                OpenVault(key).change("goal", 1, lambda old, step=step: {"steps": [*old["steps"], step]})

    assert in_tabs(engine_app, 3, act) == []
    [entry] = OpenVault(key).entries("goal")
    assert sorted(entry.data["steps"]) == [[tab, turn] for tab in range(3) for turn in range(5)]


def test_tabs_that_put_something_about_one_object_make_one_row(engine_app: Flask) -> None:
    key = secrets.token_bytes(32)

    def act(tab: int) -> None:
        with writing():
            OpenVault(key).put_about("followed", "t1", {"tab": tab})

    assert in_tabs(engine_app, 4, act) == []
    kept = OpenVault(key).about("followed", "t1")
    assert kept is not None and kept["tab"] in range(4)
    index = [entry.data for entry in OpenVault(key).entries("index")]
    assert index == [{"kind": "followed", "object": "t1"}]
