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
    """One named limit: so many a while for a signed-in person, or for a network."""

    name: str
    allowed: tuple[str, ...]
    closed_without_store: bool = False
    for_one_name: tuple[str, ...] = ()
    """So many a while at one name that somebody tries to sign in with, from wherever they come."""

    def __call__(self, view: View) -> View:
        """Put the limit before a view; only requests that change something are counted."""

        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                self.check()
            return view(*args, **kwargs)

        return cast(View, limited)

    def check(self, name: str = "") -> None:
        """Count this request. Raises `TooMany`, or `Unavailable` where the store is away and must not be.

        Where one of the counts is full, none of the others goes up.
        """
        try:
            self._look(name)
            for item, mark in self._counts(name):
                if not counter().hit(item, self.name, mark):
                    raise self._too_many(item, mark)
        except (StorageError, OSError) as error:
            self._without_store(error)
            if self.closed_without_store:
                raise Unavailable from error

    def give_back(self, name: str = "") -> None:
        """Take back what `check` counted: it was no failure."""
        self._hit(name, -1)

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
            self._without_store(error)

    def count(self) -> None:
        """Count one without refusing it."""
        self._hit("", 1)

    def _hit(self, name: str, cost: int) -> None:
        try:
            for item, mark in self._counts(name):
                counter().hit(item, self.name, mark, cost=cost)
        except (StorageError, OSError) as error:
            self._without_store(error)

    def _look(self, name: str = "") -> None:
        for item, mark in self._counts(name):
            if not counter().test(item, self.name, mark):
                raise self._too_many(item, mark)

    def _counts(self, name: str) -> list[tuple[RateLimitItem, str]]:
        """What is counted, and under which mark: the name that is tried comes first."""
        named = [(parse(many), _mark("name", name)) for many in self.for_one_name if name]
        asker = _asker()
        return named + [(parse(many), asker) for many in self.allowed if asker]

    def _too_many(self, item: RateLimitItem, mark: str) -> TooMany:
        return TooMany(seconds_until(counter().get_window_stats(item, self.name, mark).reset_time))

    def _without_store(self, error: Exception) -> None:
        log.error("limit_store_away", limit=self.name, error=type(error).__name__)


join = Limit("join", ("20/10minute", "60/hour"), closed_without_store=True)
sign_in = Limit("sign_in", ("60/15minute",), closed_without_store=True, for_one_name=("20/15minute",))
"""Guesses that failed. A network is shared by many, so a name is slowed long before it."""
come_back = Limit("come_back", ("20/15minute",), closed_without_store=True)
post = Limit("post", ("10/minute", "60/hour"))
own = Limit("own", ("30/minute", "300/hour"))
"""What somebody keeps for themselves. It is apart from `post`, so that no day of it stops a cry for help."""
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
