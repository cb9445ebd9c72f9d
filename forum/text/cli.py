"""The command that renders texts line by line."""

from __future__ import annotations

import sys

import click

from forum.text.render import render_lines


@click.command("render")
def render() -> None:
    """Render texts: {"id", "text"} as JSON a line in, {"id", "html"} or {"id", "refused"} a line out."""
    render_lines(sys.stdin.buffer, sys.stdout)


commands = (render,)
