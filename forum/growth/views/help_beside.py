"""Help beside private words. They are read by the local rules for this page only; nobody is told."""

from __future__ import annotations

from flask_login import current_user
from markupsafe import Markup

from forum.circles import panels, waits
from forum.screening.care import read_care
from forum.storage.clock import now


def speaks_of_dying(words: str) -> bool:
    """Whether private words hold what would bring a post into the care lane."""
    return read_care(words).tier in ("B", "C", "D")


def own_panel() -> Markup | None:
    """The help for words that nobody else reads, for the country that was chosen."""
    return panels.help_panel(panels.NO_READER, current_user.country or None, waits.measured("routine", now()))


def help_beside(words: str) -> Markup | None:
    """The help beside private words that speak of dying, else nothing."""
    return own_panel() if speaks_of_dying(words) else None
