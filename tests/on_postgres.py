"""`python -m tests.on_postgres thief|next`: measure on a PostgreSQL server of its own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flask_migrate import upgrade

from forum.bench import thief
from forum.moderation import bench as desk
from tests.engines import Postgres, running, settings_in


def main(what: str, *arguments: str) -> None:
    """Guess as a thief would, with arguments of its own, or print the row of `next` of `make bench`."""
    server = Postgres(durable=what == "next")
    url = server.url(server.create(empty=True))
    try:
        {"thief": _thief, "next": _next}[what](url, *arguments)
    finally:
        server.stop()


def _thief(url: str, *arguments: str) -> None:
    thief.main([*arguments, "--database", url])


def _next(url: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder,
        running(settings_in(Path(folder), DATABASE_URL=url, NUDGE="0")),
    ):
        upgrade()
        for name, figure, aim in desk.measure():
            print(f"{name}  {figure:8.2f}   aim {aim}")


if __name__ == "__main__":
    main(*sys.argv[1:])
