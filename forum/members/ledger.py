"""The ledger of removals: a file outside the database that a restore replays.

It holds keyed hashes of ids, sorted, and nothing else: no times, no order, no hint of what belongs together.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from forum.storage.sealing import keyed_hash
from forum.storage.settings import current_settings, lasting_key, lasting_keys


def remember(ids: Collection[str | bytes]) -> None:
    """Note that these are gone for good. Written whole and moved into place."""
    path = current_settings().erasure_ledger
    with _locked(path) as _held:
        key = lasting_key("removals")
        lines = {*_lines(path), *(_line(one, key) for one in ids)}
        fresh = path.with_suffix(".fresh")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("".join(f"{line}\n" for line in sorted(lines)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def gone(ids: Iterable[str | bytes]) -> list[str | bytes]:
    """Which of some ids the ledger names."""
    lines = _lines(current_settings().erasure_ledger)
    keys = lasting_keys("removals")
    return [one for one in ids if any(_line(one, key) in lines for key in keys)] if lines else []


def _line(one: str | bytes, key: bytes) -> str:
    return keyed_hash(key, one).hex()


def _lines(path: Path) -> set[str]:
    return set(path.read_text().split()) if path.exists() else set()


class _locked:  # noqa: N801  (reads as a phrase)
    """Holds the ledger against other processes of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_suffix(".lock")
        self._handle = -1

    def __enter__(self) -> int:
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        return self._handle

    def __exit__(self, *_error: object) -> None:
        os.close(self._handle)
