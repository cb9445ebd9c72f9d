"""Text that rests encrypted under the server's field key, bound to the place where it lies.

A sealed value is `key id (4 bytes) | nonce (12) | ciphertext` under AES-256-GCM. The place (table, column,
row) is authenticated: a value copied into another row or column does not open. The newest key seals,
every configured key opens, and `reseal` moves a value to the newest key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
KEY_ID = 4


class CannotOpen(Exception):
    """A sealed value did not open: wrong key, wrong place, or changed bytes."""


def derive(key: bytes, purpose: str) -> bytes:
    """A 256-bit key for one purpose, derived by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kindred:" + purpose.encode()).derive(key)


def keyed_hash(key: bytes, *parts: str | bytes) -> bytes:
    """HMAC-SHA256 over parts of known length each, so that no two lists of parts collide."""
    raws = [part.encode() if isinstance(part, str) else part for part in parts]
    return hmac.digest(key, b"".join(len(raw).to_bytes(4, "big") + raw for raw in raws), "sha256")


def seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    """Encrypt bytes under one key for one place: `nonce | ciphertext`."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """The bytes that `seal` took. Raises `CannotOpen`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


class FieldKeys:
    """The server's keys for stored text, newest first."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """Take at least one 256-bit key."""
        self._keys = [(hashlib.sha256(key).digest()[:KEY_ID], derive(key, "field")) for key in keys]
        self._purposes = keys

    def seal_text(self, text: str, table: str, column: str, row: str) -> bytes:
        """Encrypt a text for one place in the database."""
        key_id, key = self._keys[0]
        plain = text.encode("utf-8", "surrogatepass")
        return key_id + seal(key, plain, _place(table, column, row))

    def open_text(self, sealed: bytes, table: str, column: str, row: str) -> str:
        """The text that lies sealed at one place. Raises `CannotOpen`."""
        for key_id, key in self._keys:
            if hmac.compare_digest(key_id, sealed[:KEY_ID]):
                plain = unseal(key, sealed[KEY_ID:], _place(table, column, row))
                return plain.decode("utf-8", "surrogatepass")
        raise CannotOpen

    def reseal(self, sealed: bytes, table: str, column: str, row: str) -> bytes:
        """The same text under the newest key. Raises `CannotOpen`."""
        return self.seal_text(self.open_text(sealed, table, column, row), table, column, row)

    @property
    def ids(self) -> list[bytes]:
        """The first bytes of everything that a configured key sealed, newest first."""
        return [key_id for key_id, _key in self._keys]

    @property
    def newest_id(self) -> bytes:
        """The first bytes of everything that the newest key sealed."""
        return self._keys[0][0]

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value lies under the newest key already."""
        return sealed[:KEY_ID] == self._keys[0][0]

    def for_purpose(self, purpose: str) -> bytes:
        """A key derived from the newest field key for one purpose."""
        return derive(self._purposes[0], purpose)


def _place(table: str, column: str, row: str) -> bytes:
    return keyed_hash(b"place", table, column, row)
