"""The command that makes the first moderators."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from forum.members import roles
from forum.storage.clock import now
from forum.storage.database import writing


@click.command("moderator-invite")
@click.option("--lead", is_flag=True, help="For a lead, who may also handle appeals, roles and policy.")
@with_appcontext
def moderator_invite(lead: bool) -> None:
    """Print a one-time path. Whoever opens it while signed in becomes a moderator; good for 30 days."""
    with writing():
        path = roles.invite("lead" if lead else "moderator", now())
    click.echo(path)


commands = (moderator_invite,)
