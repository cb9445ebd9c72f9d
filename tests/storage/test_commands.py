"""The operator's commands, as they are typed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from forum.storage.database import db, writing
from tests import engines, factories


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["kindred", *words])
    return result.exit_code, result.output


def test_backup_and_restore(app: Flask, tmp_path: Path) -> None:
    with writing():
        factories.published_thread(factories.circle(), replies=1)
    file = str(tmp_path / "kindred.backup")
    code, said = _run(app, "backup", file)
    assert code == 0
    assert "Keep them elsewhere" in said
    code, said = _run(app, "backup", file)
    assert code == 1
    assert "already there" in said
    code, said = _run(app, "restore", file)
    assert code == 1
    assert "already holds rows" in said
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with engines.running(engines.settings_in(folder)) as other:
        code, said = _run(other, "restore", file)
        assert (code, "rows are back" in said) == (0, True)
        assert db.session.execute(db.text("SELECT count(*) FROM published_post")).scalar() == 2


def test_doctor_says_what_is_wrong_and_ends_with_1(app: Flask) -> None:
    with engines.durable_sqlite():
        code, said = _run(app, "doctor")
    assert code == 1
    lines = dict(_split(line) for line in said.splitlines())
    assert lines["database"] == "good"
    assert lines["durability"] == "good"
    assert lines["disk"] == "good"
    assert lines["screening worker"] == "LOOK"


def test_doctor_sees_a_database_that_does_not_wait_for_the_disk(app: Flask) -> None:
    lines = dict(_split(line) for line in _run(app, "doctor")[1].splitlines())
    assert lines["durability"] == "LOOK"


def _split(line: str) -> tuple[str, str]:
    mark, _space, rest = line.partition("  ")
    return rest.split("  ")[0], mark


def test_every_command_explains_itself(app: Flask) -> None:
    commands = app.cli.commands["kindred"].commands  # type: ignore[attr-defined]
    assert {"serve", "schedule", "doctor", "backup", "restore", "move-database"} <= set(commands)
    assert [name for name, command in commands.items() if not command.help] == []


def test_serve_starts_only_commands_that_are_there(app: Flask) -> None:
    commands = app.cli.commands["kindred"].commands  # type: ignore[attr-defined]
    assert {"worker", "schedule"} <= set(commands)
