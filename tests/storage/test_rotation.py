"""Every sealed text moves to the newest key, also when it is interrupted, and the old key can go."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from forum.circles import conversation
from forum.circles.models import Decision, PublishedPost, Revision
from forum.moderation import notes, reports
from forum.storage import rotation
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.sealing import FieldKeys
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from tests.moderation.desk import Author, Moderator, a_circle, decide, publish, review_of, screen_all


@pytest.fixture
def filled(engine_app: Flask) -> Flask:
    """A forum with something sealed in every column that holds it."""
    circle, author, mo = a_circle(), Author(), Moderator(new_id())
    shown = author.opens(circle, "It was a long week.")
    publish(shown)
    with writing():
        assert db.session.get(PublishedPost, shown)
        reports.report(shown, reports.Concern("worried", "I worry about them."), now(), author.vault)
        notes.leave("hand-over", mo.staff_id, "The queue is short tonight.", day_of(now()))
    declined = author.opens(circle, "They are the worst.", "Another")
    screen_all()
    decide(mo, review_of(declined).id, "hold", words="How are you tonight?")
    decide(mo, review_of(declined).id, "decline")
    with writing():
        db.session.execute(db.update(Revision).values(grace_until=None))
        wanted = db.select(Decision.id).where(Decision.outcome == "decline")
        conversation.appeal(db.session.scalars(wanted).one(), "Please look again.", now())
    return engine_app


def _values() -> dict[str, dict[str, bytes]]:
    """Column by column, what lies sealed in each row."""
    db.session.rollback()
    found = {}
    for column in rotation.sealed_columns():
        rows = db.session.execute(db.select(column.table.c.id, column).where(column.is_not(None)))
        found[f"{column.table.name}.{column.name}"] = {key: bytes(sealed) for key, sealed in rows}
    return found


def _opened(keys: FieldKeys) -> dict[str, dict[str, str]]:
    return {
        name: {
            row: keys.open_text(sealed, name.partition(".")[0], "sealed", row) for row, sealed in rows.items()
        }
        for name, rows in _values().items()
    }


def _new_key_in_front(app: Flask) -> tuple[FieldKeys, FieldKeys]:
    """Keys with a newer one before the present one, installed; and the newer one alone."""
    newer = secrets.token_bytes(32)
    both = FieldKeys((newer, *current_settings().field_keys))
    app.extensions["kindred.keys"] = both
    return both, FieldKeys((newer,))


def test_every_sealed_text_moves_and_opens_without_the_old_key(filled: Flask) -> None:
    both, alone = _new_key_in_front(filled)
    before = _opened(both)
    assert all(before.values()), "something in every column"
    assert rotation.count_old() == sum(len(rows) for rows in before.values())
    moved = {one.column: one.moved for one in rotation.rotate()}
    assert moved == {name: len(rows) for name, rows in before.items()}
    assert rotation.count_old() == 0
    assert _opened(alone) == before


def test_an_interrupted_rotation_goes_on(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    both, alone = _new_key_in_front(filled)
    before, total = _opened(both), rotation.count_old()
    monkeypatch.setattr(rotation, "BATCH", 1)
    turns = rotation.rotate()
    next(turns)
    next(turns)
    turns.close()
    left = rotation.count_old()
    assert 0 < left < total
    assert sum(one.moved for one in rotation.rotate()) == left
    assert _opened(alone) == before
    assert [one for one in rotation.rotate() if one.moved or one.closed] == []


def test_what_somebody_changes_meanwhile_is_theirs(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    both, alone = _new_key_in_front(filled)
    column = next(one for one in rotation.sealed_columns() if one.table.name == "revision")
    row, sealed = rotation._old_rows(column, "")[0]
    theirs = both.seal_text('{"newer": "words"}', "revision", "sealed", row)
    with writing():
        db.session.execute(db.update(column.table).where(column.table.c.id == row).values(sealed=theirs))
        assert rotation._move(column, row, sealed) is False
    list(rotation.rotate())
    assert _opened(alone)["revision.sealed"][row] == '{"newer": "words"}'


def test_what_no_key_opens_is_counted_kept_and_stops_nothing(filled: Flask) -> None:
    lost = FieldKeys((secrets.token_bytes(32),))
    wanted = db.select(Revision.id).order_by(Revision.id)
    row = db.session.scalars(wanted).first()
    db.session.rollback()
    with writing():
        sealed = lost.seal_text("words", "revision", "sealed", row)
        db.session.execute(db.update(Revision).where(Revision.id == row).values(sealed=sealed))
    _new_key_in_front(filled)
    runner = filled.test_cli_runner()
    answer = runner.invoke(args=["kindred", "rotate-keys"])
    assert answer.exit_code == 1
    assert "1 cannot be opened" in answer.output
    assert "1 values are not under the newest key" in answer.output
    assert _values()["revision.sealed"][row] == sealed
    with writing():
        db.session.execute(db.update(Revision).where(Revision.id == row).values(sealed=None))
    answer = runner.invoke(args=["kindred", "rotate-keys"])
    assert answer.exit_code == 0, answer.output
    assert "Everything lies under the newest key" in answer.output


def test_a_form_sent_before_and_after_a_new_key_is_one_text(filled: Flask) -> None:
    """What is known by a keyed hash must be known by the same hash after the field key has changed."""
    from forum.circles import actions

    sender = Author().sender()
    before = actions._form_hash(sender)
    _new_key_in_front(filled)
    assert actions._form_hash(sender) == before
