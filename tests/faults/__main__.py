"""`python -m tests.faults`: does every fault on every engine it applies to, and prints a table."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests import engines
from tests.faults import catalogue, classifier, disk, resources
from tests.faults.site import Site
from tests.faults.table import BOTH, FAULTS, Fault, NotHere

WIDTH = 62
assert catalogue and classifier and disk and resources, "importing them fills the table"


def _site(engine: str, folder: Path, prepared: Path, server: engines.Postgres | None) -> Site:
    if engine == "postgres" and server is not None:
        return Site(engines.settings_in(folder, DATABASE_URL=server.url(server.create())))
    engines.copy_sqlite(prepared, folder)
    return Site(engines.settings_in(folder))


def _try(fault: Fault, engine: str, prepared: Path, server: engines.Postgres | None) -> tuple[str, str]:
    """What the table says of one fault on one engine, and why where it failed."""
    if engine not in fault.engines:
        return "-", ""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                fault.act(_site(engine, Path(name), prepared, server))
        except NotHere:
            return "not here", ""
        except Exception as error:
            return "BROKEN", f"{type(error).__name__}: {str(error)[:300]}"
    return f"held {time.monotonic() - started:5.1f} s", ""


def main() -> int:
    """Print the table; 1 when anything did not hold."""
    logging.disable(logging.CRITICAL)
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kf-") as name:
        folder = Path(name)
        prepared = engines.prepare_sqlite(folder)
        server = engines.Postgres()
        try:
            (folder / "template").mkdir()
            server.prepare(folder / "template")
            print(f"{'fault':<{WIDTH}}  {'SQLite':<12}  PostgreSQL")
            for fault in FAULTS:
                cells = [_try(fault, engine, prepared, server) for engine in BOTH]
                print(f"{fault.name:<{WIDTH}}  {cells[0][0]:<12}  {cells[1][0]}", flush=True)
                broken += [f"{fault.name}: {why}" for _cell, why in cells if why]
        finally:
            server.stop()
    for line in broken:
        print(line)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
