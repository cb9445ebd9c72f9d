"""What counts once: solved challenges, waiting tickets, codes. Remembered briefly, as hashes."""

from __future__ import annotations

import structlog
from limits import parse
from limits.errors import StorageError

from forum.storage.sealing import derive, keyed_hash
from forum.storage.settings import current_settings
from forum.web.errors import Unavailable
from forum.web.limits import counter

log = structlog.get_logger("forum.web")


def take(kind: str, value: str, seconds: int) -> bool:
    """Whether this value comes for the first time within so many seconds. Raises `Unavailable`."""
    return count(kind, value, seconds) == 1


def count(kind: str, value: str, seconds: int) -> int:
    """How often this value came within so many seconds, this time included. Raises `Unavailable`."""
    try:
        return int(counter().storage.incr(_name(kind, value), seconds))
    except (StorageError, OSError) as error:
        log.error("limit_store_away", limit=kind, error=type(error).__name__)
        raise Unavailable from error


def give_back(kind: str, value: str) -> None:
    """Let a value count as new again. Raises `Unavailable`."""
    try:
        counter().storage.clear(_name(kind, value))
    except (StorageError, OSError) as error:
        raise Unavailable from error


def is_within(kind: str, allowed: str) -> bool:
    """Count one more of something for the whole forum, such as "120/hour". Raises `Unavailable`."""
    try:
        return bool(counter().hit(parse(allowed), "once", kind))
    except (StorageError, OSError) as error:
        raise Unavailable from error


def _name(kind: str, value: str) -> str:
    key = derive(current_settings().secret_key, "once")
    return f"kindred:once:{keyed_hash(key, kind, value).hex()}"
