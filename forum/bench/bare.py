"""The bare Flask page that pages are measured against."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """The least that Flask can answer."""
    return "Hello"
