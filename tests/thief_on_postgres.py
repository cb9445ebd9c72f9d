"""`python -m tests.thief_on_postgres`: the thief's test on a PostgreSQL server of its own."""

from __future__ import annotations

import sys

from forum.bench import thief
from tests.engines import Postgres


def main() -> None:
    """Play the forums of `forum.bench.thief`, with its own arguments."""
    server = Postgres()
    try:
        thief.main([*sys.argv[1:], "--database", server.url(server.create(empty=True))])
    finally:
        server.stop()


if __name__ == "__main__":
    main()
