"""The command that screens texts line by line."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from forum.screening.engine import ScreeningUnavailable, load_engine
from forum.screening.screen import screen_lines
from forum.storage.settings import current_settings


@click.command("screen")
@with_appcontext
def screen() -> None:
    """Screen texts: one JSON object {"id", "text"} a line in, one screening a line out.

    A line that cannot be read is told on standard error with its number; the rest goes on. Ends with 1 when
    there was such a line or the machine is away, else with 0.
    """
    settings = current_settings()
    try:
        engine = load_engine(settings.detoxify_checkpoint, settings.screening_engine, settings.engine_dir)
    except ScreeningUnavailable as error:
        raise click.ClickException(str(error)) from error
    sys.exit(int(screen_lines(sys.stdin.buffer, sys.stdout, engine) > 0))


commands = (screen,)
