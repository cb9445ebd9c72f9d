"""Commands: `doctor` looks everything over and says in words what is wrong."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from forum.web.health import findings


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check database, schema, disk, stores, workers and folders. Ends with 1 where something is wrong."""
    found = findings(everything=True)
    width = max(len(one.name) for one in found)
    for one in found:
        click.echo(f"{'good' if one.good else 'LOOK'}  {one.name:<{width}}  {one.words}")
    if not all(one.good for one in found):
        raise SystemExit(1)


commands = (doctor,)
