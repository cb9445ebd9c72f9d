"""The six labels of a checkpoint, in the order of its outputs, and one row to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LABELS: Final = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
"""Detoxify's names. In the checkpoint they stand under Kaggle's names, which Detoxify translates."""

KAGGLE: Final = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what each label should say (0 to 1) and how much that counts (0: nothing is known)."""

    text: str
    targets: tuple[float, ...]
    weights: tuple[float, ...]


def row(text: str, weight: float = 1.0, **known: float) -> Row:
    """Build a row of which only the named labels are known."""
    return Row(
        text,
        tuple(known.get(label, 0.0) for label in LABELS),
        tuple(weight if label in known else 0.0 for label in LABELS),
    )
