"""Hostile lines: each is an error of its own, with its number, and the rest goes on."""

from __future__ import annotations

import io
import json

import pytest
from click.testing import CliRunner

from forum.text.cli import render as render_command
from forum.text.lines import LINE_LIMIT, BadLine, entry_of, lines_of

BAD = {
    b"nonsense": "not JSON",
    b"[" * 100_000: "not JSON",
    b'{"a":' * 50_000: "not JSON",
    b"\x00\x00": "not JSON",
    b'{"id": 1, "text": "x"} more': "not JSON",
    b'{"id": ' + b"9" * 5_000 + b', "text": "x"}': "not JSON",
    b"\xff\xfe": "not UTF-8",
    b"\xed\xa0\x80": "not UTF-8",
    b"[1]": "not a JSON object",
    b"null": "not a JSON object",
    b'"s"': "not a JSON object",
    b'{"id": 1, "text": "' + b"x" * LINE_LIMIT + b'"}': "longer than a million bytes",
    b"x" * (10 * LINE_LIMIT): "longer than a million bytes",
}


@pytest.mark.parametrize(
    ("line", "why"), [pytest.param(line, why, id=f"{line[:12]!a}") for line, why in BAD.items()]
)
def test_a_line_that_cannot_be_read_says_why_and_quotes_nothing(line: bytes, why: str) -> None:
    with pytest.raises(BadLine, match=f"^{why}$"):
        entry_of(line)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_json_has_no_word_for_is_null(number: str) -> None:
    assert entry_of(f'{{"id": {number}, "text": "x"}}') == {"id": None, "text": "x"}


def test_empty_lines_and_a_mark_of_order_are_passed_over() -> None:
    assert entry_of(b"  \r\n") is None
    assert entry_of(b'\xef\xbb\xbf{"id": 1}') == {"id": 1}


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    long = b"x" * (3 * LINE_LIMIT)
    found = list(lines_of(io.BytesIO(long + b'\n{"id": 1}\n' + long)))
    assert [len(line) <= LINE_LIMIT + 2 for line in found] == [True, True, True]
    assert found[1] == b'{"id": 1}\n'
    exact = b"y" * LINE_LIMIT + b"\n"
    assert list(lines_of(io.BytesIO(exact + b"z"))) == [exact, b"z"]


def test_the_command_names_the_line_goes_on_and_ends_with_1() -> None:
    lines = [*BAD, b'{"id": 5}', b'{"id": 6, "text": 7}', b'{"id": 7, "text": "a\\u0000b"}', b'{"text": "x"}']
    ran = CliRunner().invoke(render_command, input=b"\n".join([*lines, b'{"id": 8, "text": "*last*"}']))
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 1
    assert len(answers) == len(lines) + 1
    assert answers[-1] == {"id": 8, "html": "<p><em>last</em></p>\n"}
    assert answers[-3] == {"id": 7, "refused": "control character"}
    numbers = [int(line.split(":")[0].removeprefix("line ")) for line in ran.stderr.splitlines()]
    assert numbers == list(range(1, len(BAD) + 3)), "a refused text is no error"


def test_the_command_ends_with_0_when_every_line_held_a_text() -> None:
    ran = CliRunner().invoke(render_command, input=b'{"id": 1, "text": "\\ud800"}\n')
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == {"id": 1, "refused": "broken character"}
