"""A second factor: six digits that change every 30 seconds (RFC 6238), and codes for a lost device.

The secret and the hashes of the codes lie in the member's own vault, so the database and the server's keys
together do not give them away. A digit code that was used is remembered for 90 seconds, as a hash.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno

from forum.members.vault import OpenVault
from forum.web import once

KIND = "settings"
OBJECT = "second factor"
PENDING = "second factor to confirm"
STEP = 30
REPLAY_SECONDS = 90
CODES = 10
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 16
"""Sixteen of thirty letters: 78 bits, so a fast hash is enough."""


def is_set(vault: OpenVault) -> bool:
    """Whether a second factor is asked for at signing in."""
    return vault.about(KIND, OBJECT) is not None


def begin(vault: OpenVault) -> str:
    """The secret to put into an authenticator, made on the first call and kept until it is confirmed."""
    kept = vault.about(KIND, PENDING)
    if kept:
        return str(kept["secret"])
    secret = pyotp.random_base32()
    vault.put_about(KIND, PENDING, {"secret": secret})
    return secret


def pending_secret(vault: OpenVault) -> str | None:
    """The secret that still waits to be confirmed."""
    kept = vault.about(KIND, PENDING)
    return str(kept["secret"]) if kept else None


def confirm(vault: OpenVault, typed: str, now: datetime) -> list[str] | None:
    """Set the second factor once a first code fits. Returns the codes for a lost device, else None."""
    secret = pending_secret(vault)
    if secret is None or not _fits(secret, typed, now):
        return None
    codes = ["".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _turn in range(CODES)]
    vault.put_about(KIND, OBJECT, {"secret": secret, "codes": [_hash(code) for code in codes]})
    vault.put_about(KIND, PENDING, None)
    return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]


def passes(vault: OpenVault, typed: str, now: datetime) -> bool:
    """Whether a typed code is right and new: six digits, or one of the codes, which is then used up."""
    kept = vault.about(KIND, OBJECT)
    if kept is None:
        return False
    if _fits(kept["secret"], typed, now):
        return True
    used = _hash(typed)
    left = [code for code in kept["codes"] if not hmac.compare_digest(code, used)]
    if len(left) == len(kept["codes"]):
        return False
    vault.put_about(KIND, OBJECT, {**kept, "codes": left})
    return True


def codes_left(vault: OpenVault) -> int:
    """How many codes for a lost device are left."""
    return len((vault.about(KIND, OBJECT) or {}).get("codes", []))


def switch_off(vault: OpenVault) -> None:
    """Ask for no second factor any more."""
    vault.put_about(KIND, OBJECT, None)


def picture(secret: str) -> bytes:
    """The secret as a QR code, a PNG for this site's own page. It names the forum and nobody."""
    address = pyotp.TOTP(secret).provisioning_uri(name="member", issuer_name="Kindred")
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=5, border=4)
    return out.getvalue()


def _fits(secret: str, typed: str, now: datetime) -> bool:
    digits = "".join(sign for sign in typed if not sign.isspace() and sign != "-")
    if len(digits) != 6 or not digits.isdecimal() or not digits.isascii():
        return False
    if not pyotp.TOTP(secret).verify(digits, for_time=now, valid_window=1):
        return False
    return once.take("second factor", f"{secret}:{digits}", REPLAY_SECONDS)


def _hash(code: str) -> str:
    bare = "".join(sign for sign in code.upper() if sign in CODE_LETTERS)
    return hashlib.sha256(b"kindred second factor:" + bare.encode()).hexdigest()
