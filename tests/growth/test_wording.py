"""No template of growth or training can show a streak, a missed day, a rank or a grade."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import forum

TEMPLATES = Path(forum.__file__).parent / "templates"
OURS = sorted(
    path
    for room in ("growth", "training")
    if (TEMPLATES / room).is_dir()
    for path in (TEMPLATES / room).glob("*")
)
PUSHING = re.compile(
    r"streak|missed|in a row|keep it up|days? (?:since|without|ago)|overdue|behind\b|fail|\brank|\btop\b"
    r"|\bbest\b|longest|leader|badge count|\bscore|points?\b(?!=)|percent|%\s*of|compar|average|normal"
    r"|more than (?:most|others)|\blast\b|well done|level \d|progress",
    re.IGNORECASE,
)

SPOKEN = re.compile(r"""_\(\s*(?:'([^']*)'|"([^"]*)")""")


def said(template: str) -> str:
    """What a template says to people: no comments, no attributes of tags, no code but what stands in _()."""
    text = re.sub(r"\{#.*?#\}", " ", template, flags=re.S)
    spoken = " ".join(one or other for one, other in SPOKEN.findall(text))
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", text, flags=re.S)
    return f"{spoken} {bare}"


@pytest.mark.parametrize("path", OURS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_counts_days_or_grades(path: Path) -> None:
    assert PUSHING.findall(said(path.read_text(encoding="utf-8"))) == []


def test_the_walk_would_find_a_streak() -> None:
    for bad in ("{{ _('Your streak: %(n)s', n=3) }}", "<p>You missed Monday</p>", "{{ _('7 days since') }}"):
        assert PUSHING.findall(said(bad))
    assert not PUSHING.findall(said("{# no streak #}<svg points='1'>{% set last = 1 %}{{ loop.last }}</svg>"))


def test_no_number_of_days_or_entries_reaches_a_template() -> None:
    for path in OURS:
        text = re.sub(r"\{#.*?#\}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"\|\s*(?:length|count|sum)\b(?!\s*[<>=])|touched|since", text), path.name
