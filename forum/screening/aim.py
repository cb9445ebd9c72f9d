"""Who a text speaks about where it is harsh: its author, somebody else, nobody, or hard to say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from forum.screening.findings import NO_CONTEMPT, Aim, Contempt

_WORDS: Final = tomllib.loads(Path(__file__).with_name("aim_words.toml").read_text(encoding="utf-8"))


def _any_of(name: str) -> str:
    """Turn the phrases of a list, parted by commas, into one alternation."""
    return "(?:" + "|".join(" ".join(word.split()) for word in _WORDS[name].split(",")) + ")"


_HARSH_WORDS: Final = _any_of("harsh")
_GROUPS: Final = _any_of("groups")
_GROUP_VERBS: Final = _any_of("group_verbs")
_AGAINST: Final = _any_of("against")
_OWN_PEOPLE: Final = _any_of("own_people")
_SAID_TO_ME: Final = _any_of("said_to_me")

_SENTENCE: Final = re.compile(r"[^.!?\n]+")
_IN_FULL: Final = {"u": "you", "ur": "your", "urself": "yourself", "youre": "you're", "bc": "because"}
_SHORT: Final = re.compile(rf"\b(?:{'|'.join(_IN_FULL)})\b")
_I: Final = re.compile(r"\b(?:i|i'm|im|i've|ive|i'll|i'd|me|my|mine|myself)\b")
_MYSELF: Final = re.compile(
    r"\b(?:"
    rf"i(?:'m| am|m| feel| felt| was| look)(?: \w+){{0,4}}? {_HARSH_WORDS}"
    r"|hate (?:me|my (?:body|face|life|brain|guts))"
    r"|(?:kill|hurt|hate|despise|disgust\w*|blame) (?:me\b|myself)"
    r"|what(?:'s| is) wrong with me"
    r"|(?:got|get|getting|been|was|being) called"
    rf"|{_SAID_TO_ME} (?:me|i(?:'m| am))"
    r")\b"
)
_AT_READER: Final = re.compile(
    r"\b(?:"
    rf"(?:you|u|y'all|yall)(?:'re| are|re| r|r)?(?: \w+){{0,4}}? {_HARSH_WORDS}"
    rf"|(?:your|ur)(?: \w+){{0,2}}? {_HARSH_WORDS}"
    rf"|{_HARSH_WORDS}(?: (?:off|to|of|on|up|with|like|at|all))? (?:you|u|y'all|yall|yourself|yourselves)\b"
    rf"|{_any_of('curses')}"
    r")\b"
)
_AT_GROUP: Final = re.compile(rf"\b(?:all|those|these|you|most|every)? ?{_GROUPS} {_GROUP_VERBS}\b")
_AGAINST_GROUP: Final = re.compile(
    rf"(?<!don't )(?<!never )(?<!not )(?<!could )(?<!to )\b{_AGAINST} (?:\w+ ){{0,2}}?{_GROUPS}\b"
)
_NEGATED: Final = re.compile(
    r"\b(?:not true|wrong|should never have to|have every right|need to be heard"
    r"|deserve (?:respect|better))\b"
)
_REPORTED: Final = re.compile(
    r"\b(?:(?:talk|speak|say|tell|shout|whisper|mutter)\w* (?:to )?myself"
    rf"|(?:he|she|they|{_OWN_PEOPLE}) (?:goes|went|was like|says|said|shouts|shouted|texted|wrote))\b"
    r"[^.!?\n:]{0,40}:[^.!?\n]*"
)
_CLAUSE: Final = re.compile(r"[,;:]| but | and (?=you)")
_YOU: Final = re.compile(r"\b(?:you|your|youre|you're|yours|yourself|yourselves|u|ur|ya|yall|y'all)\b")
_VIOLENT: Final = re.compile(
    r"\b(?:beat|kill|hurt|choke|punch|slap|break|smash)(?: \w+){0,2}? (?:you|your|ur|u)\b"
)
_ORDER: Final = re.compile(
    rf"^\W*(?:(?:{_any_of('before_orders')})\W+)*{_any_of('orders')}\b(?! (?:me|my|i|im|i'm)\b)"
)
_PEOPLE: Final = re.compile(
    rf"@\w|\b(?:he|she|they|him|her|his|their|them|he's|she's|they're|who|someone|anyone|everyone|people|"
    r"op|whoever|nobody|no one|somebody|everybody|this (?:one|person|woman|man)|our (?:favou?rite|usual)|"
    rf"this guy|you|your|youre|you're|yours|yourself|yourselves|u|ur|ya|yall|y'all|{_GROUPS}|{_OWN_PEOPLE})\b"
)
_BARE: Final = re.compile(
    rf"^\W*(?:(?:oh|just|what|such|a|an|you|the|so|total|complete|fucking)\W+)*{_HARSH_WORDS}\W*$"
)
_KIND_TO_READER: Final = re.compile(
    rf"\b(?:{_any_of('kind').replace('HARSH', _HARSH_WORDS)}|{'|'.join(_WORDS['kind_acts'])})\b"
)


def aim_of(text: str, contempt: Contempt = NO_CONTEMPT) -> Aim:
    """Say at whom the harsh words of a text point.

    `other`: at the reader or at a group of people. `self`: at the author. `unclear`: other people are spoken
    of, and nothing says at whom harshness would point. `nobody`: at things, at somebody in the author's own
    life who is not here (a boss, an ex), or nothing harsh in a text about oneself. The harshest reading wins:
    one sentence against the reader makes the whole text `other`, and one sentence that says `you` beside one
    against oneself makes it `unclear`. `contempt` that was found is always at the reader.
    """
    if contempt.findings:
        return "other"
    plain = _SHORT.sub(lambda short: _IN_FULL[short[0]], text.lower().replace("’", "'"))
    plain = _REPORTED.sub("they told me", plain)
    about_me = bool(_I.search(plain))
    found: set[Aim] = set()
    for match in _SENTENCE.finditer(plain):
        aim = _aim_of_sentence(match.group(), about_me)
        if aim == "other":
            return "other"
        found.add(aim)
    if "self" in found and not ("unclear" in found and _YOU.search(plain)):
        return "self"
    return "unclear" if "unclear" in found else "nobody"


def is_kind(text: str) -> bool:
    """Tell whether a text speaks to its reader and every sentence that does so is kind."""
    plain = _SHORT.sub(lambda short: _IN_FULL[short[0]], text.lower().replace("’", "'"))
    said = [one for one in _SENTENCE.findall(plain) if _YOU.search(one) or _ORDER.match(one)]
    return bool(said) and all(_KIND_TO_READER.search(one) for one in said)


def _aim_of_sentence(sentence: str, about_me: bool) -> Aim:
    clauses = _CLAUSE.split(sentence)
    if any(_is_against_group(clause) for clause in clauses):
        return "other"
    at_reader = [one for one in clauses if _VIOLENT.search(one) or _AT_READER.search(_MYSELF.sub(" ", one))]
    if any(not _KIND_TO_READER.search(clause) for clause in at_reader):
        return "other"
    if at_reader:
        return "nobody"
    if _MYSELF.search(sentence):
        return "self"
    if _BARE.match(sentence):
        return "other"
    spoken_to = _YOU.search(sentence) or _ORDER.match(sentence)
    about_others = spoken_to or (not about_me and _PEOPLE.search(sentence))
    return "unclear" if about_others and not _KIND_TO_READER.search(sentence) else "nobody"


def _is_against_group(clause: str) -> bool:
    """Tell whether a clause judges a group as a whole, unless its author stands in it or it is denied."""
    if _AGAINST_GROUP.search(clause):
        return True
    found = _AT_GROUP.search(clause)
    return bool(found and not _I.search(clause[: found.start()]) and not _NEGATED.search(clause))
