"""Which addresses may become links: plain web addresses with a real, readable host, nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

REL = "nofollow noopener noreferrer ugc"
LENGTH_LIMIT = 1_000

# A name with at least one dot, ending in letters: that leaves out every way of writing an IP address.
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?:{LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{0,58}}[a-z0-9])"
REST = r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%(?![01][0-9A-Fa-f]|7[Ff])[0-9A-Fa-f]{2})*"
ADDRESS = re.compile(rf"https?://(?P<host>{HOST})(?:[/?#]{REST})?", re.ASCII)
HOST_LIMIT = 253
FOREIGN = "xn--"

# Names that lead into the reader's own network.
INNER = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".invalid")

START = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?P<rest>[/?#].*)?", re.ASCII | re.IGNORECASE | re.DOTALL
)


class Link(NamedTuple):
    """An address that may be opened, and the host that readers are shown beside it."""

    href: str
    host: str


def link_target(typed: str) -> Link | None:
    """The address as it may stand in a page, or None where it is not a plain http or https address.

    Scheme and host are lowered; letters outside ASCII after the host are percent-encoded. Ports, user
    names, backslashes, bare words, addresses written in numbers and names of inner networks give None.
    """
    if len(typed) > LENGTH_LIMIT:
        return None
    parts = START.fullmatch(typed)
    if parts is None:
        return None
    rest = parts["rest"] or ""
    if not rest.isascii():
        rest = quote(rest, safe="%/?#[]@!$&'()*+,;=:-._~", errors="replace")
    href = f"{parts['scheme'].lower()}://{parts['host'].lower()}{rest}"
    match = ADDRESS.fullmatch(href)
    if match is None or len(match["host"]) > HOST_LIMIT or match["host"].endswith(INNER):
        return None
    if not all(_stands_for_letters(label) for label in match["host"].split(".") if label.startswith(FOREIGN)):
        return None
    return Link(href, match["host"])


def _stands_for_letters(label: str) -> bool:
    """Whether a label such as `xn--bcher-kva` writes small letters of one direction, as browsers want it.

    Stricter than browsers are: a name with signs above or beside its letters stays plain text.
    """
    try:
        letters = label.removeprefix(FOREIGN).encode().decode("punycode")
    except UnicodeError:
        return False
    is_whole = letters == unicodedata.normalize("NFKC", letters.casefold()) and not letters.isascii()
    if not is_whole or FOREIGN + letters.encode("punycode").decode() != label:
        return False
    kinds = {unicodedata.category(sign) for sign in letters if not sign.isascii()}
    ways = {unicodedata.bidirectional(sign) for sign in letters}
    if any("FILLER" in unicodedata.name(sign, "FILLER") for sign in letters):
        return False  # letters by name, and nothing to be seen
    return kinds <= {"Ll", "Lo"} and (ways <= {"L", "EN", "ES"} or ways <= {"R"} or ways <= {"AL"})


def is_link_attribute(_tag: str, name: str, value: str) -> bool:
    """Whether an attribute of a link may stay: bleach asks for each one, because its own list of protocols
    lets addresses without a scheme, and any scheme followed by digits, through."""
    if name == "href":
        link = link_target(value)
        return link is not None and link.href == value
    return name == "rel" and value == REL
