"""The second opinion on rendered HTML. It shares no code with the renderer or the sanitiser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

PAIRED = frozenset({"p", "strong", "em", "blockquote", "ul", "ol", "li", "code", "pre", "a"})
SINGLE = frozenset({"br", "hr"})
REL = "nofollow noopener noreferrer ugc"

# Every "<" of the page must begin one of these, letter for letter; a browser then has nothing to guess.
MARKUP = re.compile(
    r"</?(?:p|strong|em|blockquote|ul|ol|li|code|pre)>|<(?:br|hr)>|</a>"
    r'|<a href="https?://[^"<>\s\\`]+" rel="nofollow noopener noreferrer ugc">'
)


class _Walk(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong |= not (_is_plain_link(attrs) if tag == "a" else tag in PAIRED | SINGLE and not attrs)
        if tag not in SINGLE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong = True

    def handle_endtag(self, tag: str) -> None:
        self.wrong |= not self.open or self.open.pop() != tag

    def handle_comment(self, data: str) -> None:
        self.wrong = True

    def handle_decl(self, decl: str) -> None:
        self.wrong = True

    def handle_pi(self, data: str) -> None:
        self.wrong = True

    def unknown_decl(self, data: str) -> None:
        self.wrong = True


def _is_plain_link(attrs: list[tuple[str, str | None]]) -> bool:
    if [name for name, _ in attrs] != ["href", "rel"] or attrs[1][1] != REL:
        return False
    href = attrs[0][1] or ""
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
