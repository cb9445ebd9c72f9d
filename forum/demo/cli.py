"""The command that loads the demonstration."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from forum.circles.worker import LazyScreener
from forum.demo.load import load
from forum.storage.settings import current_settings


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Load a small demonstration forum into an empty one."""
    load(LazyScreener(current_settings()), click.echo)


commands = (demo,)
