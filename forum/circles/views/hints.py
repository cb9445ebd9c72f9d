"""Hints for an author beside the preview of their words. Nothing of them is stored, nothing is held back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from forum.text.coach import Wish, coach
from forum.text.identity import blur, identity_hints
from forum.text.wording import wording_hints

MOST = 6


def hints_for(text: str, wish: str | None = None) -> SimpleNamespace | None:
    """What could say who somebody is, kinder words for others, and for a reply to a thread with a wish
    the three points of the coach. None where there is nothing to say."""
    named = [
        SimpleNamespace(words=text[hint.start : hint.end], better=hint.suggestion)
        for hint in identity_hints(text)[:MOST]
    ]
    kinder = [
        SimpleNamespace(words=text[hint.start : hint.end], better=hint.suggestion, why=hint.reason)
        for hint in wording_hints(text)[:MOST]
    ]
    coached = [hint.wording for hint in coach(_own_words(text), cast(Wish, wish))] if wish else []
    if not (named or kinder or coached):
        return None
    return SimpleNamespace(named=named, kinder=kinder, coached=coached)


def _own_words(text: str) -> str:
    """A reply without what it quotes."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def blurred(text: str) -> str:
    """The text with gentler words for everything that could say who somebody is."""
    return blur(text, identity_hints(text))
