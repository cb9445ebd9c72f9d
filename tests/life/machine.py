"""A machine that plays members, worker, moderators, clock and crashes against the real actions.

Each step runs in a fresh application context, so in a connection of its own; what a moderator has before
their eyes is kept between steps and may be stale by the time they decide. After each step the promises are
checked against the database itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, rule
from sqlalchemy import select

from forum.circles import actions, conversation, publishing, rules
from forum.circles.models import Circle, PublishedPost, PublishedThread, Review, Revision, Thread
from forum.circles.reviews import Changed
from forum.circles.tasks import screen_next
from forum.circles.writing import make_ready
from forum.members.vault import OpenVault
from forum.moderation import actions as moderation
from forum.moderation import asking, claims, effects, interventions, reports, sweeps
from forum.moderation.actions import Moderator, Seen
from forum.moderation.reports import Concern
from forum.moderation.rules import Choice
from forum.screening.care import read_care
from forum.screening.findings import Care, Screened, Tier
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.life.promises import Promises

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TEXTS = st.sampled_from(
    [
        "Today was long and I am tired of being tired.",
        "The rota came out again and I cried in the car.",
        "I do not want to be here any more.",
        "I have said goodbye to everyone and tonight I will end my life.",
        "You are a pathetic excuse and nobody here wants you.",
        "Small thing: I said no to an extra shift.",
    ]
)
OUTCOMES = st.sampled_from(
    [
        *("publish", "publish", "publish", "return", "decline", "hold", "propose"),
        *("hide", "remove", "leave", "annotate", "uphold", "overturn"),
    ]
)
REFUSED = (
    Changed,
    actions.NotTaken,
    rules.NotAllowed,
    moderation.Stale,
    moderation.OwnText,
    moderation.TooEarly,
    moderation.CannotUndo,
    publishing.NotScreened,
    effects.Blocked,
)


class Crash(Exception):
    """The process died at a named point."""


def name_of(key: str) -> str:
    """A name of letters alone; random digits might look like a number that belongs to somebody."""
    return "Name " + "".join(chr(97 + ord(char) % 26) for char in key)


def calm(text: str) -> Screened:
    """A machine that finds nothing: what it finds must not matter for what may be seen."""
    return Screened({"toxicity": 0.01}, "routine", (), Care(), "nobody", 1, f"test {len(text) * 0}")


class Life(Promises):
    """Subclass with `app` set to a program on an empty database, and `reset` to empty it."""

    app: Flask
    posts: Bundle[tuple[int, str]] = Bundle("posts")
    sent: Bundle[tuple[int, str, str]] = Bundle("sent")
    seen: Bundle[tuple[int, str, Seen]] = Bundle("seen")
    decided: Bundle[str] = Bundle("decided")

    def reset(self) -> None:
        """Empty the database."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        self.vault_keys = [secrets.token_bytes(32) for _ in range(3)]
        self.moderators = [Moderator(new_id()) for _ in range(3)]
        self.acknowledged: dict[str, str] = {}
        self.spent: set[tuple[str, int]] = set()

    def teardown(self) -> None:
        self.travel.stop()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """A connection of its own for one step."""
        with self.app.app_context():
            yield
            db.session.remove()

    def vault(self, who: int) -> OpenVault:
        """A member's vault as a fresh tab would open it."""
        return OpenVault(self.vault_keys[who])

    @initialize()
    def a_circle(self) -> None:
        self.circle_id = new_id()
        with self.connection(), writing():
            db.session.add(Circle(id=self.circle_id, name="Porch", description="A place.", topics=[]))

    @rule(target=sent, who=st.integers(0, 2), text=TEXTS)
    def open_thread(self, who: int, text: str) -> tuple[int, str, str]:
        return self._send(who, text, secrets.token_urlsafe(16))

    def _send(self, who: int, text: str, key: str) -> tuple[int, str, str]:
        with self.connection():
            written = make_ready("A title", text, "", is_opening=True)
            opening = actions.Opening("story", "advice", [])
            try:
                with writing():
                    circle = db.session.get_one(Circle, self.circle_id)
                    name = name_of(key)
                    sent = actions.open_thread(
                        actions.Sender(self.vault(who), key), circle, opening, written, name, now()
                    )
            except actions.NotTaken:
                return who, "", key
            self.acknowledged.setdefault(key, sent.post_id)
            assert self.acknowledged[key] == sent.post_id, "the same form answers with the same submission"
            return who, sent.post_id, key

    @rule(sent=sent, text=TEXTS)
    def double_click(self, sent: tuple[int, str, str], text: str) -> None:
        who, post_id, key = sent
        if post_id:
            assert self._send(who, text, key)[1] == post_id

    @rule(who=st.integers(0, 2), text=TEXTS, data=st.data())
    def reply(self, who: int, text: str, data: st.DataObject) -> None:
        with self.connection():
            threads = sorted(db.session.scalars(select(PublishedThread.thread_id)))
            if not threads:
                return
            thread_id = data.draw(st.sampled_from(threads))
            written = make_ready("", text, "", is_opening=False)
            key = secrets.token_urlsafe(16)
            try:
                with writing():
                    thread = db.session.get_one(Thread, thread_id)
                    sender = actions.Sender(self.vault(who), key)
                    name = name_of(key)
                    sent = actions.reply(sender, thread, "support", written, name, now())
                self.acknowledged[key] = sent.post_id
            except REFUSED:
                return

    @rule(sent=sent, text=TEXTS)
    def edit(self, sent: tuple[int, str, str], text: str) -> None:
        who, post_id, _key = sent
        if not post_id:
            return
        key = secrets.token_urlsafe(16)
        with self.connection():
            written = make_ready("A newer title", text, "", is_opening=True)
            try:
                with writing():
                    actions.revise(actions.Sender(self.vault(who), key), post_id, written, now())
                self.acknowledged[key] = post_id
            except REFUSED:
                return

    @rule(sent=sent, act=st.sampled_from(["withdraw", "remove", "refuse", "accept", "crash"]))
    def author_acts(self, sent: tuple[int, str, str], act: str) -> None:
        who, post_id, _key = sent
        if not post_id:
            return
        with self.connection():
            vault = self.vault(who)
            try:
                with writing():
                    if act == "withdraw":
                        actions.withdraw(vault, post_id, now())
                    elif act == "remove":
                        actions.remove(vault, post_id, now())
                    elif act == "refuse":
                        actions.refuse_proposal(vault, post_id, now())
                    elif act == "accept":
                        self._accept(vault, post_id)
                    else:
                        actions.withdraw(vault, post_id, now())
                        raise Crash
            except (*REFUSED, Crash):
                return

    def _accept(self, vault: OpenVault, post_id: str) -> None:
        offered = db.session.scalars(
            select(Revision).where(
                Revision.post_id == post_id, Revision.written_by == "staff", Revision.state == "proposed"
            )
        ).first()
        if offered is None:
            raise Changed
        actions.accept_proposal(vault, post_id, offered.hash, now())

    @rule(sent=sent, stranger=st.integers(0, 2))
    def a_stranger_tries(self, sent: tuple[int, str, str], stranger: int) -> None:
        who, post_id, _key = sent
        if not post_id or stranger == who:
            return
        with self.connection():
            try:
                with writing():
                    actions.withdraw(self.vault(stranger), post_id, now())
            except actions.NotYours:
                return
            raise AssertionError("a stranger acted on somebody's post")

    @rule(die_at=st.sampled_from(["", "", "", "after claim", "between score and save", "after save"]))
    def work(self, die_at: str) -> None:
        def at(point: str) -> None:
            if point == die_at:
                raise Crash

        with self.connection():
            try:
                screen_next(calm, at)
            except Crash:
                return

    @rule(target=seen, who=st.integers(0, 2))
    def look(self, who: int) -> tuple[int, str, Seen]:
        with self.connection():
            with writing():
                review_id = claims.take_next(self.moderators[who], [], now())
            if review_id is None:
                return who, "", Seen(0, b"")
            review = db.session.get_one(Review, review_id)
            revision = db.session.get_one(Revision, review.revision_id)
            return who, review_id, Seen(review.version, revision.hash)

    @rule(
        target=decided,
        seen=consumes(seen),
        outcome=OUTCOMES,
        others=st.integers(0, 1),
    )
    def decide(self, seen: tuple[int, str, Seen], outcome: str, others: int) -> str:
        who, review_id, before = seen
        if not review_id:
            return ""
        with self.connection():
            holder = db.session.scalar(select(Review.claimed_by).where(Review.id == review_id))
            masked = make_ready("A masked title", "The same, with one detail taken out.", "", is_opening=True)
            choice = Choice(outcome, "R1", "A reason of some length.", "", masked)
            try:
                with writing():
                    decision = interventions.decide_appeal(
                        self.moderators[who], review_id, before, choice, now(), others
                    )
            except REFUSED:
                return ""
            assert holder == self.moderators[who].staff_id, "decided although somebody else had claimed it"
            assert (review_id, before.version) not in self.spent, "decided twice from the same look"
            self.spent.add((review_id, before.version))
            if decision is None:
                return ""
            assert decision.revision_hash == before.hash, "decided about a text that was not read"
            return decision.id

    @rule(sent=sent, text=TEXTS)
    def author_writes(self, sent: tuple[int, str, str], text: str) -> None:
        who, post_id, _key = sent
        with self.connection():
            form, tier = secrets.token_bytes(32), read_care(text).tier
            try:
                with writing():
                    conversation.speak(self.vault(who), post_id, text, tier, now(), form)
            except (*REFUSED, actions.NotYours):
                return

    @rule(seen=seen, tier=st.sampled_from([None, "A", "B", "C", "D"]), act=st.sampled_from(["weigh", "ask"]))
    def answer_or_weigh(self, seen: tuple[int, str, Seen], tier: Tier | None, act: str) -> None:
        who, review_id, before = seen
        mo, words = self.moderators[who], "A reason of some length."
        with self.connection():
            try:
                with writing():
                    if act == "ask":
                        asking.ask(mo, review_id, before, words, now())
                    else:
                        interventions.weigh(mo, review_id, before, tier, words, now())
            except REFUSED:
                return

    @rule(
        sent=sent,
        readers=st.permutations(range(3)),
        acts=st.lists(
            st.sampled_from(["edit", "withdraw", "decide", "claim", "wait"]), min_size=2, max_size=4
        ),
        text=TEXTS,
        outcome=st.sampled_from(["publish", "return", "decline"]),
    )
    def several_at_one_text(
        self, sent: tuple[int, str, str], readers: list[int], acts: list[str], text: str, outcome: str
    ) -> None:
        """Somebody reads a text; then things happen to just this text, in any order."""
        first = self._look_at(readers[0], sent[1])
        if first is None:
            return
        for act in acts:
            if act == "edit":
                self.edit(sent, text)
            elif act == "withdraw":
                self.author_acts(sent, "withdraw")
            elif act == "decide":
                self.decide(first, outcome, 0)
            elif act == "claim":
                self._look_at(readers[1], sent[1])
            else:
                self.clock.shift(rules.LEASE)

    def _look_at(self, who: int, post_id: str) -> tuple[int, str, Seen] | None:
        with self.connection():
            wanted = select(Review.id).where(Review.post_id == post_id, Review.open)
            review_id = db.session.scalar(wanted)
            if review_id is None:
                return None
            with writing():
                claims.claim(self.moderators[who], review_id, now())
            review = db.session.get_one(Review, review_id)
            revision = db.session.get_one(Revision, review.revision_id)
            return who, review_id, Seen(review.version, revision.hash)

    @rule(who=st.integers(0, 2), act=st.sampled_from(["report", "report", "hide"]), data=st.data())
    def somebody_asks_for_another_look(self, who: int, act: str, data: st.DataObject) -> None:
        with self.connection():
            shown = sorted(db.session.scalars(select(PublishedPost.post_id)))
            if not shown:
                return
            post_id = data.draw(st.sampled_from(shown))
            revision_id = db.session.get_one(PublishedPost, post_id).revision_id
            seen = db.session.get_one(Revision, revision_id).hash
            choice = Choice("hide", "R1", "A reason of some length.")
            try:
                with writing():
                    if act == "report":
                        reports.report(post_id, Concern("about-me"), now(), self.vault(who))
                    else:
                        interventions.hide_at_once(self.moderators[who], post_id, seen, choice, now())
            except (*REFUSED, reports.ReportedBefore):
                return

    @rule(decided=decided)
    def appeal(self, decided: str) -> None:
        with self.connection():
            try:
                with writing():
                    conversation.appeal(decided, "Please look again.", now())
            except REFUSED:
                return

    @rule(decided=decided, who=st.integers(0, 2))
    def undo(self, decided: str, who: int) -> None:
        if not decided:
            return
        with self.connection():
            try:
                with writing():
                    moderation.undo(self.moderators[who], decided, now())
            except REFUSED:
                return

    @rule(minutes=st.sampled_from([1, 6, 25, 60 * 24, 60 * 24 * 9]))
    def time_passes(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    @rule()
    def the_clock_sweeps(self) -> None:
        with self.connection(), writing():
            sweeps.close_grace(now())
            sweeps.raise_late(now())
            sweeps.end_what_is_over(now())
