"""Six plain words as a passphrase, from the EFF's long list: 77 bits."""

from __future__ import annotations

import re
from functools import cache

from xkcdpass import xkcd_password

WORDS = 6
OFFERED = re.compile(r"[a-z-]{2,12}( [a-z-]{2,12}){5}")


def offered_passphrase() -> str:
    """Six random words with spaces between them."""
    return str(xkcd_password.generate_xkcdpassword(_list(), numwords=WORDS))


def offered_before(sent: str) -> str:
    """The six words that a page had offered, as it sent them along; empty for anything else."""
    return sent if OFFERED.fullmatch(sent) else ""


@cache
def _list() -> list[str]:
    words = xkcd_password.locate_wordfile("eff-long")
    return list(xkcd_password.generate_wordlist(wordfile=words, min_length=3, max_length=9))
