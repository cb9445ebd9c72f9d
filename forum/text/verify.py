"""The second opinion on rendered HTML. It shares no code with the renderer or the sanitiser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

SINGLE = frozenset({"br", "hr"})

# Every "<" of the page must begin one of these, letter for letter; a browser then has nothing to guess.
MARKUP = re.compile(
    r"</?(?:p|strong|em|blockquote|ul|ol|li|code|pre)>|<(?:br|hr)>|</a>"
    r'|<a href="https?://[^"<>\s\\`]+" rel="nofollow noopener noreferrer ugc">'
)


class _Walk(HTMLParser):
    """Whether tags close in order and links are plain. `MARKUP` has already ruled out everything else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong |= tag == "a" and not _is_plain_link(attrs)
        if tag not in SINGLE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.wrong |= not self.open or self.open.pop() != tag


def _is_plain_link(attrs: list[tuple[str, str | None]]) -> bool:
    href = dict(attrs)["href"] or ""
    try:
        parts = urlsplit(href)
        host, plain = parts.hostname or "", not (parts.username or parts.password or parts.port)
    except ValueError:
        return False
    return (
        href.isascii()
        and href.isprintable()
        and parts.scheme in ("http", "https")
        and plain
        and parts.netloc == host
        and "." in host
        and not host.rsplit(".", 1)[1][:1].isdigit()
    )


def is_harmless(html: str) -> bool:
    """Whether HTML holds nothing but the few tags of a post, each closed in order, and plain web links."""
    left = MARKUP.sub("", html)
    if "<" in left or ">" in left:
        return False
    walk = _Walk()
    walk.feed(html)
    walk.close()
    return not walk.wrong and not walk.open
