"""The reply coach: gentle hints to somebody who is writing a reply. Local rules; nothing is sent or stored.

The three points are those of EPITOME (Sharma and others, 2020): a feeling is named, understanding is shown,
a question leaves room for more. A fourth looks at advice in a thread that only asked to be heard.
A hint never keeps anyone from sending a reply.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from flask_babel import lazy_gettext as _l

Wish = Literal["listen", "advice"]
Kind = Literal["feeling", "understanding", "question", "advice"]

WORDING = {
    "feeling": _l("You could name the feeling you hear, for example “That sounds exhausting.”"),
    "understanding": _l("You could say what you understood, in your own words, before anything else."),
    "question": _l("An open question leaves room for more, for example “What has been the hardest part?”"),
    "advice": _l(
        "This thread asked to be heard. It may land better without advice, or with a question first."
    ),
}

# A hint that fires on more than 15 % of good replies is listed here with the reason, and is never given.
SWITCHED_OFF: dict[Kind, str] = {}
GOOD_REPLIES_LIMIT = 0.15
SHORT = 10
"""Words. Longer replies show a feeling or understanding in ways that no list of phrases holds: of good ones
that the lists had not seen, every second was bothered.
"""


class Hint(NamedTuple):
    """One friendly sentence about `kind`, in the language of the request."""

    kind: Kind
    wording: str


def _words(listed: str) -> str:
    """Alternatives written with spaces between them; an underscore stands for a space inside one."""
    return "(?:" + "|".join(word.replace("_", " ") for word in listed.split()) + ")"


def _one_of(lines: str) -> re.Pattern[str]:
    """A pattern of alternatives, one a line; the capitals name the word lists above it."""
    pattern = "|".join(line.strip() for line in lines.strip().splitlines())
    return re.compile(
        pattern.replace("FEELING", FEELINGS).replace("LEAD", LEADS).replace("IMPERATIVE", IMPERATIVES)
    )


FEELINGS = _words(
    """
    exhaust(?:ed|ing|ion) tired(?:ness)? drain(?:ed|ing) worn weary empty numb sad(?:ness)? grief
    griev(?:e|ing) hurt(?:s|ing|ful)? pain(?:ful)? ang(?:er|ry) furious frustrat(?:ed|ing|ion) rage
    upset(?:ting)? bitter afraid scar(?:ed|y) fright(?:ened|ening) fear(?:ful)? anxious anxiety nervous
    worried worry(?:ing)? dread(?:ed)? panic(?:ked)? lonel(?:y|iness) alone isolated invisible
    asham(?:ed|ing) shame guilt(?:y)? embarrass(?:ed|ing) humiliat(?:ed|ing) overwhelm(?:ed|ing) stressful
    torn stuck trapped helpless hopeless desperate crush(?:ed|ing) disappoint(?:ed|ing|ment) betrayed
    heav(?:y|iness) hard tough rough awful horrible terrible miserable unbearable brutal unfair
    confus(?:ed|ing) lost proud pride happy happiness glad relie(?:f|ved) joy(?:ful)? hopeful hope thrilled
    moved touched grateful sorry heartbreaking heart brave courage(?:ous)?
    """
)
LEADS = _words(
    """
    sounds? sounded must_(?:have_)?(?:be|been|feel|felt) feel(?:s|ing)? felt how so such_an? what_an?
    i_am i'm i_was you_are you're that_is that's it_is it's was and or the your that of made_me with
    really very both as is be it
    """
)
IMPERATIVES = _words(
    """
    go get stop quit find make set drink write look read download start begin do call try use keep leave
    think talk ask put turn switch eat sleep take buy learn forget ignore relax focus breathe exercise
    delete block report change see cut avoid speak join visit say let plan stay move drop
    """
)

FEELING_NAMED = _one_of(
    r"""
    \bLEAD (?:\w+ ){0,2}?FEELING\b
    \bit hurts\b
    \bi feel (?:with|for) you\b
    \bFEELING (?:must|can|is|that|week|day|time)\b
    \b(?:such )?an? (?:\w+ )?FEELING\b
    ^\W*FEELING\b
    \ballowed to be\b
    \bmy heart\b
    \b(?:it is|it's|that is|that's|this is) (?:a lot|so much|too much)\b
    \bweigh(?:s|ed|ing)? (?:so |heavily )?on you\b
    \bsit(?:ting)? with you\b
    \b(?:your|the) stomach\b
    \bgoes deep\b
    """
)
# Said of oneself without meaning the other, or said to belittle.
FEELING_NOT_MEANT = _one_of(
    r"""
    \btoo sensitive\b
    \bno idea,? sorry\b
    \bsorry,? (?:but|no)\b
    \bnot (?:that|so) (?:hard|bad)\b
    \btry hard(?:er)?\b
    \bnobody else is (?:upset|worried)\b
    \bwork(?:ing)? hard\b
    \b(?:get|be|being) tough(?:er)?\b
    """
)

UNDERSTANDING = _one_of(
    r"""
    \b(?:sounds? (?:like|as)|sounds so)\b
    \bi (?:can )?(?:really )?(?:hear|see|imagine|understand|get|believe|relate)\b
    \bi can only imagine\b
    \bmakes? (?:\w+ )?sense\b
    \bunderstandabl[ey]\b
    \bno (?:wonder|surprise)\b
    \bof course\b
    \b(?:i )?know (?:that|the|this|how|what|exactly)\b
    \bi know\b
    \b(?:i have|i've) been there\b
    \bsame here\b
    \bme too\b
    \b(?:in|was in) the same (?:place|boat|situation)\b
    \byou are not alone\b
    \byou're not alone\b
    \bso you\b
    \bso it is\b
    \b(?:you have|you've|you had) (?:been |held |carried |given )
    \byou (?:gave|did everything|carried|held|needed|sound)\b
    \bi am (?:with you|here)\b
    \bi'm (?:with you|here)\b
    \bi (?:was|were) (?:just as|so|there)\b
    \bi (?:feel|felt) (?:that|the same|with you)\b
    \bi remember\b
    \bhas been\b.*\byou\b
    \bwith (?:everything|all|two|three|so much)\b
    \bafter (?:such|a year|all (?:those|these|that))\b
    \bi have felt\b
    \bthank you for (?:telling|sharing|trusting)\b
    \bwho would not\b
    \beveryone would\b
    \bi would be\b
    \bso much at once\b
    \bnot (?:a )?weak(?:ness)?\b
    \bthey (?:promised|want|treated|never|did not even)\b.*\byou\b
    \bwhen i (?:was|had)\b
    \bfor saying no\b
    \bto love a job\b
    \bwhat you (?:dreaded|mean)\b
    \bi (?:have|had|was|am|did|do|felt|feel|went|sat|know)\b[^.?!]*\b(?:too|as well|myself)\b
    \byou (?:wanted|tried|managed|stayed|kept going|did (?:what|all|your best))\b
    \bshows (?:how|that) (?:much|deeply|you)\b
    (?:^|[.!?\n]\W*)you (?:wrote|said|describe|ha(?:ve|d)|are|were|fe(?:el|lt)|did|carry)\b(?! (?:got )?to\b)
    \bmust (?:be|have|feel|sting|hurt|cost)\b
    \breminded me\b
    \bi (?:had|felt|was|have had) (?:that|it|so|this)\b
    \bi (?:believe|read) you\b
    \bi recogni[sz]e\b
    \byou are still here\b
    """
)
UNDERSTANDING_NOT_MEANT = _one_of(
    r"""
    \b(?:do not|don't|cannot|can't|never) (?:get|see|understand|know|hear|imagine)\b
    """
)

SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")
OPEN_QUESTION = _one_of(
    r"""
    \b(?:what|how|when|where|which|who)\b
    \b(?:would|do|could|can|want|is) (?:you|there|it)?\b.*\b(?:tell|say|talk|share|more|add|help|describe)\b
    \b(?:would|do) you like\b
    """
)
CLOSED_OR_ADVISING = _one_of(
    r"""
    ^\W*have you (?:tried|thought|considered)\b
    ^\W*why (?:don't|do not|not|did)\b
    ^\W*(?:what|how) about\b
    ^\W*what (?:did you do|do you expect|is the problem)\b
    ^\W*(?:who cares|so what)\b
    """
)

ADVICE = _one_of(
    r"""
    \byou (?:(?:really|just|simply) )?(?:should|ought to|need to|have to|must|could)\b(?! not have\b)
    \byou might (?:want to|ask|try)\b
    \byou(?:'ve| have) got to\b
    \bhave you (?:tried|considered|thought)\b
    \bwhy (?:don't|do not|not) (?:you )?\w+
    \bif i were you\b
    \b(?:my|some) advice\b
    \bthe best thing\b
    \b(?:maybe|perhaps|please|just|simply|then) IMPERATIVE\b
    \btry (?:to|a|an|the|\w+ing|harder)\b
    \bmake sure\b
    \b(?:what|that|it) (?:really )?(?:helped|worked)(?: for)? me\b
    \bit helped me\b
    \bmade my \w+ bearable\b
    \bcould (?:you|your \w+) (?:hand|ask|take|write|talk|try|get)\b
    \bi would (?:just )?(?:ignore|quit|leave|tell|ask|go)\b
    \b(?:what about|how about) \w+ing\b
    """
)
IMPERATIVE_START = _one_of(
    r"""
    ^\W*(?:\w+: )?(?:(?:don't|do not|never|always) \w+|IMPERATIVE)\b
    """
)
# Kind words in the form of an order, and what the writer does or need not do.
NO_ADVICE = _one_of(
    r"""
    ^\W*(?:take (?:care|your time|good care)|go (?:gently|easy)|look after|get well|see you)\b
    ^\W*(?:keep (?:writing|going|us)|tell (?:us|me)|say (?:more|as much)|write (?:whenever|here|again))\b
    ^\W*(?:stay (?:as long|with us)|do (?:you|tell)|let (?:us know|it out)|don't (?:worry|know|feel))\b
    ^\W*(?:think of|thinking|looking|reading|keeping|call it|start(?:ing)? over)\b
    """
)
MAY_SAY_MORE = _one_of(
    r"""
    \byou (?:could|might|must|need to|have to)\b(?= (?:be|have been|feel|say|tell|want|imagine|plan)\b)
    """
)
NEED_NOT = _one_of(
    r"""
    \byou (?:do not|don't|never|should not|shouldn't) (?:need|have) to\b
    \b(?:what|all|everything|whatever|best|as \w+ as) you (?:could|can)\b
    \byou could(?: not|n't)\b
    """
)


def own_words(reply: str) -> str:
    """A reply without what it quotes."""
    return "\n".join(line for line in reply.split("\n") if not line.startswith(">"))


def advises(reply: str) -> bool:
    """Whether a reply gives advice in its own words."""
    return "advice" in parts_of(own_words(reply))


def parts_of(reply: str) -> frozenset[Kind]:
    """Which of the three points, and whether advice, a reply holds."""
    text = reply.lower().replace("’", "'")
    found: set[Kind] = set()
    if FEELING_NAMED.search(FEELING_NOT_MEANT.sub(" ", text)):
        found.add("feeling")
    if UNDERSTANDING.search(UNDERSTANDING_NOT_MEANT.sub(" ", text)):
        found.add("understanding")
    sentences = [sentence.strip() for sentence in SENTENCE.findall(text)]
    if any(_asks_openly(sentence) for sentence in sentences):
        found.add("question")
    if any(_advises(sentence) for sentence in sentences):
        found.add("advice")
    return frozenset(found)


def coach(reply: str, wish: Wish) -> list[Hint]:
    """At most three hints for a reply, the most helpful first. See `wanted`."""
    due = wanted(parts_of(reply), wish, is_short=is_short(reply))
    return [Hint(kind, str(WORDING[kind])) for kind in due if kind not in SWITCHED_OFF]


def is_short(reply: str) -> bool:
    """Whether a reply is one or two short sentences."""
    return len(reply.split()) <= SHORT


def wanted(parts: frozenset[Kind], wish: Wish, *, is_short: bool) -> list[Kind]:
    """Which hints help a reply with these parts.

    People are not forms: two of the three points are enough, and who wrote more than a short reply has found
    words of their own. Advice is mentioned only where the thread asked to be heard.
    """
    points: tuple[Kind, ...] = ("feeling", "understanding", "question")
    missing = [point for point in points if point not in parts]
    hints: list[Kind] = missing[:2] if is_short and len(missing) > 1 else []
    return ["advice", *hints] if "advice" in parts and wish == "listen" else hints


def _asks_openly(sentence: str) -> bool:
    return (
        sentence.endswith("?")
        and not CLOSED_OR_ADVISING.search(sentence)
        and bool(OPEN_QUESTION.search(sentence))
    )


def _advises(sentence: str) -> bool:
    if NO_ADVICE.search(sentence):
        return False
    plain = NEED_NOT.sub(" ", MAY_SAY_MORE.sub(" ", sentence))
    return bool(ADVICE.search(plain)) or (
        not sentence.endswith("?") and bool(IMPERATIVE_START.search(sentence))
    )
