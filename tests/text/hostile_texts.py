"""Hostile texts, and an oracle that says what is wrong with a piece of HTML by reading it twice."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import html5lib

OWN = Path(__file__).with_name("hostile.jsonl")
# A larger corpus may lie beside the project; the tests pass without it.
MORE = Path(
    os.environ.get("HOSTILE_TEXTS", Path(__file__).parents[2].parent / "shared/attacks/visible.jsonl")
)

TAGS = {"p", "br", "strong", "em", "blockquote", "ul", "ol", "li", "code", "pre", "a", "hr"}
REL = "nofollow noopener noreferrer ugc"

UNITS = [
    "[",
    "![",
    "<",
    ">",
    "-",
    "*a",
    "*_",
    "`a",
    "a@",
    "\\",
    "&",
    "&amp;",
    '"',
    "(",
    ")",
    "]",
    "!",
    "|a",
    "http://",
]
UNITS += [
    "www.",
    "[a](b)",
    "[a](",
    "[`",
    "*[",
    "<https://a.b>",
    "x*y_z",
    "> ",
    ">\n",
    "-\n",
    "- a\n",
    "> a\n",
    "***\n",
]
UNITS += [
    "a **b c* ",
    "~~~\na\n",
    "\n",
    "a\n",
    "<a ",
    "_a_ ",
    "# a\n",
    "1)\n\n",
    "> - ",
    "\t- a\n",
    "[[]",
    "*a**b",
    "x ",
]
UNITS += ["e\u0301", "\u200b", "\U0001f468\u200d", "\u0301", "\u202e"]
UNITS += [
    ">- ",
    "- ",
    "1. ",
    "**a ",
    "*a _b ",
    "[x](",
    "<a.b ",
    "<http:a ",
    "&#60;",
    "a`b``c```",
    "[^1]: x\n",
    "[a]: b\n",
    "~",
    "#",
    "=",
    "<!--",
    "<![CDATA[",
    "<?",
    "](x)",
    "![](",
    "\u202e\u2066",
    "*\u00a0",
    "http://a.b/",
    "- x\n\n",
    "\t",
    " ",
    "([{<",
    "<<<<>>>>",
    "_a*b",
    "__a__",
    "![a][b]",
    "<a@b.c>",
    "> x\n\n",
    "1)\n",
    "+ a\n - b\n",
    " " * 80 + "x\n",
    "a\\\n",
    "*\n",
    "> *a\n",
    "- > `\n",
    "a  \n",
    "<a\n",
    "[a\n",
]


def bombs() -> list[str]:
    """Texts of exactly 8,000 characters or a little less that are as hard to parse as we could make them."""
    grown = [
        "[" * 4000 + "]" * 4000,
        "\n".join(" " * (2 * level) + "- a" for level in range(85)),
        "\n".join(">" * level + "a" for level in range(120)),
        "".join("x" + "`" * level for level in range(1, 126)),
        "\n".join(" " * (3 * level) + "1. a" for level in range(70)),
        "[a](" + "(" * 7990,
        "[" * 400 + "](" * 400,
        "- *a* " * 1333,
        "`" * 3999 + "a" + "`" * 4000,
        "x\n" * 999 + "=" * 6000,
        "\n".join(" " * level + "- x" for level in range(120)),
        "\n".join("> " * level + "- " * level + "x" for level in range(40)),
        "".join("*" * level + "a" for level in range(1, 124)),
        "".join("[" * level + "](a)" for level in range(1, 118)),
        "*a" * 499 + "_b" * 499,
        "a" * 7000 + "*" * 999,
    ]
    return [(unit * (8000 // len(unit) + 1))[:8000] for unit in UNITS] + [text[:8000] for text in grown]


@lru_cache(maxsize=1)
def hostile() -> tuple[str, ...]:
    """Every payload of the corpora at hand, each once, and the bombs."""
    found: dict[str, None] = {}
    for path in (OWN, MORE):
        if path.is_file():
            found |= {json.loads(line)["payload"]: None for line in path.read_text("ascii").splitlines()}
    return (*found, *bombs())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.other.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.other.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.other.append("instruction")


def _as_browser(html: str) -> list[tuple[str, dict[str, str | None]]]:
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [
        (str(node.tag), {str(name): value for name, value in node.attrib.items()})
        for node in tree.iter()
        if node is not tree
    ]


def faults(html: str) -> list[str]:
    """What neither parser should have seen: other tags, other attributes, targets that are no web address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = list(reader.other)
    for tag, attrs in [*reader.seen, *_as_browser(html)]:
        if tag not in TAGS:
            found.append(f"tag {tag}")
        elif tag == "a":
            found += [] if set(attrs) == {"href", "rel"} else [f"attributes {sorted(attrs)}"]
            found += [] if attrs.get("rel") == REL else ["rel"]
            found += _faults_of_address(attrs.get("href") or "")
        elif attrs:
            found.append(f"attributes {sorted(attrs)} on {tag}")
    if sorted(tag for tag, _ in reader.seen) != sorted(tag for tag, _ in _as_browser(html)):
        found.append("the parsers disagree")
    return found


def _faults_of_address(href: str) -> list[str]:
    parts = urlsplit(href)
    sound = (
        href.startswith(("http://", "https://"))
        and href.isascii()
        and not set(href) & set("\\\"'`<> \t\r\n") - {"'"}
        and "@" not in parts.netloc
        and ":" not in parts.netloc
        and parts.netloc.count(".") >= 1
        and parts.netloc.rsplit(".", 1)[1].isalnum() | parts.netloc.rsplit(".", 1)[1].startswith("xn--")
        and not parts.netloc.rsplit(".", 1)[1].isdigit()
    )
    return [] if sound else [f"address {href!a}"]
