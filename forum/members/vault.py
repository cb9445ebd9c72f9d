"""What only the member can open.

A vault has no table of its own: its entries lie among everybody's in `vault(address, sealed)`. An address is
an HMAC under a key derived from the member key, so rows of one member cannot be told from rows of others;
what lies there is AES-256-GCM under another derived key, bound to its address and padded to a few sizes.

Two kinds of address. Lists: HMAC(kind, counter) with a dense counter from 1. Objects: HMAC(kind, object),
for what a page asks about one thing. Which lists and objects exist stands in the vault's own index, so that
export and erasure find everything.

What was read is remembered for the running transaction only, so that no decision rests on an older state.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CursorResult, text
from sqlalchemy.orm import SessionTransaction

from forum.storage.database import db
from forum.storage.sealing import NONCE, CannotOpen, derive, keyed_hash

STEPS = (192, 1024, 4096, 16384, 65536)
"""Sizes in bytes to which an entry is padded: a name and a setting look alike, a draft shows little."""

SHORT = 32
"""How many entries of a list the first statement reads; nearly every list is shorter."""

PROBES = tuple(2**power for power in range(6, 17))
LONGEST = 2 * PROBES[-1] - 1
INDEX = "index"
TRIES = 50
ADDRESS = 32

_READ_SQLITE = text(
    "WITH RECURSIVE place(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM place WHERE i + 1 < :many) "
    "SELECT vault.address, vault.sealed FROM place "
    "CROSS JOIN vault ON vault.address = substr(:wanted, i * 32 + 1, 32)"
)
_READ_POSTGRES = text("SELECT address, sealed FROM vault WHERE address = ANY(CAST(:wanted AS bytea[]))")
_WIPE_SQLITE = text(
    "DELETE FROM vault WHERE address IN (WITH RECURSIVE place(i) AS "
    "(SELECT 0 UNION ALL SELECT i + 1 FROM place WHERE i + 1 < :many) "
    "SELECT substr(:wanted, i * 32 + 1, 32) FROM place)"
)
_WIPE_POSTGRES = text("DELETE FROM vault WHERE address = ANY(CAST(:wanted AS bytea[]))")
_INSERT = text("INSERT INTO vault (address, sealed) VALUES (:address, :sealed) ON CONFLICT DO NOTHING")
_CHANGE = text("UPDATE vault SET sealed = :fresh WHERE address = :address AND sealed = :old")
_TURN = text("SELECT pg_advisory_xact_lock(:turn)")
_SESSION = text("SELECT 1 FROM member_session WHERE token_hash = :session")

Data = dict[str, Any]
Update = Callable[[Data], Data | None]


class TooBusy(Exception):
    """An entry was changed by others again and again while this change was tried."""


class VaultFull(Exception):
    """A list or an entry is longer than a vault takes."""


class SessionOver(Exception):
    """The session that opened this vault has ended meanwhile, so nothing more is written for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: its number, and what it holds."""

    counter: int
    data: Data


@dataclass(slots=True)
class _Row:
    """A stored row: what lies there, and what it says (None: emptied)."""

    sealed: bytes
    data: Data | None


class OpenVault:
    """The vault of one member while the member key is at hand."""

    def __init__(self, member_key: bytes, session: bytes | None = None) -> None:
        """Take the 256-bit member key, and the hash of the session's token where one opened the vault.

        What a request still has in its hands when its session ends, by signing out everywhere or by leaving
        for good, is then refused: nothing may come to lie in a vault, or go out under its names, once
        nobody is left to find it again.
        """
        self._session = session
        self._lively: SessionTransaction | None = None
        self._addresses = derive(member_key, "vault addresses")
        self._cipher = AESGCM(derive(member_key, "vault entries"))
        self._marks = derive(member_key, "marks")
        self._transaction: SessionTransaction | None = None
        self._lists: dict[str, list[_Row]] = {}
        self._objects: dict[tuple[str, str], _Row | None] = {}

    def entries(self, kind: str) -> list[Entry]:
        """The entries of a list, empty ones left out. At most two statements, whatever its length."""
        rows = self._list(kind)
        return [Entry(place, row.data) for place, row in enumerate(rows, 1) if row.data is not None]

    def preload(self, kinds: Iterable[str], about: Iterable[tuple[str, str]] = ()) -> None:
        """Read several short lists and what is known about several objects with one statement."""
        self._check_transaction()
        kinds = [kind for kind in kinds if kind not in self._lists]
        objects = [pair for pair in about if pair not in self._objects]
        first = (*range(1, SHORT + 1), *PROBES)
        places = {kind: [self._address(kind, counter) for counter in first] for kind in kinds}
        wanted = [address for addresses in places.values() for address in addresses]
        of_object = {pair: self._address_about(*pair) for pair in objects}
        found = self._read([*wanted, *of_object.values()])
        for kind, addresses in places.items():
            self._keep_list(kind, dict(zip(first, addresses, strict=True)), found)
        for pair, address in of_object.items():
            self._objects[pair] = self._opened(address, found)

    def add(self, kind: str, data: Data) -> int:
        """Append an entry and return its number. Only inserts, so it may go with the writing of a post."""
        counter = len(self._list(kind)) + 1
        while not self._insert(self._address(kind, counter), data):
            counter += 1
        if counter > LONGEST:
            raise VaultFull
        self._lists.pop(kind, None)
        if counter == 1 and kind != INDEX:
            self.add(INDEX, {"list": kind})
        return counter

    def refill(self, kind: str, data: Data) -> int:
        """As `add`, into the place of an emptied entry where there is one. Never together with a post."""
        for place, row in enumerate(self._list(kind), 1):
            if row.data is None and self._replace(self._address(kind, place), row.sealed, data):
                self._lists.pop(kind, None)
                return place
        return self.add(kind, data)

    def change(self, kind: str, counter: int, update: Update) -> bool:
        """Change one entry by a function of what it holds; None empties it. Never together with a post.

        When another tab was quicker, the entry is read again and the function applied to that. Returns
        False, and changes nothing, where the entry is not there or already empty.
        """
        address = self._address(kind, counter)
        self._check_transaction()
        known = self._lists.pop(kind, None)
        row = known[counter - 1] if known and counter <= len(known) else self._fresh(address)
        for _try in range(TRIES):
            if row is None or row.data is None:
                return False
            if self._replace(address, row.sealed, update(dict(row.data))):
                return True
            row = self._fresh(address)
        raise TooBusy

    def about(self, kind: str, object_id: str) -> Data | None:
        """What is kept about one object."""
        self._check_transaction()
        if (kind, object_id) not in self._objects:
            self.preload((), [(kind, object_id)])
        row = self._objects[kind, object_id]
        return row.data if row else None

    def put_about(self, kind: str, object_id: str, data: Data | None) -> None:
        """Keep something about one object, in the place of what was there; None empties it."""
        self.about(kind, object_id)
        row = self._objects.pop((kind, object_id))
        address = self._address_about(kind, object_id)
        for _try in range(TRIES):
            if row is not None:
                if self._replace(address, row.sealed, data):
                    return
            elif data is None:
                return
            elif self._insert(address, data):
                self.add(INDEX, {"kind": kind, "object": object_id})
                return
            row = self._fresh(address)
        raise TooBusy

    def mark(self, kind: str, object_id: str) -> bytes:
        """The one mark this person can leave on an object: the same from every session, nobody else's."""
        return keyed_hash(self._marks, "mark", kind, object_id)

    def lock_turn(self) -> None:
        """Let the writes of one person happen one after the other, until the transaction ends.

        On SQLite the write transaction does that already. What was read before is let go. Raises
        `SessionOver`: whoever ends sessions takes the turn too, so the answer holds until the end.
        """
        self.forget_reads()
        if db.session.get_bind().dialect.name == "postgresql":
            turn = int.from_bytes(keyed_hash(self._marks, "turn")[:8], "big", signed=True)
            db.session.execute(_TURN, {"turn": turn})
        self._lively = None
        self._check_session()

    def forget_reads(self) -> None:
        """Read everything anew from here on."""
        self._lists.clear()
        self._objects.clear()

    def everything(self) -> tuple[dict[str, list[Data]], dict[str, dict[str, Data]]]:
        """All that the vault holds: lists by kind, and by kind what is kept about objects."""
        index = [entry.data for entry in self.entries(INDEX)]
        kinds = sorted({entry["list"] for entry in index if "list" in entry})
        pairs = sorted({(entry["kind"], entry["object"]) for entry in index if "kind" in entry})
        self.preload(kinds, pairs)
        lists = {kind: [entry.data for entry in self.entries(kind)] for kind in kinds}
        objects: dict[str, dict[str, Data]] = {}
        for kind, object_id in pairs:
            kept = self.about(kind, object_id)
            if kept is not None:
                objects.setdefault(kind, {})[object_id] = kept
        return lists, objects

    def wipe(self) -> list[bytes]:
        """Delete every row of this vault. Returns the addresses, which mean nothing to anybody else."""
        self.forget_reads()
        index = [entry.data for entry in self.entries(INDEX)]
        kinds = {INDEX, *(entry["list"] for entry in index if "list" in entry)}
        places = [self._address(kind, at) for kind in kinds for at in range(1, len(self._list(kind)) + 1)]
        places += [self._address_about(e["kind"], e["object"]) for e in index if "kind" in e]
        self.forget_reads()
        self._with_addresses(_WIPE_SQLITE, _WIPE_POSTGRES, places)
        return places

    def _list(self, kind: str) -> list[_Row]:
        self._check_transaction()
        if kind not in self._lists:
            self.preload([kind])
        return self._lists[kind]

    def _keep_list(self, kind: str, places: dict[int, bytes], found: dict[bytes, bytes]) -> None:
        there = [counter for counter, address in places.items() if address in found]
        if SHORT in there:
            last = 2 * max(there)
            more = {at: self._address(kind, at) for at in range(SHORT + 1, last) if at not in places}
            found = {**found, **self._read(list(more.values()))}
            places = {**places, **more}
        rows = []
        for counter in sorted(places):
            row = self._opened(places[counter], found)
            if row is None:
                break
            rows.append(row)
        self._lists[kind] = rows

    def _check_transaction(self) -> None:
        running = db.session().get_transaction()
        if running is None or running is not self._transaction:
            self.forget_reads()
            self._transaction = running

    def _check_session(self) -> None:
        running = db.session().get_transaction()
        if self._session is None or (running is not None and running is self._lively):
            return
        if db.session.execute(_SESSION, {"session": self._session}).first() is None:
            raise SessionOver
        self._lively = db.session().get_transaction()

    def _address(self, kind: str, counter: int) -> bytes:
        return keyed_hash(self._addresses, "list", kind, counter.to_bytes(4, "big"))

    def _address_about(self, kind: str, object_id: str) -> bytes:
        return keyed_hash(self._addresses, "about", kind, object_id)

    def _read(self, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
        if not addresses:
            return {}
        rows = self._with_addresses(_READ_SQLITE, _READ_POSTGRES, addresses)
        self._transaction = db.session().get_transaction()
        return {bytes(row.address): bytes(row.sealed) for row in rows}

    def _with_addresses(self, sqlite: Any, postgres: Any, addresses: Sequence[bytes]) -> CursorResult[Any]:
        if db.session.get_bind().dialect.name == "postgresql":
            return db.session.connection().execute(postgres, {"wanted": list(addresses)})
        wanted = {"wanted": b"".join(addresses), "many": len(addresses)}
        return db.session.connection().execute(sqlite, wanted)

    def _fresh(self, address: bytes) -> _Row | None:
        return self._opened(address, self._read([address]))

    def _opened(self, address: bytes, found: dict[bytes, bytes]) -> _Row | None:
        sealed = found.get(address)
        return None if sealed is None else _Row(sealed, self._open(address, sealed))

    def _insert(self, address: bytes, data: Data) -> bool:
        self._check_session()
        values = {"address": address, "sealed": self._seal(address, data)}
        result: CursorResult[Any] = db.session.execute(_INSERT, values)  # type: ignore[assignment]
        return bool(result.rowcount)

    def _replace(self, address: bytes, old: bytes, data: Data | None) -> bool:
        values = {"address": address, "old": old, "fresh": self._seal(address, data)}
        result: CursorResult[Any] = db.session.execute(_CHANGE, values)  # type: ignore[assignment]
        return bool(result.rowcount)

    def _seal(self, address: bytes, data: Data | None) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, pad(data), address)

    def _open(self, address: bytes, sealed: bytes) -> Data | None:
        try:
            padded = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], address)
        except InvalidTag as error:
            raise CannotOpen from error
        data: Data | None = unpad(padded)
        return data


def pad(data: Data | None, steps: Sequence[int] = STEPS) -> bytes:
    """Data as JSON, filled up to the next size step. Raises `VaultFull`."""
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    size = next((step for step in steps if step >= len(raw) + 4), None)
    if size is None:
        raise VaultFull
    return (len(raw).to_bytes(4, "big") + raw).ljust(size, b"\0")


def unpad(padded: bytes) -> Any:
    """The data that `pad` took."""
    length = int.from_bytes(padded[:4], "big")
    return json.loads(padded[4 : 4 + length].decode("utf-8", "surrogatepass"))
