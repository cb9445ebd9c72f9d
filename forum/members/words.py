"""Six plain words as a passphrase, from the EFF's long list: 77 bits."""

from __future__ import annotations

from functools import cache

from xkcdpass import xkcd_password

WORDS = 6


def offered_passphrase() -> str:
    """Six random words with spaces between them."""
    return str(xkcd_password.generate_xkcdpassword(_list(), numwords=WORDS))


@cache
def _list() -> list[str]:
    words = xkcd_password.locate_wordfile("eff-long")
    return list(xkcd_password.generate_wordlist(wordfile=words, min_length=3, max_length=9))
