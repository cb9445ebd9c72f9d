"""Where higher rooms put what they show beside a text of one's own."""

from __future__ import annotations

from collections.abc import Callable, Collection

from markupsafe import Markup

from forum.circles.waits import Wait

NO_READER = "own"
"""The panel for words that nobody else will read: withdrawn, or private to begin with."""

HelpPanel = Callable[[str, str | None, Wait], Markup]
Badges = Callable[[Collection[str]], Collection[str]]

_help: list[HelpPanel] = []
_countries: list[Callable[[], list[tuple[str, str]]]] = []
_badges: list[Badges] = []


Editor = Callable[[str], str]

_editors: dict[str, Editor] = {}


def edit_with(kind: str, path_of: Editor) -> None:
    """Register where texts of a kind are edited: the path of the page for a post's id."""
    _editors[kind] = path_of


def editor_of(kind: str) -> Editor | None:
    """Where texts of a kind are edited, if not on the ordinary page."""
    return _editors.get(kind)


def show_help_with(panel: HelpPanel) -> None:
    """Register the panel that an author of a text with a tier sees (called once, by the care room)."""
    _help[:] = [panel]


def offer_countries_with(countries: Callable[[], list[tuple[str, str]]]) -> None:
    """Register the countries for which help is known, as codes and names (called once, by the care room)."""
    _countries[:] = [countries]


def countries() -> list[tuple[str, str]]:
    """The countries for which help is known."""
    return _countries[0]() if _countries else []


def help_panel(tier: str | None, country: str | None, wait: Wait) -> Markup | None:
    """The help for a tier, a chosen country and the present wait, or None without a tier."""
    return _help[0](tier, country, wait) if tier and _help else None


def show_badges_of(carrying: Badges) -> None:
    """Register who tells which of some pseudonyms carry a badge (called once, by the training room)."""
    _badges[:] = [carrying]


def badges(pseudonym_ids: Collection[str]) -> Collection[str]:
    """Which of some pseudonyms carry the badge of a peer supporter now. At most one statement."""
    return _badges[0](pseudonym_ids) if pseudonym_ids and _badges else ()
