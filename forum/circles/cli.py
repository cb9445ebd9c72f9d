"""Commands about texts: the worker, and the demonstration forum."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from forum.circles.worker import Worker
from forum.storage.settings import current_settings


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Score waiting texts until stopped. Any number of workers may run, on any machine."""
    Worker(current_settings()).run()


commands = (worker,)
