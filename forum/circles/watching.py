"""Where a higher room says which phrases leads watch for. Watching looks and moves up; it never refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was noticed in a text: nothing, something to look at, or something for the care lane."""

    look: bool = False
    care: bool = False


_watch: list[Callable[[str], Noticed]] = []


def watch_with(watch: Callable[[str], Noticed]) -> Callable[[str], Noticed]:
    """Register who watches (called once, by the room of moderators)."""
    _watch[:] = [watch]
    return watch


def noticed(text: str) -> Noticed:
    """What the watch list says about a text."""
    return _watch[0](text) if _watch else Noticed()
