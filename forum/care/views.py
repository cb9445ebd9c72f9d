"""`/help`, which needs neither session nor database, and the panel in the answer to submit."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from markupsafe import Markup

from forum.care.directory import countries, country, emergency_for, international
from forum.care.panel import grounding_cards, hesitations, panel_for
from forum.circles.panels import offer_countries_with, show_help_with
from forum.circles.waits import Wait
from forum.members import registry
from forum.text.render import as_markup
from forum.web.access import visitors

care = Blueprint("care", __name__)


@care.get("/help")
@visitors
def help_page() -> str:
    """Show the help page; `?country=xx` unfolds one country. Nothing is kept of what was chosen."""
    code = request.args.get("country", "")[:2]
    return render_template(
        "care/help.html",
        bare=True,
        chosen=country(code),
        countries=countries(),
        emergency=emergency_for(code),
        elsewhere=international(),
        hesitations=hesitations(),
        cards=grounding_cards(),
    )


def show_panel(tier: str, code: str | None, wait: Wait) -> Markup:
    """Render the help for the author of a text with a tier."""
    return as_markup(render_template("care/_panel.html", panel=panel_for(tier, code, wait)))


show_help_with(show_panel)


def _codes_and_names() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in countries()]


offer_countries_with(_codes_and_names)
registry.offer_countries_with(_codes_and_names)
