"""The words of the private rooms, from `texts.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("texts.toml")


@cache
def words(room: str) -> dict[str, Any]:
    """The words of one room: check_in, early_signs, drop, goal, celebration or kind_words."""
    found: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))[room]
    return found


def sliders() -> list[dict[str, str]]:
    """The three exhaustions, in their order: id, label, question, low, high, hint."""
    found: list[dict[str, str]] = words("check_in")["slider"]
    return found


def spans() -> dict[str, str]:
    """How long it may have been like this: id to label."""
    return {span["id"]: span["label"] for span in words("check_in")["how_long"]}


def lines(room: str, table: str) -> list[str]:
    """A list of suggestions of a room, in the order of the file."""
    return [entry["text"] for entry in words(room)[table]]
