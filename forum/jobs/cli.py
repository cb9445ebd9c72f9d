"""Commands: `serve` runs everything on one machine, `schedule` runs what the clock brings."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from forum.jobs.queue import run_scheduler
from forum.jobs.serving import serve as serve_all
from forum.storage.settings import current_settings


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve the forum: pages, screening worker and scheduler, until Ctrl-C."""
    serve_all(current_settings(), click.echo)


@click.command("schedule")
@with_appcontext
def schedule() -> None:
    """Run the scheduled jobs until stopped."""
    run_scheduler(current_app._get_current_object())  # type: ignore[attr-defined]


commands = (serve, schedule)
