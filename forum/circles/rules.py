"""The life of a submission: one pure table holds every allowed transition; nothing else changes a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from forum.screening.care import most_urgent
from forum.screening.findings import Aim, Care, Finding, Lane, Tier
from forum.screening.lanes import is_crisis, lane_for

State = Literal[
    "waiting",
    "proposed",
    "held",
    "published",
    "hidden",
    "returned",
    "declined",
    "removed",
    "withdrawn",
    "superseded",
]
Actor = Literal["author", "moderator", "clock"]

STATES: tuple[State, ...] = (
    "waiting",
    "proposed",
    "held",
    "published",
    "hidden",
    "returned",
    "declined",
    "removed",
    "withdrawn",
    "superseded",
)
PENDING: frozenset[State] = frozenset({"waiting", "proposed", "held"})
SHOWN: frozenset[State] = frozenset({"published", "hidden"})
ENDED: frozenset[State] = frozenset({"withdrawn", "superseded", "removed", "declined"})

GRACE = timedelta(minutes=5)
GRACE_ACTS = frozenset({"return", "decline", "propose"})
LEASE = timedelta(minutes=20)
SECOND_WAIT = timedelta(minutes=30)
PROPOSAL_DAYS = 7
HELD_QUIET_DAYS = 7
RETURNED_DAYS = 30
RETURNED_NOTICE_DAYS = 7
APPEAL_DAYS = 20
ENDED_TEXT_DAYS = 1
HIDDEN_HOURS = 24

MESSAGE_DAYS = 30
"""For how long the words between author and moderators are kept after the last one."""

MAX_WAITING = 5
DRAFT_DAYS = 14
ENOUGH_ANSWERS = 2
"""Answers by others from which on a thread is left no longer alone."""

KEEP_DAYS = (7, 14, 30, 60, 90, 180)
"""For how many days a circle by invitation may keep posts; without a number they stay."""

TIER_ORDER: tuple[Tier, ...] = ("A", "B", "E", "C", "D")
"""From the least to the most urgent; E lies between B and C as in the order of the queue."""

TWO_PEOPLE = ("D", "E")
"""Tiers that one person alone does not publish or decline."""

WATCH_RULE = "watch"
"""Stands for the watch list among the rules that a person has weighed."""

THREAD_KINDS = ("story", "challenge", "question", "celebration", "workshop")
WISHES = ("listen", "advice")
REPLY_MODES = ("support", "experience", "advice", "question")
CARD = "card"
"""The kind of thread that is a strategy card: an opening without replies, read in the library."""

CARD_HEADINGS = ("When", "What I do", "How it went", "Not for")
"""What stands over the four parts of a card in its text."""

LIBRARY = "the-library-of-cards--"
"""The id of the circle in which cards are written. It is no place of its own: `/library` shows it."""

TALK = "words-to-moderators---"
"""The id of the circle in which members talk with the moderators. Nobody opens it."""

REACTIONS = ("me too", "with you", "thank you")


class NotAllowed(Exception):
    """A transition that the table does not hold. `args` are state, actor and act."""


_TABLE: dict[tuple[State, Actor, str], State] = {
    ("waiting", "moderator", "publish"): "published",
    ("waiting", "moderator", "return"): "returned",
    ("waiting", "moderator", "decline"): "declined",
    ("waiting", "moderator", "propose"): "proposed",
    ("waiting", "moderator", "hold"): "held",
    ("waiting", "author", "withdraw"): "withdrawn",
    ("waiting", "author", "revise"): "superseded",
    ("waiting", "clock", "set aside"): "returned",
    ("proposed", "author", "accept"): "superseded",
    ("proposed", "author", "release"): "published",
    ("proposed", "author", "revise"): "superseded",
    ("proposed", "author", "refuse"): "waiting",
    ("proposed", "author", "withdraw"): "withdrawn",
    ("proposed", "author", "lapse"): "superseded",
    ("proposed", "clock", "lapse"): "superseded",
    ("proposed", "clock", "expire"): "returned",
    ("proposed", "moderator", "undo"): "waiting",
    ("proposed", "moderator", "lapse"): "superseded",
    ("held", "moderator", "publish"): "published",
    ("held", "moderator", "return"): "returned",
    ("held", "moderator", "decline"): "declined",
    ("held", "moderator", "propose"): "proposed",
    ("held", "moderator", "undo"): "waiting",
    ("held", "author", "withdraw"): "withdrawn",
    ("held", "author", "revise"): "superseded",
    ("held", "clock", "expire"): "waiting",
    ("published", "author", "remove"): "removed",
    ("published", "author", "replace"): "superseded",
    ("published", "moderator", "replace"): "superseded",
    ("published", "clock", "expire"): "removed",
    ("published", "moderator", "hide"): "hidden",
    ("published", "moderator", "undo"): "hidden",
    ("published", "moderator", "reopen"): "waiting",
    ("hidden", "moderator", "publish"): "published",
    ("hidden", "moderator", "undo"): "published",
    ("hidden", "moderator", "remove"): "removed",
    ("hidden", "author", "remove"): "removed",
    ("returned", "author", "revise"): "superseded",
    ("returned", "author", "withdraw"): "withdrawn",
    ("returned", "author", "unreturn"): "waiting",
    ("returned", "moderator", "undo"): "waiting",
    ("returned", "moderator", "overturn"): "waiting",
    ("returned", "clock", "expire"): "withdrawn",
    ("declined", "author", "unreturn"): "waiting",
    ("declined", "moderator", "undo"): "waiting",
    ("declined", "moderator", "overturn"): "waiting",
    ("proposed", "author", "unreturn"): "waiting",
    ("removed", "moderator", "undo"): "published",
    ("removed", "moderator", "overturn"): "published",
}
TRANSITIONS: Mapping[tuple[State, Actor, str], State] = _TABLE


def next_state(state: State, actor: Actor, act: str) -> State:
    """The state after an act. Raises `NotAllowed` where the table has no such way.

    `reopen` takes back that a text for moderators alone was accepted or closed: there is nothing to hide.
    `unreturn` is what an author's act inside the grace window does first: the return, decline or proposal
    is taken back and the author acts as from `waiting`.
    """
    try:
        return TRANSITIONS[(state, actor, act)]
    except KeyError:
        raise NotAllowed(state, actor, act) from None


def acts_of(state: State, actor: Actor) -> list[str]:
    """Every act that the table allows an actor in a state, in its order."""
    return [act for (here, who, act) in TRANSITIONS if here == state and who == actor]


def is_in_grace(grace_until: datetime | None, now: datetime) -> bool:
    """Whether a decision may still be taken back without the author having been told."""
    return grace_until is not None and now < grace_until


def state_for_author(state: State, grace_until: datetime | None, now: datetime) -> State:
    """What the author reads: a return, decline or proposal reads as waiting until its grace is over."""
    return "waiting" if is_in_grace(grace_until, now) else state


def may_publish(state: State, screening: str) -> bool:
    """The two keys: a person may publish only from a state that allows it and after a finished screening."""
    return screening == "done" and (state, "moderator", "publish") in TRANSITIONS


def ends_on(state: State, today: date) -> date | None:
    """The day on which a state entered today ends by itself, or None where a moderator must move it.

    Days are whole: a text that may be kept for 20 days is kept until the end of the twentieth.
    """
    days = {
        "proposed": PROPOSAL_DAYS,
        "held": HELD_QUIET_DAYS,
        "returned": RETURNED_DAYS,
        "declined": APPEAL_DAYS,
        "removed": APPEAL_DAYS,
        "withdrawn": ENDED_TEXT_DAYS,
        "superseded": ENDED_TEXT_DAYS,
    }.get(state)
    return None if days is None else today + timedelta(days=days + 1)


def needs_two_people(tier: str | None, outcome: str, state: State, *, lowered_alone: bool = False) -> bool:
    """Publishing or declining tiers D and E takes two people; hiding what is public always takes one.

    `lowered_alone`: who decides lowered it from D or E before, so that nobody else has looked yet.
    """
    grave = tier in TWO_PEOPLE or lowered_alone
    return grave and outcome in ("publish", "decline") and state in PENDING


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a person chose as the tier, and what they had before their eyes.

    `rules` are those of the findings with a tier, once for each place, and `WATCH_RULE` where the watch list
    had noticed something; `before` is the highest tier that it had; `by` is who lowered it.
    """

    rules: tuple[str, ...]
    chosen: Tier | None
    before: Tier | None
    by: str

    @property
    def lowered_from_two(self) -> bool:
        """Whether two people would have decided before."""
        return self.before in TWO_PEOPLE


def weigh(
    old: Weighed | None, findings: Iterable[Finding], present: Tier | None, chosen: Tier | None, by: str
) -> Weighed:
    """Let a person choose the tier, with every finding there is before their eyes.

    Who lowered from D or E stays named until somebody lowers it from there again.
    """
    seen = tuple(sorted(finding.rule for finding in findings if finding.tier))
    before = higher(old.before if old else None, present)
    stays = old is not None and old.lowered_from_two and present not in TWO_PEOPLE
    return Weighed(seen, chosen, before, old.by if old and stays else by)


def lane_of_choice(
    kind: str, tier: Tier | None, findings: Iterable[Finding], labels: Mapping[str, float], aim: Aim
) -> str:
    """The lane of a review whose tier a person chose: care, else where its kind belongs.

    Encouragement, at E, is conduct; without a tier the scores choose between conduct and routine.
    """
    at_e = tuple(one for one in findings if one.tier == "E") if tier == "E" else ()
    lane = lane_for(Care(tier, at_e), labels, aim)
    return lane if lane == "care" else {"report": "reported", "appeal": "appeal"}.get(kind, lane)


def not_weighed(care: Care, weighed: Weighed) -> Care:
    """What the care rules found beyond what a person had seen when they chose the tier."""
    seen = Counter(weighed.rules)
    left = []
    for finding in care.findings:
        if finding.tier and seen[finding.rule]:
            seen[finding.rule] -= 1
        else:
            left.append(finding)
    return Care(most_urgent(left), tuple(left))


def raised_to(
    lane: Lane, care: Care, weighed: Weighed | None, labels: Mapping[str, float], aim: Aim
) -> tuple[Lane, Tier | None]:
    """The lane and tier to which the machine may raise a review.

    What a person has weighed raises nothing again; a new finding does. Where they left heavy distress, no
    score makes conduct of it.
    """
    if weighed is None:
        return lane, care.tier
    left = not_weighed(care, weighed)
    if lane == "care" and not is_crisis(care) and WATCH_RULE not in weighed.rules:
        return lane, left.tier
    softened: Tier | None = "A" if weighed.chosen == "A" else None
    return lane_for(Care(left.tier or softened, left.findings), labels, aim), left.tier


def higher(one: Tier | None, other: Tier | None) -> Tier | None:
    """The more urgent of two tiers."""
    order: tuple[Tier | None, ...] = (None, *TIER_ORDER)
    return max(one, other, key=order.index)


def may_decide_alone(first_at: datetime, now: datetime, others_on_duty: int) -> bool:
    """Whether the first person may complete a decision for which a second was wanted."""
    return others_on_duty == 0 or now - first_at >= SECOND_WAIT


def may_claim(claimed_by: str | None, claimed_until: datetime | None, staff_id: str, now: datetime) -> bool:
    """Whether a review is free for a moderator: their own already, or nobody's lease is running.

    `claimed_by` keeps the last claimer after a lease has ended, so that a late decision counts only while
    nobody else has claimed since.
    """
    return claimed_by == staff_id or claimed_until is None or claimed_until <= now


def may_keep_for(days: int | None, before: int | None, *, has_posts: bool) -> bool:
    """Whether a circle may keep posts for so many days. Who wrote was told a number: it may only shrink."""
    if days is not None and days not in KEEP_DAYS:
        return False
    return not has_posts or before is None or (days is not None and days <= before)


def may_send(waiting: int, tier: str | None, *, paused: bool, suspended: bool) -> str | None:
    """Why a text cannot be taken now, as a word, or None. A text that needs care is always taken."""
    if tier in ("B", "C", "D"):
        return None
    if suspended:
        return "suspended"
    if paused:
        return "paused"
    return "too many waiting" if waiting >= MAX_WAITING else None


def may_speak_on(state: State, last_day: date, today: date, *, under_care: bool) -> bool:
    """Whether an author may go on with the conversation about a decided text that was `under_care`.

    As long as the words are kept: 30 days from the last one, or from the decision. `state` is what the
    author reads. Who withdrew a text has ended its conversation with it.
    """
    decided = state in (*SHOWN, "returned", "declined", "removed")
    return decided and under_care and today <= last_day + timedelta(days=MESSAGE_DAYS)


@dataclass(frozen=True, slots=True)
class History:
    """The coarse band that a review carries until it is decided. `paused`: the author may not publish now."""

    first_text: bool
    strikes: Literal["none", "some", "many"]
    paused: bool = False


def band(texts_before: int, strikes: int, *, paused: bool = False) -> History:
    """The band of an author, from what only their open vault can tell."""
    words: dict[bool, Literal["some", "many"]] = {True: "many", False: "some"}
    return History(texts_before == 0, "none" if strikes == 0 else words[strikes >= 3], paused)


MODERATORS_ONLY = "moderators"
"""The audience of a circle that no page opens: what is sent there is read at the desk and nowhere else."""


def may_read(audience: str, *, signed_in: bool, is_inside: bool) -> bool:
    """Whether somebody may read a circle. Invited circles are read by those whose vault lists them.

    A circle for moderators only is read by nobody here, not even by moderators.
    """
    return audience == "everyone" or (signed_in and (audience == "members" or is_inside))


def reply_modes(wish: str) -> Collection[str]:
    """The modes offered for a reply: no advice where the author asked to be listened to."""
    return REPLY_MODES if wish == "advice" else tuple(m for m in REPLY_MODES if m != "advice")
