"""Pages that say how things are here. They need neither session nor database."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, render_template

from config import Settings
from forum.web import house_rules
from forum.web.access import visitors

STILL = {"/privacy": "privacy", "/how-it-works": "how_it_works"}
ROBOTS = "User-agent: *\nDisallow: /\n"


def init_app(app: Flask, settings: Settings) -> None:
    """Register the still pages, robots.txt, and what templates of every room may ask for."""
    for path, name in STILL.items():
        app.add_url_rule(path, f"web.{name}", _still(name))
    app.add_url_rule("/rules", "web.rules", house_rules.show)
    app.add_url_rule("/robots.txt", "web.robots", _robots)
    app.jinja_env.globals["has_page"] = has_page
    app.jinja_env.globals["leave_to"] = settings.neutral_site


def has_page(endpoint: str) -> bool:
    """Whether the program has a page of this name, so that a link to it leads somewhere."""
    return endpoint in current_app.view_functions


def _still(name: str) -> Callable[[], str]:
    @visitors
    def show() -> str:
        return render_template(f"web/{name}.html", bare=True)

    return show


@visitors
def _robots() -> Response:
    return Response(ROBOTS, mimetype="text/plain")
