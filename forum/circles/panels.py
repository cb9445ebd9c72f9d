"""Where higher rooms put what they show beside a text of one's own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from markupsafe import Markup

from forum.circles.waits import Wait

NO_READER = "own"
"""The panel for words that nobody else will read."""

TAKEN_BACK = "withdrawn"
"""The panel beside a text that its author withdrew."""

NOT_SENT = "unsent"
"""The panel beside a draft or a preview: nobody has read it yet."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of one's own beside which help stands: what its author chose, and `may` do from there."""

    post_id: str
    contact: str | None
    may: Collection[str]


HelpPanel = Callable[[str, str | None, Wait, OwnText | None], Markup]
Aftercare = Callable[[str, bool], Markup]
Asked = Callable[[str, str | None], Markup | None]
Heavy = Callable[[str, bool], str | None]
Badges = Callable[[str], Collection[str]]

_help: list[HelpPanel] = []
_countries: list[Callable[[], list[tuple[str, str]]]] = []
_badges: list[Badges] = []
_aftercare: list[Aftercare] = []
_asked: list[Asked] = []
_heavy: list[Heavy] = []


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


def help_panel(
    tier: str | None, country: str | None, wait: Wait, own: OwnText | None = None
) -> Markup | None:
    """The help for a tier, a chosen country and the present wait, or None without a tier.

    With a text of one's `own` it holds the choice of country and all that its author may do.
    """
    return _help[0](tier, country, wait, own) if tier and _help else None


def follow_up_with(aftercare: Aftercare, asked: Asked, heavy: Heavy) -> None:
    """Register what the care room says later and elsewhere (called once): see the functions below."""
    _aftercare[:], _asked[:], _heavy[:] = [aftercare], [asked], [heavy]


def aftercare(post_id: str, *, offered: bool) -> Markup | None:
    """The choice whether somebody may ask later how the author is; without an offer only how to stop it."""
    return (_aftercare[0](post_id, offered) or None) if _aftercare else None


def help_for_question(query: str, country: str | None) -> Markup | None:
    """The help above what a search found, where the question itself speaks of dying or of despair."""
    return _asked[0](query, country) if _asked else None


def word_for_repliers(opening: str, *, is_noted: bool = False) -> str | None:
    """A word about looking after oneself for who answers a heavy text, or None for any other text.

    Heavy is what carries a content note, and what speaks of dying in words that everybody can read.
    """
    return _heavy[0](opening, is_noted) if _heavy else None


def show_badges_of(carrying: Badges) -> None:
    """Register who tells which pseudonyms of a thread carry a badge (called once, by the training room)."""
    _badges[:] = [carrying]


def badges(thread_id: str) -> Collection[str]:
    """Which pseudonyms of a thread carry the badge of a peer supporter now. At most one statement."""
    return _badges[0](thread_id) if _badges else ()
