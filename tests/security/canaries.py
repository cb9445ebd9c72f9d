"""Words that exist nowhere else, the forms in which a program may keep them, and where each may lie.

A canary is one unbroken word, so that an index of words, a log or a URL keeps it whole. It is looked for as
text in two cases, UTF-16, percent-encoded, base64 at each of its three alignments, hexadecimal, and as the
plain digest that a careless program would take for anonymous. Compressed data is opened before.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = frozenset({"forum.sqlite3", "forum.sqlite3-wal"})
NOWHERE: frozenset[str] = frozenset()
DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Canary:
    """One word that is sent in, what it stands for, and the names of files in which it may lie."""

    what: str
    word: str
    may_lie_in: frozenset[str] = NOWHERE


def canary(what: str, may_lie_in: frozenset[str] = NOWHERE) -> Canary:
    """A word for one thing; its letters and digits are like no other word of the forum."""
    digest = hashlib.sha256(b"canary:" + what.encode()).hexdigest()
    return Canary(what, f"zq{digest[:6]}vx{digest[6:14]}", may_lie_in)


ADDRESS = Canary("address", "203.0.113.77")
NETWORK = Canary("network of the address", "203.0.113.0")
SENT = {
    one.what: one
    for one in (
        canary("user agent"),
        canary("referrer"),
        canary("forwarded host"),
        canary("sign-in name"),
        canary("passphrase"),
        canary("draft"),
        canary("preview"),
        canary("waiting text"),
        canary("declined text"),
        canary("returned text"),
        canary("withdrawn text"),
        canary("masked text"),
        canary("conversation of the author"),
        canary("conversation of the moderator"),
        canary("reason of a decision"),
        canary("appeal"),
        canary("report"),
        canary("search"),
        canary("goal"),
        canary("obstacle"),
        canary("check-in"),
        canary("early sign"),
        canary("something that may wait"),
        canary("waiting card"),
        canary("care note"),
        canary("hand-over"),
        canary("path"),
        canary("error"),
        canary("too large"),
        canary("without a token"),
        canary("while the database is away"),
        canary("exception"),
        canary("wrong passphrase"),
        canary("unknown name"),
        canary("published text", DATABASE),
        canary("published title", DATABASE),
    )
}
"""Only what two keys have opened may be read in the database; everything else nowhere."""


def forms(word: str) -> dict[str, bytes]:
    """Every form in which a word is looked for, by a name for the failure message."""
    raw = word.encode()
    found = {
        "plain": raw,
        "capital": word.upper().encode(),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "percent": quote(word, safe="").replace(".", "%2E").encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "turned round": raw[::-1],
    }
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            text = encode(b"\0" * shift + raw)
            found[f"{name} {shift}"] = text[-(-shift * 8 // 6) : len(text) - 4]
    for name in DIGESTS:
        digest = hashlib.new(name, raw).digest()
        found |= {
            name: digest,
            f"{name} hex": digest.hex().encode(),
            f"{name} base64": base64.b64encode(digest).rstrip(b"="),
        }
    return found | _packed(word)


def _packed(word: str) -> dict[str, bytes]:
    """An address as four bytes could be chance; as eight digits or the number they make it is not."""
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        return {}
    mapped = f"::ffff:{word}"
    return {
        "packed hex": address.packed.hex().encode(),
        "number": str(int(address)).encode(),
        "as IPv6": mapped.encode(),
        "packed as IPv6": ipaddress.ip_address(mapped).packed,
    }


def find(words: Iterable[Canary], places: Mapping[str, bytes]) -> list[str]:
    """Every canary that lies where it may not, as "what (form) in place"."""
    found = []
    for one in words:
        looked_for = forms(one.word)
        for place, content in places.items():
            if Path(place).name in one.may_lie_in:
                continue
            found += [
                f"{one.what} ({form}) in {place}" for form, sign in looked_for.items() if sign in content
            ]
    return found


def files_under(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under some folders with its bytes; sockets and what vanishes meanwhile are passed over."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()
