"""What every text of ours must keep to, and how to walk through a file of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORUM = Path(__file__).parents[2] / "forum"

FORBIDDEN = re.compile(
    r"\b(?:un)?safe(?:ly|ty)?\b|24/7|clinically proven|fully anonymous|commit(?:ted)? suicide"
    r"|(?:un)?successful attempt|failed attempt|attention[- ]seek",
    re.IGNORECASE,
)
STRAIGHT = re.compile(r"['\"]")
ADDRESS = re.compile(r"https?://|www\.|\S@\S|\+?\d[\d ]{6,}\d")


def load(path: str) -> dict[str, Any]:
    """Read one TOML file below forum/."""
    with (FORUM / path).open("rb") as file:
        return tomllib.load(file)


def texts_in(data: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of nested data with the path of keys that leads to it."""
    if isinstance(data, str):
        yield name, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from texts_in(value, f"{name}.{key}")
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from texts_in(value, f"{name}[{place}]")


def wrong_words(data: object, exclaiming: bool = False) -> list[tuple[str, str]]:
    """List where forbidden words, straight quotes, addresses or exclamation marks stand."""
    found = []
    for name, text in texts_in(data):
        for pattern in (FORBIDDEN, STRAIGHT, ADDRESS):
            found += [(name, match[0]) for match in pattern.finditer(text)]
        if "!" in text and not exclaiming:
            found.append((name, "!"))
    return found


def word_count(text: str) -> int:
    """Count the words of a text as a reader would."""
    return len(re.findall(r"[\w’]+", text))
