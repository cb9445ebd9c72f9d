"""Commands about circles: the worker, a new code of an invited circle, the search index made anew."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from forum.circles import indexing, invitations
from forum.circles.models import Circle
from forum.circles.worker import Worker
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Score waiting texts until stopped. Any number of workers may run, on any machine."""
    Worker(current_settings()).run()


@click.command("circle-code")
@click.argument("name")
@with_appcontext
def circle_code(name: str) -> None:
    """Print a new shared code for the invited circle with this NAME; the one before goes on for two days."""
    circle_id = db.session.scalar(select(Circle.id).where(Circle.name == name))
    try:
        with writing():
            code = invitations.new_code(circle_id or "", day_of(now()))
    except invitations.NotInvited:
        raise click.ClickException("There is no circle by invitation of this name.") from None
    click.echo(code)


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Make the search index anew from what is published."""
    with writing():
        count = indexing.fill_anew(db.session())
    click.echo(f"{count} posts can be found.")


commands = (worker, circle_code, reindex)
