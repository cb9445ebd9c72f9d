"""What a decision is called."""

from __future__ import annotations

from flask_babel import gettext as _


def said_outcome(outcome: str) -> str:
    """A decision in one word."""
    return str(
        {
            "publish": _("Published"),
            "return": _("Returned"),
            "decline": _("Declined"),
            "propose": _("Proposed a version"),
            "hold": _("Held and talked"),
            "hide": _("Hidden"),
            "remove": _("Removed"),
            "escalate": _("Escalated"),
            "undo": _("Undone"),
            "leave": _("Left as it is"),
            "annotate": _("Put a content note on it"),
            "uphold": _("Upheld"),
            "overturn": _("Overturned"),
            "strike": _("Gave a strike"),
            "suspend": _("Paused writing"),
        }.get(outcome, outcome)
    )


def said_kind(kind: str) -> str:
    """What a review is about, in one word."""
    return str({"submission": _("Text"), "report": _("Report"), "appeal": _("Appeal")}[kind])


def said_lane(lane: str) -> str:
    """Where a review is now."""
    return str(
        {
            "care": _("It is in care now, in its place by its tier."),
            "conduct": _("It is in conduct now."),
            "reported": _("It is among the reported now."),
            "appeal": _("It is among the appeals now."),
            "routine": _("It is in the routine lane now."),
        }[lane]
    )


def said_paused() -> str:
    """What can be done for an author whose writing is paused."""
    return str(
        _(
            "Writing is paused for its author, so it is not published now. Please answer it; when the pause "
            "is over they can send it again."
        )
    )
