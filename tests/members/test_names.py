"""Pseudonyms: one's own are known, others' are not taken, and none leads anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from forum.members import pseudonyms
from forum.members.models import Pseudonym
from forum.members.rules import fault_of_name, fold_name, tidy_name
from forum.members.vault import OpenVault
from forum.storage.database import db, writing
from tests import engines

CIRCLE = "c" * 22
Counting = Callable[[], AbstractContextManager[engines.Statements]]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Quiet Heron", None),
        ("Zoë-Ann O'Neil 7", None),
        ("静かな鷺", None),
        ("ab", "length"),
        ("x" * 31, "length"),
        ("- - -", "length"),
        ("Quiet\u202eHeron", "signs"),
        ("Quiet\u200bHeron", "signs"),
        ("Quiet\nHeron\x00", "signs"),
        ("me@example.org", "address"),
        ("www.example", "address"),
        ("find me example.com", "address"),
        ("@quietheron", "address"),
        ("call 0170 1234567", "number"),
    ],
)
def test_which_names_can_be_taken(name: str, fault: str | None) -> None:
    assert fault_of_name(name) == fault


@pytest.mark.parametrize(
    "other",
    [
        "quiet heron",
        "QUIET  HERON",
        "Quiet-Heron",
        "Qu1et Her0n",
        "Quiét Heron",
        "Quіet Hеrоn",
        "ＱuietHeron",
    ],
)
def test_names_that_look_alike_are_one(other: str) -> None:
    assert fold_name(other) == fold_name("Quiet Heron")


@given(st.text(max_size=40))
def test_folding_is_settled_and_tidying_keeps_the_fold(name: str) -> None:
    assert fold_name(tidy_name(name)) == fold_name(name)
    assert fold_name(name.upper()).casefold() == fold_name(name.upper())


def test_a_new_name_joins_the_ring_and_an_old_one_is_found(engine_app: Flask) -> None:
    vault = OpenVault(secrets.token_bytes(32))
    with writing():
        first = pseudonyms.choose(vault, CIRCLE, " Quiet   Heron ")
    with writing():
        again = pseudonyms.choose(vault, "d" * 22, "quiet heron")
    assert first.is_new and not again.is_new
    assert (first.name, again.pseudonym_id) == ("Quiet Heron", first.pseudonym_id)
    assert [(own.name, own.circle_id) for own in pseudonyms.ring(vault)] == [("Quiet Heron", CIRCLE)]


def test_a_name_of_somebody_else_or_like_it_is_taken(engine_app: Flask) -> None:
    with writing():
        pseudonyms.choose(OpenVault(secrets.token_bytes(32)), CIRCLE, "Quiet Heron")
    with pytest.raises(pseudonyms.NameTaken), writing():
        pseudonyms.choose(OpenVault(secrets.token_bytes(32)), CIRCLE, "Qu1et Heron")


def test_an_offered_name_is_two_words_and_free(app: Flask) -> None:
    offers = {pseudonyms.offer(CIRCLE) for _turn in range(50)}
    assert len(offers) > 40
    assert all(len(set(name.split())) == 2 and fault_of_name(name) is None for name in offers)


def test_the_choice_for_a_circle_is_remembered_until_the_name_is_put_away(engine_app: Flask) -> None:
    vault = OpenVault(secrets.token_bytes(32))
    with writing():
        chosen = pseudonyms.choose(vault, CIRCLE, "Quiet Heron")
    with writing():
        pseudonyms.remember(vault, CIRCLE, "quiet heron")
    assert pseudonyms.remembered(vault, CIRCLE) == "Quiet Heron"
    assert pseudonyms.remembered(vault, "d" * 22) is None
    with writing():
        assert pseudonyms.retire(vault, chosen.pseudonym_id)
    assert pseudonyms.remembered(vault, CIRCLE) is None


def test_choosing_only_inserts(engine_app: Flask, count_statements: Counting) -> None:
    """A changed row beside a new post would tie the two together."""
    with count_statements() as ran, writing():
        pseudonyms.choose(OpenVault(secrets.token_bytes(32)), CIRCLE, "Quiet Heron")
    assert {text.split(None, 1)[0] for text in ran.writes} == {"INSERT"}


def test_thousands_of_names_cost_no_more_statements(engine_app: Flask, count_statements: Counting) -> None:
    vault = OpenVault(secrets.token_bytes(32))
    with writing() as session:
        for turn in range(2000):
            address = vault._address(pseudonyms.KIND, turn + 1)
            name = {"id": f"{turn:022}", "name": f"Name {turn}", "circle": CIRCLE}
            session.execute(
                db.text("INSERT INTO vault VALUES (:a, :s)"), {"a": address, "s": vault._seal(address, name)}
            )
    with count_statements() as ran:
        assert len(pseudonyms.ring(vault)) == 2000
        pseudonyms.ring(vault)
    assert len(ran) == 2


def test_the_table_of_names_knows_nobody() -> None:
    assert set(Pseudonym.__table__.columns.keys()) == {"id", "name", "folded"}
