"""What was backed up comes back whole; what was erased since stays erased; damage is seen."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from forum.storage import backup, rows
from forum.storage.database import db, writing
from tests import engines, factories

BODY = "The canary sings in the break room."


def _everything() -> dict[str, list[str]]:
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            table.name: [rows.to_line(row) for batch in rows.read(connection, table) for row in batch]
            for table in rows.tables()
        }


def _fill() -> None:
    with writing():
        for _number in range(3):
            circle = factories.circle()
            factories.published_thread(circle, replies=4)
            thread = factories.thread(circle)
            post = factories.post(thread, is_opening=True)
            revision = factories.revision(post, BODY)
            factories.screening(revision)
            factories.review(revision, post, thread)


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, engine_settings: Settings, tmp_path: Path
) -> Callable[[], Settings]:
    """Settings of another, empty machine with the same engine."""

    def make() -> Settings:
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        if engine_settings.is_sqlite:
            return engines.settings_in(folder)
        server: engines.Postgres = request.getfixturevalue("postgres_server")
        name = server.create()
        request.addfinalizer(lambda: server.drop(name))
        return engines.settings_in(folder, DATABASE_URL=server.url(name))

    return make


def test_what_was_taken_comes_back_whole(
    engine_app: Flask, engine_settings: Settings, elsewhere: Callable[[], Settings], tmp_path: Path
) -> None:
    _fill()
    engine_settings.anchor_file.write_text('{"place": 7}\n')
    before = _everything()
    taken = backup.take(engine_settings, tmp_path / "kindred.backup")
    assert taken.rows == sum(map(len, before.values())) > 30
    assert (tmp_path / "kindred.backup").stat().st_mode & 0o777 == 0o600
    other = elsewhere()
    with engines.running(other):
        assert sum(backup.restore(other, tmp_path / "kindred.backup").values()) == taken.rows
        assert _everything() == before
    assert other.anchor_file.read_text() == '{"place": 7}\n'
    assert sorted(tmp_path.glob(".backup-*")) == []


def test_a_backup_is_taken_while_somebody_writes(
    engine_app: Flask, engine_settings: Settings, tmp_path: Path
) -> None:
    _fill()
    with writing():
        factories.circle("Half done")
        taken = backup.take(engine_settings, tmp_path / "kindred.backup")
        raised = db.session.scalar(db.select(db.func.count()).select_from(db.Model.metadata.tables["circle"]))
    assert taken.rows > 30
    assert raised == 4
    names = _names_in(tmp_path / "kindred.backup", tmp_path)
    assert "Half done" not in names


def _names_in(file: Path, folder: Path) -> str:
    with tarfile.open(file) as tar:
        tar.extractall(folder / "open", filter="data")
    return "".join(path.read_bytes().decode("latin-1") for path in (folder / "open").iterdir())


def test_no_key_and_no_open_text_lie_in_a_backup(app: Flask, settings: Settings, tmp_path: Path) -> None:
    _fill()
    backup.take(settings, tmp_path / "kindred.backup")
    inside = _names_in(tmp_path / "kindred.backup", tmp_path)
    assert BODY not in inside
    for key in settings.data_dir.glob("*_key.txt"):
        assert key.read_text().strip() not in inside
        assert key.name not in inside


def test_removals_since_the_backup_are_joined_and_made_again(
    engine_app: Flask,
    engine_settings: Settings,
    elsewhere: Callable[[], Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine_settings.erasure_ledger.write_text("bbb\n")
    backup.take(engine_settings, tmp_path / "kindred.backup")
    other = elsewhere()
    other.erasure_ledger.write_text("ccc\naaa\n")
    other.anchor_file.write_text("newer")
    done: list[str] = []
    monkeypatch.setattr(backup, "_after_restore", [])
    backup.after_restore(lambda: done.append(other.erasure_ledger.read_text()))
    with engines.running(other):
        backup.restore(other, tmp_path / "kindred.backup")
    assert done == ["aaa\nbbb\nccc\n"]
    assert other.data_dir.joinpath("log-anchor.jsonl.before-restore").read_text() == "newer"


def test_a_database_with_rows_is_not_overwritten(
    engine_app: Flask, engine_settings: Settings, tmp_path: Path
) -> None:
    _fill()
    backup.take(engine_settings, tmp_path / "kindred.backup")
    before = _everything()
    with pytest.raises(backup.CannotRestore, match="already holds rows"):
        backup.restore(engine_settings, tmp_path / "kindred.backup")
    assert _everything() == before


def test_an_existing_file_is_not_overwritten(app: Flask, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "kindred.backup").write_text("something dear")
    with pytest.raises(FileExistsError):
        backup.take(settings, tmp_path / "kindred.backup")
    assert (tmp_path / "kindred.backup").read_text() == "something dear"


@pytest.mark.parametrize("at", [0.02, 0.5, 0.97])
def test_a_damaged_file_is_refused(
    app: Flask, settings: Settings, tmp_path: Path, prepared_sqlite: Path, at: float
) -> None:
    _fill()
    backup.take(settings, tmp_path / "kindred.backup")
    content = bytearray((tmp_path / "kindred.backup").read_bytes())
    place = int(len(content) * at)
    content[place : place + 40] = bytes(40)
    (tmp_path / "damaged").write_bytes(content)
    (tmp_path / "cut").write_bytes(content[:place])
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = engines.settings_in(folder)
    with engines.running(other):
        for name in ("damaged", "cut"):
            with pytest.raises(backup.CannotRestore):
                backup.restore(other, tmp_path / name)


def test_a_part_that_was_exchanged_is_refused(app: Flask, settings: Settings, tmp_path: Path) -> None:
    settings.anchor_file.write_text("honest")
    backup.take(settings, tmp_path / "kindred.backup")
    with tarfile.open(tmp_path / "kindred.backup") as tar:
        tar.extractall(tmp_path / "open", filter="data")
    (tmp_path / "open" / "log-anchor.jsonl").write_text("forged")
    with tarfile.open(tmp_path / "forged", "w:gz") as tar:
        for part in (tmp_path / "open").iterdir():
            tar.add(part, part.name)
    with pytest.raises(backup.CannotRestore, match="anchor"):
        backup.restore(settings, tmp_path / "forged")


def test_a_backup_of_the_other_engine_is_refused(
    app: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.take(settings, tmp_path / "kindred.backup")
    monkeypatch.setattr(db.engine.dialect, "name", "postgresql")
    with pytest.raises(backup.CannotRestore, match="sqlite"):
        backup.restore(settings, tmp_path / "kindred.backup")
