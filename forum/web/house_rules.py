"""The rules of the forum as a page: those that come with the program, or what leads have made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from forum.content import rules_text
from forum.text.render import as_markup, render
from forum.web.access import visitors

HEADING = re.compile(r"^(#{1,2}) +(.+?) *$", re.MULTILINE)
NUMBER = re.compile(r"R\d+")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the rules: its heading, how deep it lies (1 or 2), its number if it is a rule, its words."""

    heading: str
    level: int
    number: str
    html: Markup


_source: list[Callable[[], str | None]] = []


def changed_by(source: Callable[[], str | None]) -> Callable[[], str | None]:
    """Register who says what leads have made of the rules, or None (called once)."""
    _source[:] = [source]
    return source


@lru_cache(maxsize=8)
def sections(text: str) -> tuple[Section, ...]:
    """The parts of a text of rules; words before the first heading are left out. Raises `TextRefused`."""
    found = list(HEADING.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    made = []
    for match, end in zip(found, ends, strict=True):
        words = text[match.end() : end].strip()
        number = NUMBER.match(match[2])
        html = as_markup(render(words).html) if words else as_markup("")
        made.append(Section(match[2], len(match[1]), number[0] if number else "", html))
    return tuple(made)


def numbers_in(text: str) -> set[str]:
    """The numbers of the rules that a text of rules has. Raises `TextRefused`."""
    return {section.number for section in sections(text)} - {""}


@visitors
def show() -> str:
    """The rules as they are now."""
    changed = _source[0]() if _source else None
    return render_template("web/rules.html", bare=True, sections=sections(changed or rules_text()))
