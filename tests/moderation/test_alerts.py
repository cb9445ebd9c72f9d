"""When the operator is told that somebody waits, and that nothing but that is told."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from flask import Flask

from forum.circles import shifts
from forum.jobs import turns
from forum.moderation import alerts, claims
from forum.moderation.actions import Moderator
from forum.moderation.alerts import Failed, steps_of
from forum.moderation.rules import AT_TARGET, CLAIM_ENDED, FIRST_ALERT
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from forum.web.health import findings
from tests.moderation import desk

GOODBYE = "I have said goodbye to everyone and tonight I will end my life."
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tier", "minutes", "more", "steps"),
    [
        ("D", 0, {"staffed": False}, FIRST_ALERT),
        ("D", 0, {}, 0),
        ("D", 7, {}, 0),
        ("D", 8, {}, FIRST_ALERT),
        ("D", 8, {"claimed": True}, 0),
        ("D", 15, {"claimed": True}, FIRST_ALERT | AT_TARGET),
        ("D", 15, {"sent": FIRST_ALERT}, AT_TARGET),
        ("D", 99, {"sent": FIRST_ALERT | AT_TARGET}, 0),
        ("D", 1, {"claim_ended": True}, CLAIM_ENDED),
        ("D", 1, {"claim_ended": True, "sent": CLAIM_ENDED}, 0),
        ("C", 0, {"staffed": False}, 0),
        ("C", 29, {}, 0),
        ("C", 30, {}, FIRST_ALERT),
        ("B", 119, {"staffed": False}, 0),
        ("B", 120, {}, FIRST_ALERT),
    ],
)
def test_the_rule(tier, minutes, more, steps) -> None:
    facts = {"staffed": True, "claimed": False, "claim_ended": False, "sent": 0} | more
    assert steps_of(tier, START, START + timedelta(minutes=minutes), **facts) == steps


class Operator:
    """Counts what arrives; fails while it is told to."""

    def __init__(self) -> None:
        self.heard = 0
        self.away = False

    def __call__(self, _settings) -> None:
        if self.away:
            raise Failed("the webhook answered 500")
        self.heard += 1


@pytest.fixture
def operator() -> Operator:
    return Operator()


def send(operator: Operator) -> int:
    settings = current_settings().with_changes(alert_command="true")
    return alerts.send_due(settings, now(), operator)


def test_a_goodbye_at_night_is_told_at_once_and_once(app: Flask, clock, operator: Operator) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    desk.Author().opens(desk.a_circle(), GOODBYE)
    assert send(operator) == 2
    assert operator.heard == 1, "one alert for all that wait"
    assert send(operator) == 0
    clock.shift(15 * 60)
    assert send(operator) == 2
    clock.shift(3600)
    assert send(operator) == 0


def test_who_is_on_duty_gets_half_the_time_first(engine_app: Flask, clock, operator: Operator) -> None:
    with writing():
        shifts.start_now(new_id(), now())
    desk.Author().opens(desk.a_circle(), GOODBYE)
    assert send(operator) == 0
    clock.shift(8 * 60)
    assert send(operator) == 1


def test_a_claim_that_ends_without_an_answer_is_told_again(
    app: Flask, clock: time_machine.Traveller, operator: Operator
) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    review_id = desk.review_of(post_id).id
    for _turn in range(2):
        desk.read(Moderator(new_id()), review_id)
        clock.shift(20 * 60 + 1)
        assert send(operator) == 1
        assert send(operator) == 0
    me = Moderator(new_id())
    desk.decide(me, review_id, "hold")
    clock.shift(3600)
    assert send(operator) == 0, "answered"


def test_what_is_given_back_unanswered_is_told(app: Flask, clock, operator: Operator) -> None:
    post_id = desk.Author().opens(desk.a_circle(), GOODBYE)
    assert send(operator) == 1
    me, review_id = Moderator(new_id()), desk.review_of(post_id).id
    desk.read(me, review_id)
    assert send(operator) == 0
    with writing():
        claims.release(me, review_id)
    assert send(operator) == 1


def test_a_failed_alert_is_tried_again_each_minute_and_shown(
    app: Flask, clock: time_machine.Traveller, operator: Operator
) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    operator.away = True
    assert send(operator) == 0
    assert alerts.trouble().why == "the webhook answered 500"
    found = {one.name: one for one in findings(everything=True)}
    assert not found["alerts"].good
    assert "alerts" not in {one.name for one in findings()}
    operator.away = False
    clock.shift(30)
    assert send(operator) == 0, "not before a minute is over"
    clock.shift(31)
    assert send(operator) == 1
    assert alerts.trouble() is None


def test_nothing_is_sent_where_the_operator_named_no_way(app: Flask, operator: Operator) -> None:
    desk.Author().opens(desk.a_circle(), GOODBYE)
    assert alerts.send_due(current_settings(), now(), operator) == 0
    assert operator.heard == 0


def test_the_command_hears_no_word_of_any_text(app: Flask, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    script = tmp_path / "tell.py"
    script.write_text("import sys\nopen(sys.argv[1], 'w').write(sys.stdin.read())\n")
    desk.Author().opens(desk.a_circle(), GOODBYE)
    turns.take(current_settings().with_changes(alert_command=f"{sys.executable} {script} {heard}"))
    assert json.loads(heard.read_text()) == {"kindred": "somebody waits for care"}


@pytest.mark.parametrize("command", ["false", "/nowhere/at/all", "'unbalanced"])
def test_a_command_that_does_not_work_says_so(app: Flask, command: str) -> None:
    with pytest.raises(Failed):
        alerts.tell_operator(current_settings().with_changes(alert_command=command))


@pytest.mark.parametrize("status", [204, 500])
def test_the_webhook(app: Flask, status: int) -> None:
    bodies: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        settings = current_settings().with_changes(alert_url=f"http://127.0.0.1:{server.server_port}/")
        if status == 500:
            with pytest.raises(Failed, match="500"):
                alerts.tell_operator(settings)
        else:
            alerts.tell_operator(settings)
        thread.join()
    assert bodies == [alerts.MESSAGE.encode()]
    db.session.rollback()


def test_an_address_that_nobody_answers_is_a_failure_without_the_address(app: Flask) -> None:
    with pytest.raises(Failed) as failed:
        alerts.tell_operator(current_settings().with_changes(alert_url="http://127.0.0.1:9/secret"))
    assert "secret" not in str(failed.value)
