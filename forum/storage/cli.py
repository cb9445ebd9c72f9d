"""Commands of the operator: `backup`, `restore`, `move-database`, `rotate-keys`."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from flask.cli import with_appcontext
from sqlalchemy import create_engine

from forum.storage import backup as backups
from forum.storage import move, rotation, schema
from forum.storage.database import db, engine_options, prepare_engine
from forum.storage.settings import current_settings

KEYS = "The keys (SECRET_KEY, FIELD_KEY) are not in it. Keep them elsewhere: it is of no use without them."


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write everything but the keys to FILE, while the forum runs."""
    try:
        taken = backups.take(current_settings(), file)
    except FileExistsError as error:
        raise click.ClickException(f"{file} is already there") from error
    click.echo(f"{taken.rows} rows, {taken.bytes} bytes.")
    click.echo(KEYS)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@with_appcontext
def restore(file: Path) -> None:
    """Put the backup in FILE into an empty database. Stop the forum first."""
    try:
        found = backups.restore(current_settings(), file)
    except backups.CannotRestore as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{sum(found.values())} rows are back. Removals since the backup were made again.")
    click.echo("Run `verify-log` and `doctor` before opening the forum.")


@click.command("move-database")
@click.option("--to", "url", required=True, help="The URL of the new, empty database.")
@with_appcontext
def move_database(url: str) -> None:
    """Copy every table to another database and compare. Stop the forum first; the old one stays as it is."""
    url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    target = create_engine(url, **engine_options(url))
    prepare_engine(target)
    try:
        command.upgrade(schema.alembic_config(url), "head")
        moved = move.move(db.engine, target)
    except move.CannotMove as error:
        raise click.ClickException(str(error)) from error
    finally:
        target.dispose()
    for one in moved:
        click.echo(f"{one.table}: {one.rows}")
    click.echo("Every row arrived unchanged. Now set DATABASE_URL to the new database and start the forum.")


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Move every sealed text to the first key of FIELD_KEY. It may run beside the forum and again."""
    for one in rotation.rotate():
        if one.moved or one.closed:
            click.echo(f"{one.column}: {one.moved} moved, {one.closed} cannot be opened")
    left = rotation.count_old()
    if left:
        raise click.ClickException(
            f"{left} values are not under the newest key; keep the older ones and look."
        )
    click.echo(
        "Everything lies under the newest key. The older ones may leave FIELD_KEY; keep them for backups."
    )


commands = (backup, restore, move_database, rotate_keys)
