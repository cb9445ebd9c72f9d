"""Kindred: an anonymous peer-support forum. `create_app` is where the rooms are plugged together."""

from __future__ import annotations

from flask import Flask

from config import Settings, read_settings
from forum import storage, web


def create_app(settings: Settings | None = None) -> Flask:
    """Build the program from its settings, by default those of the environment."""
    settings = settings or read_settings()
    app = Flask(__name__)
    storage.init_app(app, settings)
    web.init_app(app, settings)
    return app
