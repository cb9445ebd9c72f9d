"""What a higher room may close for a while: a lead can pause joining, with words for who comes."""

from __future__ import annotations

from collections.abc import Callable

_pause: list[Callable[[], str | None]] = []


def may_pause_joining(ask: Callable[[], str | None]) -> Callable[[], str | None]:
    """Register who says that joining is paused: words for visitors, or None."""
    _pause.append(ask)
    return ask


def joining_paused() -> str | None:
    """The words for visitors while joining is paused."""
    return next((words for ask in _pause if (words := ask())), None)
