"""Limits that remember nobody.

A limit counts under HMAC(key, network prefix or session), where the key is random, is made anew each day
and is gone after two days at the latest. No address is ever stored. Counts are per fixed window, so that
no time of a single request is kept either. On an onion door there is no network prefix, and so no limit
by prefix.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from config import Settings
from forum.storage.clock import day_of, now
from forum.storage.sealing import keyed_hash
from forum.storage.settings import current_settings
from forum.web.errors import TooMany, Unavailable, seconds_until

View = TypeVar("View", bound=Callable[..., Any])
KEY_SECONDS = 24 * 3600
PREFIX_BITS = {4: 24, 6: 56}
log = structlog.get_logger("forum.web")


@dataclass(frozen=True, slots=True)
class Limit:
    """One named limit. `by_name` counts by what was typed as sign-in name, besides the prefix."""

    name: str
    allowed: tuple[str, ...]
    closed_without_store: bool = False
    by_name: str = ""

    def __call__(self, view: View) -> View:
        """Put the limit before a view; only requests that change something are counted."""

        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                self.check()
            return view(*args, **kwargs)

        return cast(View, limited)

    def check(self) -> None:
        """Count this request. Raises `TooMany`, or `Unavailable` where the store is away and must not be."""
        try:
            self._count()
        except (StorageError, OSError) as error:
            log.error("limit_store_away", limit=self.name, error=type(error).__name__)
            if self.closed_without_store:
                raise Unavailable from error

    def refuse_unless(self, is_taken: Callable[[], bool]) -> None:
        """Raises `TooMany` when the limit is reached, without counting, but never for what was taken before.

        It asks again before refusing: the first of two clicks may have been taken in between. What is then
        newly taken is counted by `count`, so that a form that is sent twice counts once.
        """
        if is_taken():
            return
        try:
            self._look()
        except TooMany:
            if not is_taken():
                raise
        except (StorageError, OSError) as error:
            log.error("limit_store_away", limit=self.name, error=type(error).__name__)

    def count(self) -> None:
        """Count one without refusing it."""
        try:
            for mark in self._marks():
                for item in map(parse, self.allowed):
                    counter().hit(item, self.name, mark)
        except (StorageError, OSError) as error:
            log.error("limit_store_away", limit=self.name, error=type(error).__name__)

    def _look(self) -> None:
        for mark in self._marks():
            for item in map(parse, self.allowed):
                if not counter().test(item, self.name, mark):
                    raise TooMany(_seconds(item, self.name, mark))

    def _marks(self) -> list[str]:
        return [mark for mark in (_asker(), self._typed_name()) if mark]

    def _count(self) -> None:
        for mark in self._marks():
            for item in map(parse, self.allowed):
                if not counter().hit(item, self.name, mark):
                    raise TooMany(_seconds(item, self.name, mark))

    def _typed_name(self) -> str | None:
        typed = request.form.get(self.by_name, "") if self.by_name else ""
        return _mark("name", typed.strip().casefold()) if typed else None


join = Limit("join", ("20/10minute", "60/hour"), closed_without_store=True)
sign_in = Limit("sign_in", ("20/15minute",), closed_without_store=True, by_name="sign_in_name")
post = Limit("post", ("10/minute", "60/hour"))
mark = Limit("mark", ("60/minute", "600/hour"))
search = Limit("search", ("30/minute",))
report = Limit("report", ("10/hour",))
export = Limit("export", ("4/day",))

_signed_in_mark: Callable[[], str | None] = lambda: None  # noqa: E731  (replaced once by the members' room)


def count_members_by(mark: Callable[[], str | None]) -> None:
    """Tell how to recognise a signed-in person: a mark of their open session, or None for visitors."""
    global _signed_in_mark  # noqa: PLW0603
    _signed_in_mark = mark


def init_app(app: Flask, settings: Settings) -> None:
    """Connect the limits to their store."""
    store = cast(Storage, storage_from_string(_address(settings.limits_url), wrap_exceptions=True))
    app.extensions["kindred.limits"] = FixedWindowRateLimiter(store)
    app.extensions["kindred.limit_keys"] = DayKeys()


def counter() -> FixedWindowRateLimiter:
    """What counts, in the store that all web processes share."""
    return cast(FixedWindowRateLimiter, current_app.extensions["kindred.limits"])


def _address(url: str) -> str:
    return "redis://" + url.removeprefix("valkey://") if url.startswith("valkey://") else url


class DayKeys:
    """Today's key for limits, random; shared by all web processes through the limit store."""

    def __init__(self) -> None:
        """Start without a key."""
        self._day = ""
        self._key = b""
        self._lock = threading.Lock()

    def today(self) -> bytes:
        """The key of this day. The one of the day before is forgotten. Raises `StorageError`."""
        day = day_of(now()).isoformat()
        with self._lock:
            if day != self._day:
                self._key = _shared_key(day)
                self._day = day
            return self._key


def _shared_key(day: str) -> bytes:
    """A random key that the processes agree on; the store forgets it after a day."""
    fresh = secrets.token_bytes(32)
    store = getattr(counter().storage, "storage", None)
    if not hasattr(store, "set"):
        return fresh
    name = f"kindred:limit-key:{day}"
    try:
        store.set(name, fresh, nx=True, ex=KEY_SECONDS)  # type: ignore[union-attr]
        return bytes(store.get(name) or fresh)  # type: ignore[union-attr]
    except Exception as error:
        raise StorageError(error) from error


def _asker() -> str | None:
    member = _signed_in_mark()
    if member:
        return _mark("member", member)
    prefix = network_prefix(request.remote_addr or "")
    if current_settings().onion_door or prefix is None:
        return None
    return _mark("prefix", prefix)


def _mark(kind: str, value: str) -> str:
    keys: DayKeys = current_app.extensions["kindred.limit_keys"]
    return keyed_hash(keys.today(), kind, value).hex()[:32]


def network_prefix(address: str) -> str | None:
    """The network that an address belongs to: /24 for IPv4, /56 for IPv6. None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{PREFIX_BITS[parsed.version]}", strict=False))


def _seconds(item: RateLimitItem, name: str, mark: str) -> int:
    return seconds_until(counter().get_window_stats(item, name, mark).reset_time)
