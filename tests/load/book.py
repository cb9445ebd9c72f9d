"""What happened: every answer with its time, every received form, and what nobody should have seen."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

CALM_AFTER = 6.0
"""Seconds after a fault in which its effects may still be felt: a lock waits for five."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what was asked, the status (0 for none), when it was asked, and seconds until it came."""

    kind: str
    status: int
    at: float
    seconds: float


@dataclass
class Book:
    """Filled by many threads at once."""

    answers: list[Answer] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    asked_to_publish: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    faults: list[tuple[str, float, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, status: int, started: float) -> None:
        """Enter one answer. An error of the program is wrong at any time."""
        self.answers.append(Answer(kind, status, started, time.monotonic() - started))
        if status == 500:
            self.complain(f"500 for {kind}")

    def complain(self, what: str) -> None:
        """Enter something that should not have happened."""
        with self.lock:
            self.wrong.append(what)

    def receive(self, form_key: str, body: str, post_id: str) -> None:
        """Enter a form that was answered as received; the same form must always name the same text."""
        with self.lock:
            if self.acknowledged.setdefault(form_key, post_id) != post_id:
                self.wrong.append("one form was received as two texts")
            self.bodies.setdefault(form_key, body)

    def refuse(self, what: str) -> None:
        """Enter that a text was not taken, with its words shown back."""
        with self.lock:
            self.refused[what] += 1

    def see(self, marks: set[str], answered_at: float) -> None:
        """Enter which texts somebody else could read, by their marks, and when the page had come."""
        with self.lock:
            for mark in marks:
                self.seen.setdefault(mark, answered_at)

    def will_publish(self, marks: list[str], moment: float) -> None:
        """Enter that a moderator is about to publish a text."""
        with self.lock:
            for mark in marks:
                self.asked_to_publish.setdefault(mark, moment)

    def is_troubled(self, answer: Answer) -> bool:
        """Whether a fault was going on while somebody waited for this answer, or just before."""
        end = answer.at + answer.seconds
        return any(start <= end and answer.at <= stop + CALM_AFTER for _name, start, stop in self.faults)
