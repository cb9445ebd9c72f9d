"""What may stand in an answer of the forum: the elements and attributes of its templates, and plain links.

The first look is a strict one: each "<" must begin a tag that is written out so plainly that no two parsers
can read it differently. Then html5lib builds the tree that a browser would build, and the same rules hold for
what is in it. The first look costs a millisecond, so every answer gets it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import html5lib

from tests.text.hostile_texts import REL, TAGS

TEMPLATES = Path(__file__).parents[2] / "forum/templates"
NAME = re.compile(r"</?([a-z][a-z0-9]*)")
ATTRIBUTE = r'\s+([A-Za-z][A-Za-z0-9:-]*)(?:="([^"<>]*)")?'
TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)((?:{ATTRIBUTE})*)\s*/?>")
ONE = re.compile(ATTRIBUTE)
LEADS = frozenset({"href", "src", "action", "formaction", "poster", "data", "cite", "xlink:href"})
NEVER = frozenset({"style", "srcdoc", "srcset", "ping", "background", "http-equiv", "integrity", "nonce"})
ELSEWHERE = frozenset({"https://www.wikipedia.org/"})
DOCTYPE = "<!doctype html>"


@lru_cache(maxsize=1)
def elements() -> frozenset[str]:
    """Every element that a template writes or that a post may hold."""
    written = {name for path in TEMPLATES.rglob("*.html") for name in NAME.findall(path.read_text())}
    return frozenset((written | TAGS) - {"object", "embed", "iframe", "style", "base", "template", "math"})


def faults(page: str) -> list[str]:
    """What is wrong with a page at the first look."""
    left = page.replace(DOCTYPE, "", 1)
    found = []
    for match in TAG.finditer(left):
        close, tag, attributes = match.group(1), match.group(2), match.group(3)
        given = {name.lower(): unescape(value or "") for name, value in ONE.findall(attributes)}
        if close:
            found += [f"an odd end of {tag}"] if given or tag not in elements() else []
        else:
            found += _faults_of(tag, given)
    rest = TAG.sub("", left)
    for sign in "<>":
        if sign in rest:
            found.append(f"a stray {sign} near {rest[max(0, rest.index(sign) - 30) :][:80]!a}")
    return found


def faults_in_tree(page: str) -> list[str]:
    """What is wrong with the tree that a browser would build."""
    tree = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    found = []
    for node in tree.iter():
        if not isinstance(node.tag, str):
            found.append("a comment")
            continue
        tag = node.tag.rpartition("}")[2]
        found += _faults_of(tag, {str(name).lower(): value for name, value in node.attrib.items()})
    return found


def _faults_of(tag: str, given: dict[str, str]) -> list[str]:
    found = [] if tag in elements() else [f"element {tag}"]
    for name, value in given.items():
        if name.startswith("on") or (name in NEVER and not _is_neutral_refresh(tag, given)):
            found.append(f"attribute {name} on {tag}")
        if name in LEADS and not _is_ours(value) and not _is_plain_link(tag, given):
            found.append(f"{name} of {tag} leads to {ascii(value)[:80]}")
    if tag == "script" and not given.get("src", "").startswith("/static/"):
        found.append("a script of nobody")
    return found


def _is_neutral_refresh(tag: str, given: dict[str, str]) -> bool:
    return (
        tag == "meta"
        and given.get("http-equiv") == "refresh"
        and ELSEWHERE & set(given["content"].split("url="))
    )


def _is_ours(value: str) -> bool:
    return (value.startswith(("/", "#", "?")) and not value.startswith(("//", "/\\"))) or value in ELSEWHERE


def _is_plain_link(tag: str, given: dict[str, str]) -> bool:
    """A web link as a post may hold, or a way to reach somebody that only a template writes."""
    parts, rel = urlsplit(given.get("href", "")), given.get("rel", "")
    if parts.scheme in {"tel", "sms", "mailto"}:
        return tag == "a" and rel != REL
    return (
        tag == "a" and parts.scheme in {"http", "https"} and "noreferrer" in rel and "@" not in parts.netloc
    )


def is_local(location: str, host: str = "localhost") -> bool:
    """Whether a redirect stays on this site, however a browser reads it."""
    read = location.replace("\\", "/").translate(dict.fromkeys(range(33)))
    parts = urlsplit(read)
    if parts.scheme or parts.netloc:
        return parts.scheme in {"http", "https"} and parts.netloc == host
    return read.startswith("/") and not read.startswith("//")
