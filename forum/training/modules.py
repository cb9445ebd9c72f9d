"""The twelve modules, from `modules.toml`, rendered once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from forum.text.render import as_markup, render

FILE = Path(__file__).with_name("modules.toml")
_ENTRIES: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["module"]

IDS: tuple[str, ...] = tuple(entry["id"] for entry in _ENTRIES)
"""The ids of all modules in their order; known without rendering anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a scenario, with what can be said about it."""

    text: str
    right: bool
    feedback: Markup


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation as people really meet it, with three answers."""

    question: Markup
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """One page to read and two scenarios."""

    id: str
    title: str
    aim: str
    html: Markup
    scenarios: tuple[Scenario, ...]


@cache
def modules() -> tuple[Module, ...]:
    """Every module, in the order in which they build on each other."""
    return tuple(
        Module(
            entry["id"],
            entry["title"],
            entry["aim"],
            _html(entry["text"]),
            tuple(_scenario(scenario) for scenario in entry["scenario"]),
        )
        for entry in _ENTRIES
    )


def module(module_id: str) -> Module | None:
    """One module, or None."""
    return next((found for found in modules() if found.id == module_id), None)


def _scenario(entry: dict[str, Any]) -> Scenario:
    answers = (
        Answer(render(one["text"]).plain, one["right"], _html(one["feedback"])) for one in entry["answer"]
    )
    return Scenario(_html(entry["question"]), tuple(answers))


def _html(text: str) -> Markup:
    return as_markup(render(text.strip()).html)
