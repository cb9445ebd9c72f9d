"""The machine on both engines, and the planted bugs that it must find."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from forum.circles import publishing
from forum.moderation import actions as moderation
from forum.storage.database import db
from tests.life.machine import TEXTS, Life

PLAY = hypothesis_settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    print_blob=False,
)
HUNT = hypothesis_settings(PLAY, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)


class Crowd(Life):
    """The machine where several people more often do something with one text, so that a hunt is short."""

    @rule(
        sent=Life.sent,
        readers=st.permutations(range(3)),
        acts=st.lists(st.sampled_from(["edit", "decide", "claim", "wait"]), min_size=2, max_size=4),
        text=TEXTS,
    )
    def a_crowd(self, sent: tuple[int, str, str], readers: list[int], acts: list[str], text: str) -> None:
        """Whatever happens in between, a decision is made from what was read first."""
        self.several_at_one_text(sent, readers, [*acts, "decide"], text, "return")


def machine_on(app: Flask, plays: type[Life] = Life) -> type[Life]:
    """The machine on a program whose tables are emptied before each play."""
    empty = app

    class Played(plays):  # type: ignore[misc, valid-type]
        app = empty

        def reset(self) -> None:
            db.session.remove()
            with db.engine.begin() as connection:
                for table in reversed(db.metadata.sorted_tables):
                    connection.execute(table.delete())
            anchor = self.app.extensions["kindred.settings"].anchor_file
            anchor.unlink(missing_ok=True)

    return Played


def test_the_promises_hold_whatever_happens(engine_app: Flask) -> None:
    run_state_machine_as_test(machine_on(engine_app), settings=PLAY)


def test_it_finds_a_decision_without_the_conditional_update(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "hold_still", lambda *_: None)
    with pytest.raises(BaseException):  # noqa: B017 - any broken promise will do
        run_state_machine_as_test(machine_on(app, Crowd), settings=HUNT)


def test_it_finds_a_form_that_is_taken_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from forum.circles import actions

    monkeypatch.setattr(actions, "_sent_before", lambda *_: None)
    monkeypatch.setattr(actions, "_form_hash", lambda sender: None)
    with pytest.raises(BaseException):  # noqa: B017
        run_state_machine_as_test(machine_on(app), settings=HUNT)


def test_it_finds_publishing_without_a_screening(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_is_screened", lambda _revision: True)
    with pytest.raises(BaseException):  # noqa: B017
        run_state_machine_as_test(machine_on(app), settings=HUNT)
