"""The command that verifies the moderation log."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from forum.moderation import log
from forum.storage.settings import current_settings


@click.command("verify-log")
@with_appcontext
def verify_log() -> None:
    """Verify that no entry of the log was changed, taken out, swapped or cut off."""
    fault = log.verify(current_settings().anchor_file)
    if fault is None:
        click.echo(f"The log holds; {len(log.waiting())} entries of today wait to join the chain.")
        return
    click.echo(f"The log does not hold at entry {fault.place}: {fault.why}.", err=True)
    sys.exit(1)


commands = (verify_log,)
