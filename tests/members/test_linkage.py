"""The thief's test: the database and every server key do not say who wrote what; a planted column would."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from forum.bench.thief import Forum
from forum.members import erasure, linkage
from forum.members.linkage import Outcome
from forum.members.vault import OpenVault
from forum.moderation import log
from forum.moderation.models import StagedEntry
from forum.storage.database import db, writing
from tests import doing, engines, factories

PEOPLE, TEXTS = 24, 6


def beats_chance(outcome: Outcome, guesses: int) -> bool:
    """Whether an attack beats blind guessing by over 2 points and what so few guesses scatter."""
    scatter = math.sqrt(outcome.blind * (1 - outcome.blind) / guesses)
    return outcome.right > outcome.blind + 0.02 + 4 * scatter


def played(kind: str) -> tuple[Forum, dict[str, str]]:
    forum = Forum(PEOPLE)
    forum.play(TEXTS, kind)
    db.session.rollback()
    return forum, forum.truth()


@pytest.fixture(scope="module")
def busy(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A busy forum, played once: its folder, and who is behind each name."""
    folder = tmp_path_factory.mktemp("busy")
    engines.copy_sqlite(prepared_sqlite, folder)
    with engines.running(engines.settings_in(folder)):
        return folder, played("busy")[1]


@pytest.fixture
def busy_app(busy: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The program on a copy of the busy forum; who is behind each name."""
    folder, truth = busy
    shutil.copytree(folder, tmp_path / "copy")
    with engines.running(engines.settings_in(tmp_path / "copy")):
        yield truth


def test_no_trace_leads_from_name_to_name_or_member_in_a_busy_forum(busy_app: dict[str, str]) -> None:
    _nothing_is_told(busy_app)


def test_no_trace_leads_from_name_to_name_or_member_in_a_quiet_forum(app: Flask) -> None:
    _nothing_is_told(played("quiet")[1])


def _nothing_is_told(truth: dict[str, str]) -> None:
    outcomes = linkage.attack(linkage.stolen(), truth)
    assert len(truth) > PEOPLE and len(outcomes) == 12
    assert [one for one in outcomes if beats_chance(one, len(truth))] == []


@pytest.mark.postgres
def test_row_versions_on_postgresql_tell_nothing_after_a_night(postgres_app: Flask) -> None:
    _forum, truth = played("sittings")
    erasure.rewrite_in_random_order()
    outcomes = linkage.attack(linkage.stolen(), truth)
    versions = [one for one in outcomes if one.trace == "row versions"]
    assert len(versions) == 2 and [one for one in versions if beats_chance(one, len(truth))] == []


def test_pages_of_long_rows_on_sqlite_lie_in_the_order_of_random_keys_after_a_night(app: Flask) -> None:
    """A row of over about a kilobyte lies on pages of its own, handed out in the order of writing."""
    with writing():
        circle_id = factories.circle().id
    for number in range(30):
        vault = OpenVault(number.to_bytes(32, "big"))
        doing.open_thread(vault, circle_id, f"Name {number}", body="tea " * 900)
    assert (before := _pages_of_long_rows()) != sorted(before)
    erasure.rewrite_in_random_order()
    after = _pages_of_long_rows()
    assert len(after) >= 30 and after == sorted(after)


def _pages_of_long_rows() -> list[int]:
    """The pages on which long revisions lie, by key. In a path, what a node holds comes after its child."""
    db.session.rollback()
    asked = "SELECT path, pageno FROM dbstat WHERE name = 'revision' AND pagetype = 'overflow'"
    found = db.session.execute(db.text(asked)).all()
    return [page for _path, page in sorted((path.replace("+", "~"), page) for path, page in found)]


def test_a_planted_account_column_turns_it_red(busy_app: dict[str, str]) -> None:
    truth = busy_app
    with db.engine.begin() as connection:
        connection.execute(db.text("ALTER TABLE pseudonym ADD COLUMN account TEXT"))
        for name, member in truth.items():
            connection.execute(
                db.text("UPDATE pseudonym SET account = :m WHERE id = :n"), {"m": member, "n": name}
            )
    outcomes = linkage.attack(linkage.stolen(), truth)
    caught = {one.guessed for one in outcomes if beats_chance(one, len(truth))}
    assert caught == {"name to name", "name to member"}


def test_two_names_in_one_sitting_are_not_seen_in_the_order_of_the_log(app: Flask) -> None:
    """The log tells no more than the day, which stands beside each decision anyway."""
    _forum, truth = played("sittings")
    outcomes = {one.trace: one for one in linkage.attack(linkage.stolen(), truth)}
    scatter = math.sqrt(outcomes["times"].right * (1 - outcomes["times"].right) / len(truth))
    assert outcomes["order of the log"].right < outcomes["times"].right + 0.02 + 4 * scatter


def test_the_order_of_decisions_would_be_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attack that must work, or the one above would prove nothing: entries join in their own order."""
    order: list[str] = []
    known = log.append

    def noted(*words: object, **more: object) -> object:
        entry = known(*words, **more)  # type: ignore[arg-type]
        order.append(entry.id)
        return entry

    class InOrder:
        def shuffle(self, entries: list[StagedEntry]) -> None:
            entries.sort(key=lambda entry: order.index(entry.id))

    monkeypatch.setattr(log, "append", noted)
    monkeypatch.setattr(log.secrets, "SystemRandom", InOrder)
    _forum, truth = played("sittings")
    outcomes = linkage.attack(linkage.stolen(), truth)
    assert "order of the log" in {one.trace for one in outcomes if beats_chance(one, len(truth))}
