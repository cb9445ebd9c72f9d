"""The member key and the two ways to it: the passphrase and the recovery code.

No verifier is stored. A passphrase is stretched by Argon2id, bound to the server's secret, and either opens
the wrapped member key or does not. Whoever names nobody gets the same work on a dummy record that is real
in every other way. Stretching never happens inside a write transaction.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache

from argon2.low_level import Type, hash_secret_raw

from forum.storage.database import is_writing
from forum.storage.sealing import CannotOpen, derive, keyed_hash, seal, unseal
from forum.storage.settings import current_settings

KEY = 32
SALT = 16
RECOVERY_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
RECOVERY_GROUPS = 8
RECOVERY_GROUP = 4
"""Thirty letters that nobody mistakes, 32 of them: 157 bits."""

AT_ONCE = 2
WAIT_SECONDS = 20
_turns = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Too many passphrases are being stretched; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What a passphrase opens: salt, cost and the wrapped key as they are stored."""

    salt: bytes
    cost: str
    wrapped_key: bytes


def sign_in_hash(typed: str) -> bytes:
    """The keyed hash under which a sign-in name is stored from now on."""
    return sign_in_hashes(typed)[0]


def sign_in_hashes(typed: str) -> list[bytes]:
    """Every keyed hash under which a sign-in name may be stored, that of the newest secret key first."""
    folded = fold_sign_in_name(typed)
    return [keyed_hash(key, folded) for key in _secrets("sign-in names")]


def fold_sign_in_name(typed: str) -> str:
    """A sign-in name as it is compared: composed, small letters, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def new_key() -> bytes:
    """A fresh member key."""
    return secrets.token_bytes(KEY)


def lock(member_key: bytes, passphrase: str) -> Lock:
    """Wrap a member key under a passphrase. Slow on purpose. Raises `Busy`."""
    salt, cost = secrets.token_bytes(SALT), present_cost()
    key = keyed_hash(_secrets("passphrases")[0], _stretch(passphrase, salt, cost))
    return Lock(salt, cost, seal(key, member_key, b"member key"))


def unlock(found: Lock | None, passphrase: str) -> bytes | None:
    """The member key, or None when the passphrase does not fit or nobody was found. Slow on purpose.

    Raises `Busy`.
    """
    opened = open_lock(found, passphrase)
    return opened.member_key if opened else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A member key, and whether it lay under the newest secret key."""

    member_key: bytes
    is_newest: bool


def open_lock(found: Lock | None, passphrase: str) -> Opened | None:
    """As `unlock`, and under which secret key: the newest, or an older one that is still listed."""
    tried = found or _dummy(present_cost())
    raw = _stretch(passphrase, tried.salt, tried.cost)
    member_key = None
    for place, secret in enumerate(_secrets("passphrases")):
        with contextlib.suppress(CannotOpen):
            member_key = member_key or Opened(_unwrap(secret, raw, tried), place == 0)
    return member_key if found else None


def _unwrap(secret: bytes, raw: bytes, found: Lock) -> bytes:
    return unseal(keyed_hash(secret, raw), found.wrapped_key, b"member key")


def present_cost() -> str:
    """The cost of stretching under the present settings."""
    settings = current_settings()
    return f"{settings.argon2_memory_kib}:{settings.argon2_passes}"


def new_recovery_code() -> str:
    """A fresh recovery code, in groups for people."""
    letters = [secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_GROUPS * RECOVERY_GROUP)]
    groups = ("".join(letters[at : at + RECOVERY_GROUP]) for at in range(0, len(letters), RECOVERY_GROUP))
    return "-".join(groups)


def recovery_hash(code: str) -> bytes:
    """The hash that finds a member by the recovery code.

    The code has 157 random bits, so that nobody can try them: it needs no key of the server, and outlives
    every change of those.
    """
    return derive(_bare(code).encode(), "recovery codes")


def wrap_for_recovery(member_key: bytes, code: str) -> bytes:
    """Wrap a member key under a recovery code, which is random enough to need no stretching."""
    return seal(_recovery_key(code), member_key, b"recovery key")


def unwrap_by_recovery(wrapped: bytes, code: str) -> bytes:
    """The member key. Raises `CannotOpen`."""
    return unseal(_recovery_key(code), wrapped, b"recovery key")


def _recovery_key(code: str) -> bytes:
    return derive(_bare(code).encode(), "recovery")


def _bare(code: str) -> str:
    typed = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in typed if letter in RECOVERY_LETTERS)


def _stretch(passphrase: str, salt: bytes, cost: str) -> bytes:
    if is_writing():
        raise RuntimeError("a passphrase must not be stretched inside a write transaction")
    memory, _colon, passes = cost.partition(":")
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        raw = hash_secret_raw(
            secret=unicodedata.normalize("NFKC", passphrase.strip()).encode("utf-8", "surrogatepass"),
            salt=salt,
            time_cost=int(passes),
            memory_cost=int(memory),
            parallelism=1,
            hash_len=KEY,
            type=Type.ID,
        )
    finally:
        _turns.release()
    return raw


@cache
def _dummy(cost: str) -> Lock:
    """A record of nobody that costs as much as a real one."""
    salt = secrets.token_bytes(SALT)
    return Lock(salt, cost, seal(secrets.token_bytes(KEY), new_key(), b"member key"))


def _secrets(purpose: str) -> tuple[bytes, ...]:
    """The keys for one purpose under each secret key, the newest first."""
    settings = current_settings()
    return _derived((settings.secret_key, *settings.older_secret_keys), purpose)


@cache
def _derived(keys: tuple[bytes, ...], purpose: str) -> tuple[bytes, ...]:
    return tuple(derive(key, purpose) for key in keys)
