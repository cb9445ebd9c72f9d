"""The words that come with the program: rules, reasons, content notes, tags, words for pseudonyms."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Label:
    """One entry of a fixed list: an id that never changes, and the words for people."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a decision: which decisions it fits, its rule, a title, a beginning to be edited."""

    id: str
    uses: tuple[str, ...]
    rule: str
    title: str
    template: str


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


@cache
def rules_text() -> str:
    """The rules that come with the program, as Markdown."""
    return (HERE / "rules.md").read_text(encoding="utf-8")


@cache
def reasons() -> tuple[Reason, ...]:
    """Every reason that a moderator can give, in the order of the file."""
    return tuple(
        Reason(entry["id"], tuple(entry["use"]), entry["rule"], entry["title"], entry["template"].strip())
        for entry in _read("reasons.toml")["reason"]
    )


def reason(reason_id: str) -> Reason | None:
    """One reason, or None."""
    return next((found for found in reasons() if found.id == reason_id), None)


def _labels(file: str, table: str) -> tuple[Label, ...]:
    return tuple(Label(entry["id"], entry["label"]) for entry in _read(file)[table])


def report_reasons() -> tuple[Label, ...]:
    """What a report can be about."""
    return _labels("reasons.toml", "report")


def content_notes() -> tuple[Label, ...]:
    """The fixed list of content notes."""
    return _labels("reasons.toml", "note")


def topics() -> tuple[Label, ...]:
    """The fixed list of topics of a thread."""
    return _labels("tags.toml", "topic")


def feelings() -> tuple[Label, ...]:
    """The fixed list of feelings of a thread."""
    return _labels("tags.toml", "feeling")


@cache
def experiences() -> tuple[Label, ...]:
    """What people can have in common and choose to be found by."""
    return _labels("tags.toml", "experience")


@cache
def tag_ids() -> frozenset[str]:
    """Every topic, feeling and experience."""
    return frozenset(tag.id for tag in (*topics(), *feelings(), *experiences()))


def label_of(tag_id: str) -> str:
    """The words for a note, topic or feeling; the id itself where it is unknown."""
    every = (*content_notes(), *topics(), *feelings(), *experiences())
    return next((tag.label for tag in every if tag.id == tag_id), tag_id)
