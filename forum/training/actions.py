"""What a member does on the way to the badge and with it. Inside a write transaction; nothing commits."""

from __future__ import annotations

from datetime import datetime

from forum.circles import actions
from forum.circles.rules import SHOWN
from forum.circles.writing import Written
from forum.members import pseudonyms, sanctions
from forum.members.rules import fold_name
from forum.members.vault import OpenVault
from forum.storage.clock import day_of
from forum.training import badges, queries, reading, rules
from forum.training.places import story_circle


class NotReady(Exception):
    """Something comes first; `args[0]` says what: modules, name, story, time, suspended."""


def tell_story(sender: actions.Sender, written: Written, name: str, now: datetime) -> actions.Sent:
    """Send the story that a moderator reads, under a name one is known by.

    One story at a time: where one is on its way or accepted already, it is answered with. Raises `NotReady`,
    `NotTaken`.
    """
    sender.vault.lock_turn()
    ring = pseudonyms.ring(sender.vault)
    earlier = queries.own_story([own.id for own in ring])
    if earlier is not None:
        return actions.Sent(earlier.post_id, True)
    if not reading.is_trained(sender.vault):
        raise NotReady("modules")
    if not any(fold_name(own.name) == fold_name(name) and not own.retired for own in ring):
        raise NotReady("name")
    opening = actions.Opening("story", "listen", [])
    return actions.open_thread(sender, story_circle(), opening, written, name, now)


def lay_down(vault: OpenVault, now: datetime) -> None:
    """Put the badge away: the story is removed, and the badge goes with it. Raises `NotReady`."""
    story = queries.own_story([own.id for own in pseudonyms.ring(vault)])
    if story is None or story.state not in SHOWN:
        raise NotReady("story")
    actions.remove(vault, story.post_id, now)


def renew(vault: OpenVault, now: datetime) -> None:
    """Carry the badge for another year. Raises `NotReady`: name, time, modules or suspended."""
    names = [own.id for own in pseudonyms.ring(vault)]
    carried = badges.of(names, day_of(now))
    if not carried:
        raise NotReady("name")
    (pseudonym_id, until), *_others = carried.items()
    if not rules.may_renew(until, day_of(now)):
        raise NotReady("time")
    if not reading.is_refreshed(vault, day_of(now)):
        raise NotReady("modules")
    if any(one.kind == "suspension" for one in sanctions.active(names, day_of(now))):
        raise NotReady("suspended")
    badges.give(pseudonym_id, rules.ends_on(day_of(now)))
