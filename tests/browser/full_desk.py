"""A desk with work of every kind on it, in long and unbroken words, and the addresses of all its pages."""

from __future__ import annotations

import secrets

from forum.circles import actions as life
from forum.circles import conversation, shifts, talking
from forum.circles.models import Decision
from forum.circles.writing import make_ready
from forum.coping.actions import Origin
from forum.members.vault import OpenVault
from forum.moderation import notes, policy
from forum.moderation.offering import Moderator
from forum.moderation.reports import Concern, report
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import doing
from tests.moderation import desk
from tests.people import Person


def sixty_words() -> str:
    """One waiting text with a word that does not break."""
    post_id = desk.Author().opens(desk.a_circle(), "w" * 60, "t" * 60)
    desk.screen_all()
    return post_id


def a_full_desk(lead: Person) -> dict[str, str]:
    """Work of every kind, with long and unbroken words; the addresses of the cards."""
    circle, me = desk.a_circle(), Moderator(new_id())
    words = sixty_words()
    long = desk.Author().opens(circle, (("w" * 60 + " ") * 132)[:8000], "t" * 60)
    same = "Buy the same thing from the same man today."
    alike = [desk.Author().opens(circle, same, "Buy") for _ in range(2)]
    crisis = desk.Author().opens(circle, "I have said goodbye to everyone and tonight I will end my life.")
    shown, declined = desk.Author().opens(circle), desk.Author().opens(circle)
    desk.publish(shown)
    reply = desk.Author().replies(shown, "I hear you.")
    desk.screen_all()
    crowd = desk.crowd(shown, 200, "w" * 60)
    desk.decide(me, desk.review_of(declined).id, "decline")
    with writing():
        conversation.appeal(desk.review_of(declined).decision_id, "u" * 60, now())
        reported = report(crowd[120], Concern("says-how", "v" * 60), now(), None)
        conversation.say(reported, "desk", "n" * 60, now(), lead.staff_id)
        shifts.start_now(lead.staff_id, now())
        notes.leave("handover", lead.staff_id, "h" * 60, day_of(now()))
        notes.leave("debrief", lead.staff_id, "d" * 60, day_of(now()))
        watched = [{"phrase": "p" * 60, "level": "look"}]
        policy.choose(policy.WATCH, watched, "A word that does not break.", lead.staff_id, day_of(now()))
    found = {
        "words": desk.review_of(words).id,
        "long": desk.review_of(long).id,
        "alike": desk.review_of(alike[0]).id,
        "crisis": desk.review_of(crisis).id,
        "report": reported.id,
        "appeal": desk.review_of(declined, "appeal").id,
        "reply": desk.review_of(reply).id,
        **besides(),
    }
    return {name: f"/moderation/reviews/{review_id}" for name, review_id in found.items()} | {"shown": shown}


def besides() -> dict[str, str]:
    """A conversation, a card that grew out of another one, and a text that one person decided alone."""
    vault = OpenVault(secrets.token_bytes(32))
    written = make_ready("To you", "u" * 60, "", is_opening=True)
    with writing():
        talk = talking.start(life.Sender(vault, new_id()), written, "Heron", now())
    first = doing.card(vault, "x" * 30, title="c" * 60)
    card = doing.card(vault, "x" * 30, title="d" * 60, origin=Origin(built_on=first.thread_id), waits=True)
    grave = desk.Author().opens(
        desk.a_circle(), "I have said goodbye to everyone. Tonight I will end my life."
    )
    desk.screen_all()
    desk.decide(Moderator(new_id()), desk.review_of(grave).id, "decline")
    plain = desk.Author().opens(desk.a_circle(), "s" * 60, "s" * 60)
    desk.publish(plain)
    decided = desk.review_of(plain).decision_id
    with writing():
        db.session.execute(db.update(Decision).values(id="a" + decided[1:]).where(Decision.id == decided))
    return {"talk": desk.review_of(talk.post_id).id, "card": desk.review_of(card.id).id}


PAGES = (
    *("", "/queue", "/alike", "/ten", "/shifts", "/settings", "/numbers", "/log", "/alone", "/second-look"),
    *("/policy", "/circles"),
    *("/policy/watch", "/policy/threshold.insult", "/policy/due.care.D", "/policy/joining", "/policy/rules"),
    "/policy/template.return-details",
)
