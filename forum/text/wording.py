"""Wording help: kinder words for others, offered to the author and never required.

The suggestions follow the guidance of the World Health Organization and of #chatsafe on speaking of suicide,
and the person-first wording of the US National Institutes of Health on mental illness and addiction. Whoever
speaks of themselves may use any word they like, so nothing is suggested there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

ABOUT_SUICIDE = _l("“Commit” sounds like a crime, and “successful” like an aim. Plain words hurt less.")
PERSON_FIRST = _l("This names the person by an illness. The person comes first.")
NO_LABEL = _l("This can wound people who live with it. What did they do, in plain words?")
NOT_A_VICTIM = _l("Many people who live with it do not see themselves as victims.")
PLACE_OF_HELP = _l("People get help there. A plain name takes some fear away.")
NO_TOUGHNESS = _l("It may sound as if willing it were enough. What you feel for them lands better.")


class Hint(NamedTuple):
    """Characters `start` to `end` could say `suggestion` (empty: could be left out), for `reason`."""

    start: int
    end: int
    suggestion: str
    reason: str


# What is said, what could be said, and why.
WORDS: tuple[tuple[str, object, object], ...] = (
    (r"commit(?:s|ted|ting)? suicide", _l("died by suicide"), ABOUT_SUICIDE),
    (r"(?:successful|completed) suicide", _l("death by suicide"), ABOUT_SUICIDE),
    (r"(?:failed|unsuccessful) (?:suicide )?attempt", _l("suicide attempt"), ABOUT_SUICIDE),
    (r"the mentally ill", _l("people with a mental illness"), PERSON_FIRST),
    (r"mentally ill (?:person|man|woman|guy)", _l("person with a mental illness"), PERSON_FIRST),
    (r"mentally ill people", _l("people with a mental illness"), PERSON_FIRST),
    (r"a schizo(?:phrenic)?", _l("a person with schizophrenia"), PERSON_FIRST),
    (r"schizophrenics", _l("people with schizophrenia"), PERSON_FIRST),
    (r"a (?:bipolar|manic[- ]depressive)(?! \w)", _l("a person with bipolar disorder"), PERSON_FIRST),
    (r"an? (?:anorexic|bulimic)(?! \w)", _l("a person with an eating disorder"), PERSON_FIRST),
    (r"an? (?:drug )?(?:addict|junkie|druggie|crackhead)", _l("a person with an addiction"), PERSON_FIRST),
    (r"(?:drug )?(?:addicts|junkies|druggies|crackheads)", _l("people with an addiction"), PERSON_FIRST),
    (r"an? (?:alcoholic|drunkard)", _l("a person who struggles with alcohol"), PERSON_FIRST),
    (r"an? (?:cripple|retard|spastic|spaz)", _l("a disabled person"), PERSON_FIRST),
    (r"wheelchair[- ]bound", _l("who uses a wheelchair"), PERSON_FIRST),
    (r"normal people", _l("people without it"), PERSON_FIRST),
    (r"(?:an? |the )?(?:psycho|nutter|nutcase|lunatic|madman|basket case)s?", "", NO_LABEL),
    (r"(?:is|are|was|were) (?:crazy|insane|nuts|mental|psychotic|deranged)", "", NO_LABEL),
    (r"(?:so|totally|a bit) (?:ocd|bipolar|schizo|autistic)", _l("very particular"), NO_LABEL),
    (r"(?:attention[- ]seek(?:er|ers|ing))", _l("asking to be seen"), NO_LABEL),
    (r"suffer(?:s|ed|ing)? from", _l("lives with"), NOT_A_VICTIM),
    (
        r"(?:a )?victims? of(?= (?:depression|anxiety|burnout|schizo|bipolar|mental))",
        _l("living with"),
        NOT_A_VICTIM,
    ),
    (r"(?:loony|nut|mad)[- ]?(?:bin|house)|funny farm", _l("psychiatric hospital"), PLACE_OF_HELP),
    (
        r"man up|snap out of it|get over it|pull (?:yourself|himself|herself) together|toughen up",
        "",
        NO_TOUGHNESS,
    ),
)
PATTERNS = tuple((re.compile(rf"\b(?:{said})\b", re.IGNORECASE), better, why) for said, better, why in WORDS)

# Whom a clause speaks of: the last of these before the words decides.
WHO = re.compile(
    r"\b(?P<self>i|i'm|i've|me|myself|we|us|ourselves|my (?:own |whole )?"
    r"(?:brain|head|mind|thoughts?|life|body|illness|diagnosis|anxiety|depression|ocd|self|mood|heart))\b"
    r"|\b(?:you|your|he|she|they|his|her|their|who|people|everyone|some(?:body|one)|(?:my|the|our) \w+)\b",
    re.IGNORECASE,
)
CLAUSE_ENDS = re.compile(r"[.!?;:\n]")


def wording_hints(text: str) -> list[Hint]:
    """Words about others that could be kinder, in order, never overlapping; nothing said of oneself."""
    plain = text.replace("’", "'")
    found: list[Hint] = []
    for pattern, better, why in PATTERNS:
        for match in pattern.finditer(plain):
            free = all(match.end() <= hint.start or match.start() >= hint.end for hint in found)
            if free and not _of_oneself(plain, match.start()):
                found.append(Hint(match.start(), match.end(), str(better), str(why)))
    return sorted(found)


def _of_oneself(text: str, at: int) -> bool:
    """Whether the clause before a place speaks of its author, judged by whom it named last."""
    ends = [match.end() for match in CLAUSE_ENDS.finditer(text, 0, at)]
    who = None
    for who in WHO.finditer(text, ends[-1] if ends else 0, at):  # noqa: B007
        pass
    return who is not None and who["self"] is not None
