"""A browser for each role."""

from __future__ import annotations

from flask import Flask

from tests.browser_client import Client
from tests.people import Person


def browsers(app: Flask) -> dict[str, Client]:
    """Somebody of each role with a browser of their own."""
    return {
        "visitor": Client(app, app.response_class, use_cookies=True),
        "member": Person(app).browser,
        "staff": Person(app, "moderator").browser,
        "lead": Person(app, "lead").browser,
    }
