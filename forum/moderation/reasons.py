"""The reasons for a decision: rules of the forum with starter texts, read once from the content folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "content" / "reasons.toml"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its id, the rule it rests on, what it is for, a title, and a starter text to be edited."""

    id: str
    rule: str
    uses: tuple[str, ...]
    title: str
    template: str


@cache
def reasons() -> tuple[Reason, ...]:
    """Every reason, in the order of the file."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Reason(
            entry["id"], entry["rule"], tuple(entry["uses"]), entry["title"], " ".join(entry["template"].split())
        )
        for entry in data["reason"]
    )


def rule_ids() -> frozenset[str]:
    """The ids that a decision may name."""
    return frozenset(reason.id for reason in reasons())


def template_of(reason_id: str) -> str:
    """The starter text of a reason, or nothing."""
    return next((reason.template for reason in reasons() if reason.id == reason_id), "")


def title_of(reason_id: str) -> str:
    """The plain title of a reason, or nothing."""
    return next((reason.title for reason in reasons() if reason.id == reason_id), "")
