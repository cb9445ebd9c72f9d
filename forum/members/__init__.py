"""Who is here: joining, the vault, pseudonyms, sessions, leaving, export, erasure."""

from __future__ import annotations

from flask import Flask

from forum.members import person
from forum.members.views import blueprints
from forum.members.views.leaving import init_app as answer_neutrally


def init_app(app: Flask) -> None:
    """Let the program know who is asking, and offer the pages of members."""
    person.init_app(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    answer_neutrally(app)
