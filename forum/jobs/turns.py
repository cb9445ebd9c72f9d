"""What the worker does between two texts, about each half minute, such as telling the operator of a wait."""

from __future__ import annotations

from collections.abc import Callable

from config import Settings

Act = Callable[[Settings], object]
_acts: list[Act] = []


def each_turn(act: Act) -> Act:
    """Register something small. It opens its own transactions, and several workers may run it at once."""
    _acts.append(act)
    return act


def take(settings: Settings) -> None:
    """Do everything that was registered."""
    for act in _acts:
        act(settings)
