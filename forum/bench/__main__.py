"""`python -m forum.bench`: measure on a fresh forum in a temporary folder and print one table."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

from flask_migrate import upgrade

from config import read_settings
from forum import create_app
from forum.bench import lists, pages, seed, submit
from forum.moderation import bench as queue

REPLIES = 20


def main() -> None:
    """Print each figure beside what the design asks for."""
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder:
        settings = read_settings({"DATA_DIR": folder, "NUDGE": "0"})
        app = create_app(settings)
        rows: list[tuple[str, float, str]] = []
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}")
        with app.app_context():
            upgrade()
            thread_id = seed.thread_with_replies(REPLIES)
            rows += submit.measure(Path(folder))
            rows += queue.measure()
            try:
                rows += pages.measure(settings, thread_id)
            except pages.NoLoadTool:
                print("  pages were not measured: install wrk for that")
            rows += lists.measure()
        width = max(len(name) for name, _, _ in rows)
        for name, figure, aim in rows:
            print(f"{name:<{width}}  {figure:8.2f}   aim {aim}")


if __name__ == "__main__":
    main()
