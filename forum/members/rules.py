"""Pure rules of members: which names, passphrases and moments are fine."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from difflib import SequenceMatcher

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=12)
FRESH = timedelta(minutes=15)
"""How long after signing in somebody may give or take a role."""

PASSPHRASE_LEAST = 15
PASSPHRASE_MOST = 256
SIGN_IN_NAME_LEAST = 3
SIGN_IN_NAME_MOST = 60
NAME_LEAST = 3
NAME_MOST = 30
NEARLY = 0.85
WORDS_IN_COMMON = 4
"""From which share of letters, or number of words, in common typed words are the offered ones with a slip."""
STRONG = 3
"""From which zxcvbn score on a passphrase of one's own is taken: "safely unguessable" there."""

LOOKALIKES = str.maketrans(
    {
        **dict(zip("0134578i", "oleastbl", strict=True)),  # a capital i reads like a small L
        **dict(zip("аеорсухікмнтвјѕ", "aeopcyxlkmhtbjs", strict=True)),  # Cyrillic
        **dict(zip("αειονρτυκχ", "aelonptukx", strict=True)),  # Greek
        "ı": "l",
        "ł": "l",
        "ø": "o",
        "ß": "ss",
        "æ": "ae",
        "|": "l",
    }
)
ADDRESS_LIKE = re.compile(r"\S+@\S+|@\S{3}|\bhttps?\b|\bwww\.|://|\.(?:com|org|net|de|uk|eu|io|me)\b", re.I)
MANY_DIGITS = re.compile(r"(?:\d[\s().+-]*){6}")


def may_go_on(signed_in_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session still counts: not idle for too long, not older than its lifetime."""
    return now - seen_at < IDLE and now - signed_in_at < LIFETIME and seen_at - now < IDLE


def is_fresh(signed_in_at: datetime, now: datetime) -> bool:
    """Whether somebody signed in so lately that they may do what cannot be undone by others."""
    return now - signed_in_at < FRESH


def fold_name(name: str) -> str:
    """What a reader would mistake for the same name: small letters, no accents, signs or lookalikes."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    swapped = bare.translate(LOOKALIKES)
    return "".join(sign for sign in swapped if sign.isalnum())


def tidy_name(name: str) -> str:
    """A name as it will be shown: composed, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def fault_of_name(name: str) -> str | None:
    """Why a tidy name cannot be taken, as a word: length, signs, address, number. None when it can."""
    if not NAME_LEAST <= len(name) <= NAME_MOST or len(fold_name(name)) < NAME_LEAST:
        return "length"
    if any(_is_odd(sign) for sign in name):
        return "signs"
    if ADDRESS_LIKE.search(name):
        return "address"
    if MANY_DIGITS.search(name):
        return "number"
    return None


def is_slip(passphrase: str, offered: str) -> bool:
    """Whether somebody meant the six words that were offered and typed them nearly, not exactly.

    Exactly is after what happens to every passphrase: composed, no space around it.
    """
    typed = unicodedata.normalize("NFKC", passphrase.strip())[:PASSPHRASE_MOST]
    if not offered or typed == offered:
        return False
    in_common = set(typed.casefold().split()) & set(offered.split())
    alike = SequenceMatcher(None, _letters(typed), _letters(offered), autojunk=False).ratio()
    return alike >= NEARLY or len(in_common) >= WORDS_IN_COMMON


def _letters(words: str) -> str:
    return "".join(sign for sign in words.casefold() if sign.isalnum())


def _is_odd(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "CMZ" and sign != " " and not unicodedata.combining(sign)


def fault_of_sign_in_name(folded: str) -> str | None:
    """Why a sign-in name cannot be taken, as a word: length, address."""
    if not SIGN_IN_NAME_LEAST <= len(folded) <= SIGN_IN_NAME_MOST:
        return "length"
    if any(unicodedata.category(sign)[0] == "C" for sign in folded):
        return "signs"
    return "address" if "@" in folded else None


def fault_of_passphrase(passphrase: str, sign_in_name: str, strength: int) -> str | None:
    """Why a passphrase cannot be taken, as a word: short, long, same, weak. No rules of composition."""
    bare = passphrase.strip()
    if len(bare) < PASSPHRASE_LEAST:
        return "short"
    if len(bare) > PASSPHRASE_MOST:
        return "long"
    if len(sign_in_name) >= SIGN_IN_NAME_LEAST and sign_in_name in bare.casefold():
        return "same"
    return "weak" if strength < STRONG else None
