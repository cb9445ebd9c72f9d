"""The command that renders texts line by line."""

from __future__ import annotations

import sys

import click

from forum.text.render import render_lines


@click.command("render")
def render() -> None:
    """Render texts: {"id", "text"} as JSON a line in, {"id", "html"} or {"id", "refused"} a line out.

    A line without a text is told on standard error with its number; the rest goes on. Ends with 1 when there
    was such a line, else with 0; a text that is refused is no error.
    """
    sys.exit(int(render_lines(sys.stdin.buffer, sys.stdout) > 0))


commands = (render,)
