"""How a text is cut into words and how a question is read. Pure, and the same for both engines.

Words are folded (compatibility forms, case, accents, an English plural) and written in ASCII letters and
digits, so that neither engine's own tokenizer has anything left to decide.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_QUERY = 200
MOST_TERMS = 8
MOST_TOKENS = 16_000
"""PostgreSQL keeps word positions up to 16,383."""

LONGEST_TOKEN = 60
SHORTEST_BEGINNING = 3
"""From this many letters on, a word also finds longer words that begin with it."""

TITLE_GAP = 10
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
PART = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
ONE_BY_ONE = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand beside each other. `open_end`: the last one may go on."""

    tokens: tuple[str, ...]
    open_end: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: every term of `wanted` must be there, none of `unwanted`."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


def tokens(text: str) -> list[str]:
    """The folded words of a text in their order."""
    found: list[str] = []
    for match in WORD.finditer(_without_accents(text)):
        found.extend(tokens_of_word(match.group()))
    return found[:MOST_TOKENS]


def tokens_of_word(word: str) -> list[str]:
    """The tokens of one word; scripts that write without spaces give one for each character."""
    plain = _without_accents(word).replace("'", "").replace("’", "")
    return [_token(part) for part in ONE_BY_ONE.split(plain) if part]


def read_question(typed: str) -> Question:
    """Read what somebody typed: words, "words in a row", -left out. Anything at all can be read."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for part in PART.finditer(typed[:LONGEST_QUERY]):
        is_phrase = part["word"] is None
        found = tokens(part["phrase"] if is_phrase else part["word"])
        if not found or len(wanted) + len(unwanted) == MOST_TERMS:
            continue
        open_end = not is_phrase and len(found[-1]) >= SHORTEST_BEGINNING
        term = Term(tuple(found), open_end)
        (unwanted if part["no"] else wanted).append(term)
    return Question(tuple(wanted), tuple(unwanted))


def excerpt(text: str, question: Question, length: int = 220) -> str:
    """The part of a text around the first word that was asked for, cut between words."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    start = max(0, _first_hit(flat, question) - length // 3)
    if start:
        start = flat.rfind(" ", 0, start) + 1
    end = len(flat) if start + length >= len(flat) else flat.rfind(" ", start, start + length)
    if end <= start:
        end = start + length
    return ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")


def _first_hit(flat: str, question: Question) -> int:
    for match in WORD.finditer(flat):
        first = tokens_of_word(match.group())[:1]
        for term in question.wanted:
            is_last = len(term.tokens) == 1
            if first and (
                first[0] == term.tokens[0]
                or (term.open_end and is_last and first[0].startswith(term.tokens[0]))
            ):
                return match.start()
    return 0


def _token(word: str) -> str:
    folded = _singular(word.casefold())
    written = "".join(sign if sign.isascii() else f"x{ord(sign):x}z" for sign in folded if sign.isalnum())
    return written[:LONGEST_TOKEN] or "x"


def _singular(word: str) -> str:
    """A word without the ending of an English plural (the "S stemmer", Harman 1991)."""
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    parted = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return unicodedata.normalize("NFKC", kept)
