"""The report on the care rules counts right and shows no text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from forum.screening.care_report import Share, held_half, main

ROWS = [
    {"text": "I wish I was dead.", "tier": "B"},
    {"text": "What a lovely walk.", "tier": "B"},
    {"text": "What a lovely walk.", "tier": None},
    {"text": "I want to end my life.", "tier": None},
]


def test_a_share_says_count_percentage_and_interval() -> None:
    assert str(Share(8, 10)) == "8 of 10 = 80.0% (49% to 94%)"
    assert str(Share(0, 0)) == "none"


def test_the_held_half_is_counted() -> None:
    lines = list(held_half(ROWS))
    assert lines[0].startswith("right tier: 2 of 4")
    assert "B and up, found: 1 of 2" in lines[-2]
    assert "read as B and up: 1 of 2" in lines[-1]


def test_the_report_shows_totals_and_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = tmp_path / "held.jsonl"
    held.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n", encoding="utf-8")
    posts = [
        {"text": "My husband hits me.", "label": "none", "source": "one", "kind": "post"},
        {"text": "I want to end my life.", "label": "crisis", "source": "one", "kind": "post"},
    ]
    for name in ("crisis_dev", "peer_support_dev"):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(post) + "\n" for post in posts)
    assert main(["--data", str(tmp_path), "--held", str(held)]) == 0
    shown = capsys.readouterr().out
    assert "crisis: 1 of 1" in shown
    assert "none, violence at home left out: 0 of 1" in shown
    assert "one, post: 2 of 2" in shown
    assert "8,000 characters:" in shown
    assert not any(row["text"] in shown for row in [*ROWS, *posts])


def test_without_files_the_report_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--held", str(tmp_path / "away.jsonl"), "--data", str(tmp_path)]) == 0
    assert "not there" in capsys.readouterr().out
