"""Hints for an author beside the preview of their words. Nothing of them is stored, nothing is held back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from flask_login import current_user

from forum.storage.database import writing
from forum.text.coach import Wish, coach, own_words
from forum.text.identity import blur, identity_hints
from forum.text.wording import wording_hints

MOST = 6
COACH = ("settings", "coach")


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
    off = bool(wish) and coach_is_off()
    coached = [hint.wording for hint in coach(own_words(text), cast(Wish, wish))] if wish and not off else []
    if not (named or kinder or coached or off):
        return None
    return SimpleNamespace(named=named, kinder=kinder, coached=coached, coach_off=off)


def coach_is_off() -> bool:
    """Whether the writer wants no hints about how a reply may land. It lies in their vault."""
    return bool((current_user.vault.about(*COACH) or {}).get("off"))


def turn_coach(*, off: bool) -> None:
    """Want no hints about replies any more, or want them again."""
    if off != coach_is_off():
        with writing():
            current_user.vault.put_about(*COACH, {"off": True} if off else None)


def blurred(text: str) -> str:
    """The text with gentler words for everything that could say who somebody is."""
    return blur(text, identity_hints(text))
