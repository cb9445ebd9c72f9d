from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from forum.screening.engine import Engine
from forum.screening.screen import screen_lines
from tests.screening.test_engine import Fixed


def test_each_line_is_answered_and_a_bad_one_named(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [b'{"id": 1, "text": "hello"}', b"nonsense", b"", b'{"id": 2}', b"\xff", b"[1]", b'{"text": "x"}']
    lines.append(json.dumps({"id": "z", "text": "you are a l0ser"}).encode())
    out = io.StringIO()
    bad = screen_lines(io.BytesIO(b"\n".join(lines)), out, Engine(Fixed([0.9, 0.9, 0.1]), "m@1"))
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == [1, "z"]
    assert set(answers[0]) == {"id", "labels", "lane", "flags", "care", "aim", "windows", "model"}
    assert set(answers[0]["care"]) == {"tier", "findings"}
    assert answers[1]["windows"] == 2
    assert bad == 5
    errors = capsys.readouterr().err
    assert [f"line {number}:" in errors for number in range(1, 9)] == [
        False, True, False, True, True, True, True, False,
    ]  # fmt: skip


def test_ten_thousand_lines_stream_with_their_progress_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered: list[str] = []
    unanswered = 0

    class Out(io.StringIO):
        def write(self, said: str) -> int:
            answered.append(said)
            return len(said)

    def lines() -> Iterator[bytes]:
        nonlocal unanswered
        for number in range(10_000):
            unanswered = max(unanswered, number - len(answered))
            yield json.dumps({"id": number, "text": "a calm day"}).encode() + b"\n"

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    screen_lines(lines(), Out(), Engine(Fixed([0.1, 0.1, 0.1]), "m@1"))  # type: ignore[arg-type]
    assert len(answered) == 10_000
    assert unanswered == 0, "each line is answered before the next is read"
    assert "Screening" in terminal.getvalue()
    assert "10000" in terminal.getvalue()
