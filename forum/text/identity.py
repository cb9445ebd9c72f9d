"""Hints, for the author only, at words that could say who they are; and gentler words to put in their place.

Rules, no model. Nothing is stored and nothing is refused: a hint is a question to the author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import Literal, NamedTuple

import phonenumbers
from flask_babel import lazy_gettext as _l

from forum.text import identity_words as words

Kind = Literal["email", "phone", "handle", "address", "employer", "name", "date"]

SUGGESTIONS = {
    "email": _l("[an e-mail address]"),
    "phone": _l("[a phone number]"),
    "handle": _l("[my name elsewhere]"),
    "address": _l("[a place]"),
    "employer": _l("[a workplace]"),
    "name": _l("[someone]"),
    "date": _l("[a date]"),
}

# Regions whose numbers are tried as people write them at home.
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "IN", "AU", "IE", "ZA")
# Numbers of helplines and shops are not a person's.
PUBLIC_NUMBERS = frozenset(
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    }
)


class Hint(NamedTuple):
    """Characters `start` to `end` (code points) look like `kind`; `suggestion` could stand there instead."""

    kind: Kind
    start: int
    end: int
    suggestion: str


def _any(listed: str) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(listed.split(), key=len, reverse=True)) + ")"


CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w’'-]{0,30}"
CAPS = rf"{CAP}(?:[ ]{CAP}){{0,3}}"

AT = r"(?:\s[@＠]\s|[@＠]\s?|\s*[\[({]\s*at\s*[\])}]\s*|\s+at\s+)"
DOT = r"(?:\.|\s*[\[({]\s*dot\s*[\])}]\s*|\s+dot\s+)"
EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:\s[@＠]\s|[@＠]\s?|\s*[\[({{]\s*at\s*[\])}}]\s*)[\w-]{{1,60}}(?:{DOT}[\w-]{{2,30}}){{1,4}}"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}{AT}[\w-]{{1,60}}(?:\s*[\[({{]?\s*\bdot\b\s*[\])}}]?\s*[\w-]{{2,30}}){{1,4}}",
    re.IGNORECASE,
)

SERVICE = _any(words.SERVICES)
HANDLE_WORD = r"@?[A-Za-z][\w.-]{2,38}"
HANDLE = re.compile(
    r"(?<![\w@./])@(?!(?:all|everyone|here|channel|work|home|least|night|once|me|you)\b)"
    r"(?P<plain>[A-Za-z_](?:[\w.]{2,29}|(?: \w){3,29}))"
    r"|(?<!\w)@(?P<spaced>(?: ?\w(?!\w)){4,30})"
    r"|(?<!\w)[A-Za-z][\w.]{2,31}#\d{4}\b"
    r"|(?<![\w/])/?u/[A-Za-z][\w-]{2,20}"
    r"|(?:https?://)?(?:www\.)?"
    r"(?:t\.me|instagram\.com|tiktok\.com|twitter\.com|x\.com|facebook\.com|fb\.com|reddit\.com/user"
    r"|linkedin\.com/in|twitch\.tv|youtube\.com|github\.com|discord\.gg|bsky\.app/profile)/(?!watch\b|share\b|explore\b)@?[\w.-]{3,40}",
    re.IGNORECASE,
)
NAMED_HANDLE = re.compile(
    rf"\b{SERVICE}\b(?:\s+(?:handle|name|account|profile|tag|id|user|username|over there|there))*"
    rf"(?:\s+(?:is|as|under|called|named|i am|i'm|i go by)|\s?[:=])\s*(?P<said>{HANDLE_WORD})"
    r"|\b(?:go by|goes by|known as|(?:find|add|ping) me as|user ?name(?: over there)? is|nick is|i post as)"
    rf"\s+(?P<by>{HANDLE_WORD})",
    re.IGNORECASE,
)
LOOKS_CHOSEN = re.compile(r"[\d_]|\w[.-]\w|[a-z][A-Z]|^@")

SEVEN_DIGITS = re.compile(r"\+?\(?(?:\d[ ().\-/]{0,3}){6,16}\d(?:\s?(?:ext|x)\.?\s?\d{1,5})?")
TOLL_FREE = re.compile(r"\W*(?:\+?1[ .-]?)?(?:0?80[08]|0500|888|877|866|855|844|833)\b")
NUMBERS_LOOKED_AT = 60  # a post with more numbers than that has a hint already
SPOKEN_NUMBER = re.compile(
    rf"\b(?:{_any(words.NUMBER_WORDS)}[ ,-]+){{6,}}{_any(words.NUMBER_WORDS)}\b", re.IGNORECASE
)
ASKED_TO_CALL = re.compile(
    r"\b(?:call|ring|text|phone|cell|mobile|whatsapp|signal|number|reach|tel|sms|under|dial)\b[^\d\n+]{0,25}"
    r"(?P<number>\+?\(?\d(?:[ ().-]{0,2}\d){6,14}"
    r"(?:\s?(?:ext|x)\.?\s?\d{1,5})?)(?!\d)",
    re.IGNORECASE,
)

STREET = _any(words.STREETS)
NUMBER = rf"(?:\d{{1,5}}\s?[a-z]?|(?:{_any(words.NUMBER_WORDS)}[ -]?){{1,5}})"
ADDRESS = re.compile(
    rf"(?<![\w-]){NUMBER},? (?:(?:[A-Z][\w’']+|\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}(?i:{STREET})\b"
    rf"|(?<![\w-])\d{{1,5}}[a-z]?,? rue (?:de |du |des |la |le |l’|l')*{CAP}"
    r"|\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|gasse|allee|platz|ring|damm|ufer) \d{1,4}\s?[a-z]?\b"
    r"|\b(?i:flat|apartment|apt\.?|unit|suite|room|house no\.?) (?=\w*\d)\w{1,5},?(?: (?:of|in|at))?"
    rf"(?: \d{{1,5}}[a-z]?,?)? {CAP}(?: {CAP})*"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
    r"|\b[A-Z]{2} \d{5}(?:-\d{4})?\b"
    r"|\b(?i:post ?code|zip(?: ?code)?|plz)\W{1,2}(?:(?:is|here is|here|code)\W{1,2}){0,2}"
    r"(?=[A-Z\d -]*\d)[A-Z\d]{3,5}(?: ?\d[A-Z]{2})?"
    r"|\b(?i:p\.? ?o\.? box) \d+"
)
PLAIN_STREET = _any(
    " ".join(word for word in words.STREETS.split() if word not in words.PLAIN_STREETS.split())
)
HOME_STREET = re.compile(
    r"\b(?i:live|lives|lived|living|flat|apartment|house|home|room|moved|stay|staying|rent)\b"
    r"(?:[ ][a-z’']+){0,4} (?:on|in|at|to|off|near) (?:the )?"
    rf"(?P<street>(?:{CAP} ){{1,3}}(?i:{PLAIN_STREET}))\b"
)

ONLY_ONE = re.compile(
    rf"\b[Tt]he (?:only|one|first) (?:[a-z’'-]+ ){{1,4}}(?:in|on|at|from) (?:the )?(?P<place>{CAPS})"
)

FIRM = _any(words.FIRMS)
JOBS = (
    r"(?:work|works|worked|working|jobs?|employed|started|hired|intern|position|career|contract|contracted)"
)
ROLES = (
    r"(?:nurse|teacher|driver|engineer|manager|assistant|clerk|carer|cook|chef|cashier|developer|analyst|"
    r"consultant|accountant|receptionist|cleaner|guard|technician|operator|midwife|doctor|lecturer|paramedic|"
    r"trainee|apprentice|secretary|salesman|barista|waiter|waitress|porter|librarian|pilot|shifts?|years?|months?)"
)
FIRM_NAME = rf"(?:the )?(?P<firm>{CAPS}(?: (?:&|and|of|of the|for) {CAPS})?)"
EMPLOYER = re.compile(
    rf"\b(?i:{JOBS}|{ROLES})\b(?: (?!at|for|with)[a-z’'-]+){{0,3}} (?:at|for|with) {FIRM_NAME}"
    r"|\b(?:t(?:akes?|ook) calls|drives?|drove|deliver(?:ed)?|teach|taught|stack(?:ed)? shelves|clean|cook)\b"
    rf"(?: (?!at|for|with)[a-z’'-]+){{0,3}} (?:at|for|with) {FIRM_NAME.replace('firm', 'firm2')}"
    r"|\b[Mm]y (?:employer|company|firm|workplace|school|hospital|agency|office)(?:,| is called| is| called) "
    rf"{FIRM_NAME.replace('firm', 'firm3')}"
    rf"|\b(?P<firm4>(?:(?!The |My |Our |A |An ){CAP} (?:(?:&|and|of) )?){{1,4}}"
    rf"(?:{FIRM}|{words.PUBLIC_SERVICES}))\b"
    rf"|\b(?P<firm5>(?:{words.HOUSES}) of (?:the )?{CAPS})"
    rf"|\bjoined {FIRM_NAME.replace('firm', 'firm6')}(?= as (?:an?|the)\b)"
)

NAME_AFTER = rf"(?P<who>{CAP}(?: (?:van |von |de |der |la |bin |al-)?{CAP}){{1,2}})"
NAME = re.compile(
    r"\b(?i:my (?:\w+ )?name is|my name’s|my name's|i am called|ich heiße|je m'appelle|me llamo) "
    rf"(?P<said>{CAP}(?: {CAP}){{0,2}})"
    rf"|\b(?i:i am|i'm|i’m|im|this is|it is|it's) {NAME_AFTER}"
    rf"|\b{_any(words.TITLES)}\.? (?P<titled>{CAP}(?: {CAP})?)"
    rf"|\b(?i:{_any(words.RELATIONS)}),? {NAME_AFTER.replace('who', 'related')}"
)
TWO_CAPS = re.compile(rf"\b(?P<first>{CAP}) (?P<last>[A-Z][\w’'-]+)\b")

MONTH = _any(words.MONTHS)
DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? (?P<month>{MONTH})\b\.?(?:,? \d{{4}})?"
    rf"|\b(?P<month2>{MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? \d{{4}})?"
    r"|\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"
    r"|(?<![\d/.])(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|[12]\d|3[01])[/.](?:19|20)?\d\d(?![\d/])",
    re.IGNORECASE,
)


def identity_hints(text: str) -> list[Hint]:
    """What in a text could say who its author or somebody else is, in order, never overlapping."""
    finders: tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
        ("email", _emails),
        ("handle", _handles),
        ("date", _dates),
        ("phone", _phones),
        ("address", _addresses),
        ("employer", _employers),
        ("name", _names),
    )
    taken: list[Hint] = []
    for kind, find in finders:
        for start, end in find(text):
            if start < end and all(end <= hint.start or start >= hint.end for hint in taken):
                taken.append(Hint(kind, start, end, str(SUGGESTIONS[kind])))
    return sorted(taken, key=lambda hint: hint.start)


def blur(text: str, hints: list[Hint]) -> str:
    """The text with each hinted passage replaced by its suggestion."""
    for hint in sorted(hints, key=lambda hint: hint.start, reverse=True):
        text = text[: hint.start] + hint.suggestion + text[hint.end :]
    return text


def _emails(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in EMAIL.finditer(text))


def _handles(text: str) -> Iterator[tuple[int, int]]:
    for match in HANDLE.finditer(text):
        yield match.span()
    for match in NAMED_HANDLE.finditer(text):
        group = "said" if match["said"] else "by"
        chosen = match[group].rstrip(".-")
        if LOOKS_CHOSEN.search(chosen):
            yield match.start(group), match.start(group) + len(chosen)


def _dates(text: str) -> Iterator[tuple[int, int]]:
    for match in DATE.finditer(text):
        day, month = match["day"] or match["day2"], match["month"] or match["month2"]
        if day and month:
            if not 1 <= int(day) <= 31 or (month.lower() == "may" and not month[0].isupper()):
                continue
            if (int(day), _month_number(month)) in words.SHARED_DAYS:
                continue
        yield match.span()


def _month_number(name: str) -> int:
    short = name[:3].lower()
    return [month[:3] for month in words.MONTHS.split()[:12]].index(short) + 1


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in SPOKEN_NUMBER.finditer(text):
        if not _is_counting(match.group()):
            yield match.span()
    for match in ASKED_TO_CALL.finditer(text):
        if not TOLL_FREE.match(match["number"]):
            yield match.span("number")
    for candidate in islice(SEVEN_DIGITS.finditer(text), NUMBERS_LOOKED_AT):
        found = _number_in(candidate.group())
        if found:
            yield candidate.start() + found[0], candidate.start() + found[1]


def _number_in(written: str) -> tuple[int, int] | None:
    """Where a private telephone number stands in a run of digits, read as in each of the regions."""
    if TOLL_FREE.match(written):
        return None
    for region in REGIONS:
        for found in phonenumbers.PhoneNumberMatcher(written, region, phonenumbers.Leniency.VALID, 5):
            if phonenumbers.number_type(found.number) not in PUBLIC_NUMBERS:
                return found.start, found.end
    return None


def _is_counting(spoken: str) -> bool:
    """Whether number words go up or down one by one, as in a breathing exercise."""
    order = words.NUMBER_WORDS.split()
    places = [order.index(word) for word in re.findall(r"[a-z]+", spoken.lower())]
    steps = {after - before for before, after in pairwise(places)}
    return steps in ({1}, {-1}, {1, 3}, {-1, -3})  # "double" and "triple" stand between nine and ten


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in ADDRESS.finditer(text):
        yield match.span()
    for match in HOME_STREET.finditer(text):
        yield match.span("street")
    for match in ONLY_ONE.finditer(text):
        if match["place"].split()[0] not in words.NOT_A_NAME:
            yield match.span("place")


def _employers(text: str) -> Iterator[tuple[int, int]]:
    for match in EMPLOYER.finditer(text):
        group = next(name for name, value in match.groupdict().items() if value)
        known = match[group].split()
        shouted = known[0].isupper() and len(known[0]) > 4
        if known[0] not in words.NOT_A_NAME and not shouted and (len(known) > 1 or len(known[0]) > 2):
            yield match.span(group)


def _names(text: str) -> Iterator[tuple[int, int]]:
    for match in NAME.finditer(text):
        group = next(name for name, value in match.groupdict().items() if value)
        found = match[group]
        if found.split()[0] not in words.NOT_A_NAME and _may_be_a_person(found):
            yield match.span(group)
    for match in TWO_CAPS.finditer(text):
        first, last = match["first"], match["last"]
        known = first in words.FIRST_NAMES and first not in words.PLACE_STARTS
        if known and last not in words.NOT_A_NAME and _may_be_a_person(match.group()):
            yield match.span()


def _may_be_a_person(found: str) -> bool:
    return found not in words.WIDELY_KNOWN and not found.isupper()
