"""Who a text speaks about where it is harsh: its author, somebody else, nobody, or hard to say."""

from __future__ import annotations

import re
from typing import Final

from forum.screening.findings import Aim


def _any_of(words: str) -> str:
    """Turn lines of phrases parted by commas into one alternation."""
    return "(?:" + "|".join(" ".join(word.split()) for word in words.split(",")) + ")"


_HARSH_WORDS: Final = _any_of(r"""
    idiots?, idiotic, stupid, dumb, dumbass\w*, morons?, moronic, pathetic, worthless, useless, losers?,
    trash, garbage, scum\w*, vermin, disgusting, ugly, fat, crazy, insane, ridiculous, liars?, lying,
    cowards?, clowns?, jerks?, creeps?, freaks?, weirdos?, bitch\w*, bastards?, assholes?, arseholes?,
    dicks?, dickheads?, pricks?, cunts?, twats?, wankers?, shits?, shitty, bullshit, fuck\w*, f\*+k\w*,
    hate, hates, despise, failures?, burden, waste, weak, lazy, animals?, monsters?, subhuman\w*,
    parasites?, retard\w*, pigs?, rats?, whores?, sluts?, worst, suck, sucks, die, dead, kill, hurt,
    beat, sick, evil, nothing, ignorant, braindead, toxic, vile, fools?, foolish, sad, joke, fake,
    attention""")
_GROUPS: Final = _any_of(r"""
    people like (?:you|that|them|this), women, men, girls, females, males, foreigners, immigrants,
    migrants, refugees, gays, gay people, lesbians, trans people, transgenders, muslims, jews,
    christians, blacks?, whites?, asians, mexicans, indians, arabs, gypsies, disabled people, autistics,
    old people, boomers, liberals, conservatives, lefties, feminists, the mentally ill, mentally ill
    people, addicts, poor people, fat people""")
_GROUP_VERBS: Final = _any_of(r"""
    are, is, should, need to, must, have to, deserve, don't, do not, cannot, can't, always, never,
    belong, only, just, ruin\w*, make""")
_OWN_PEOPLE: Final = _any_of(r"""
    boss, manager, ex, mother, mum, mom, father, dad, brother, sister, wife, husband, partner, friend,
    teacher, coworkers?, colleagues?, landlord, family, parents, neighbou?rs?, team, supervisor,
    roommate, flatmate, patients?, clients?, students?""")
_SAID_TO_ME: Final = _any_of(r"""
    makes?, made, call, called, calls, calling, told, tells, says?, said, think, thinks""")

_SENTENCE: Final = re.compile(r"[^.!?\n]+")
_I: Final = re.compile(r"\b(?:i|i'm|im|i've|ive|i'll|i'd|me|my|mine|myself)\b")
_MYSELF: Final = re.compile(
    r"\b(?:"
    rf"i(?:'m| am|m| feel| felt| was| look)(?: \w+){{0,4}}? {_HARSH_WORDS}"
    r"|hate (?:me|my (?:body|face|life|brain|guts))"
    r"|(?:kill|hurt|hate|despise|disgust\w*|blame) (?:me\b|myself)"
    r"|what(?:'s| is) wrong with me"
    rf"|{_SAID_TO_ME} (?:me|i(?:'m| am))"
    r")\b"
)
_AT_READER: Final = re.compile(
    r"\b(?:"
    rf"(?:you|u|y'all|yall)(?:'re| are|re| r|r)?(?: \w+){{0,4}}? {_HARSH_WORDS}"
    rf"|(?:your|ur)(?: \w+){{0,2}}? {_HARSH_WORDS}"
    rf"|{_HARSH_WORDS}(?: (?:off|to|of|on|up|with|like|at|all))? (?:you|u|y'all|yall|yourself|yourselves)\b"
    r"|shut up|stfu|gtfo|piss off|fuck off|screw you|get lost|drop dead|go die|go to hell|kys"
    r")\b"
)
_AT_GROUP: Final = re.compile(rf"\b(?:all|those|these|you|most|every)? ?{_GROUPS} {_GROUP_VERBS}\b")
_YOU: Final = re.compile(r"\b(?:you|your|youre|you're|yours|yourself|yourselves|u|ur|ya|yall|y'all)\b")
_PEOPLE: Final = re.compile(
    rf"@\w|\b(?:he|she|they|him|her|his|their|them|he's|she's|they're|who|someone|anyone|everyone|people|"
    rf"this guy|you|your|youre|you're|yours|yourself|yourselves|u|ur|ya|yall|y'all|{_GROUPS}|{_OWN_PEOPLE})\b"
)
_BARE: Final = re.compile(
    rf"^\W*(?:(?:oh|just|what|such|a|an|you|the|so|total|complete|fucking)\W+)*{_HARSH_WORDS}\W*$"
)
_KIND_TO_READER: Final = re.compile(
    r"\b(?:"
    r"you(?:'re| are|re)? (?:not|never|aren't|arent)"
    r"|(?:don't|dont|do not|never|please don't) (?:hate|hurt|kill|blame|beat)"
    r"|hope you|sorry (?:that )?you|you (?:deserve|matter)|nothing wrong with you"
    r"|you (?:don't|dont|do not) (?:deserve|have to|need to|owe|bother)"
    r"|you(?:'re| are|re) (?:loved|welcome|allowed|human|enough|worth|brave|strong|stronger|doing)"
    r"|you did (?:nothing wrong|well|great|the right|your best|what you could)"
    r"|you(?:'ve| have) (?:every right|earned)"
    r"|(?:not|isn't|isnt|never|wasn't|none of it is) your (?:fault|burden)|nothing to be ashamed"
    r"|(?:proud of|worried about|glad to have|angry for|here for|miss|thank|hear|love|believe|hugging) you"
    r"|(?:lucky to have|take care of|go easy on|gentle with|kind to|hard on) you\w*|get well|give you a hug"
    r"|you sound (?:so |very |really )?(?:tired|exhausted|sad|worn|scared|lonely|overwhelmed|stressed)"
    r")\b"
)


def aim_of(text: str) -> Aim:
    """Say at whom the harsh words of a text point.

    `other`: at the reader or at a group of people. `self`: at the author. `unclear`: other people are spoken
    of, and nothing says at whom harshness would point. `nobody`: at things, at somebody in the author's own
    life who is not here (a boss, an ex), or nothing harsh in a text about oneself. The harshest reading wins:
    one sentence against the reader makes the whole text `other`.
    """
    plain = text.lower().replace("’", "'")
    about_me = bool(_I.search(plain))
    found: set[Aim] = set()
    for match in _SENTENCE.finditer(plain):
        aim = _aim_of_sentence(match.group(), about_me)
        if aim == "other":
            return "other"
        found.add(aim)
    if "self" in found:
        return "self"
    return "unclear" if "unclear" in found else "nobody"


def _aim_of_sentence(sentence: str, about_me: bool) -> Aim:
    if _AT_GROUP.search(sentence) and not _I.search(sentence):
        return "other"
    at_reader = _AT_READER.search(_MYSELF.sub(" ", sentence))
    if at_reader:
        return "nobody" if _KIND_TO_READER.search(sentence) else "other"
    if _MYSELF.search(sentence):
        return "self"
    if _BARE.match(sentence):
        return "other"
    about_others = _YOU.search(sentence) or (not about_me and _PEOPLE.search(sentence))
    return "unclear" if about_others and not _KIND_TO_READER.search(sentence) else "nobody"
