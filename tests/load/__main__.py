"""`python -m tests.load`: lives a day of the forum on each engine and says how it held."""

from __future__ import annotations

import argparse
import heapq
import os
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.load import trouble, verdict
from tests.load.book import Answer, Book
from tests.load.people import Member, Moderator
from tests.load.town import Town, town
from tests.served import select_nothing

HANDS = 40
MEMBER_PAUSE, MODERATOR_PAUSE = 24.0, 4.0
MOST_MINUTES = 10.0
WRITES = ("open", "reply", "edit", "decide", "check-in", "react", "withdraw")


def live(people: Sequence[Member | Moderator], until: float, chance: random.Random) -> None:
    """Let everybody act again and again, each after a pause of their own, until the day ends."""
    turns = [(time.monotonic() + chance.random() * _pause(one), number) for number, one in enumerate(people)]
    heapq.heapify(turns)
    lock = threading.Lock()

    def hand() -> None:
        while time.monotonic() < until:
            with lock:
                due, number = heapq.heappop(turns) if turns else (until, -1)
            if number < 0 or due >= until:
                return
            select_nothing(max(0.0, due - time.monotonic()))
            people[number].step()
            with lock:
                again = time.monotonic() + _pause(people[number]) * (0.5 + chance.random())
                heapq.heappush(turns, (again, number))

    hands = [threading.Thread(target=hand) for _one in range(HANDS)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()


def _pause(one: Member | Moderator) -> float:
    return MODERATOR_PAUSE if isinstance(one, Moderator) else MEMBER_PAUSE


def day(made: Town, minutes: float, seed: int) -> Book:
    """One day: everybody acts, faults happen, and at the end everything is stopped and looked at."""
    book, chance = Book(), random.Random(seed)
    members, moderators = made.populate(book, chance)
    made.open()
    begun, seconds = time.monotonic(), minutes * 60
    troubles = threading.Thread(target=trouble.happen, args=(made, book, begun, seconds))
    troubles.start()
    live([*members, *moderators], begun + seconds, chance)
    troubles.join()
    lasted = time.monotonic() - begun
    made.close()
    counts = verdict.check(made.settings, book)
    report(book, lasted, counts)
    return book


def report(book: Book, seconds: float, counts: list[verdict.Count]) -> None:
    """Print what came of the day."""
    calm = [one for one in book.answers if not book.is_troubled(one)]
    lost = [one for one in calm if one.status in (0, 503)]
    if lost:
        book.complain(f"{len(lost)} requests were not held although nothing was wrong: {_kinds(lost)}")
    held = sum(one.status not in (0, 503) for one in book.answers)
    total = len(book.answers)
    print(f"  {total} requests in {seconds:.0f} s, {total / seconds:.0f} a second")
    print(f"  held {held} ({held / total:.2%}); the others were told to wait or cut off during a fault")
    for name, chosen in (
        ("reading", [one for one in calm if one.kind not in WRITES]),
        ("writing", [one for one in calm if one.kind in WRITES]),
        ("all, faults included", book.answers),
    ):
        print(f"  {name}: {_percentiles(chosen)}")
    print(f"  faults: {', '.join(name for name, _start, _stop in book.faults)}")
    print(f"  forms received {len(book.acknowledged)}, {', '.join(f'{name} {n}' for name, n in counts)}")
    for what, many in sorted(book.refused.items()):
        print(f"  shown back with its words, {what}: {many}")
    for what, many in Counter(book.wrong).most_common(20):
        print(f"  WRONG {many} x {what}")
    if not book.wrong:
        print("  nothing lost, nothing doubled, nothing seen before its time, the log verifies")


def _kinds(answers: list[Answer]) -> str:
    return ", ".join(f"{kind} {many}" for kind, many in Counter(one.kind for one in answers).most_common(5))


def _percentiles(answers: list[Answer]) -> str:
    if len(answers) < 2:
        return "too few"
    cuts = statistics.quantiles((one.seconds * 1000 for one in answers), n=100)
    return f"half within {cuts[49]:.0f} ms, 99 of 100 within {cuts[98]:.0f} ms ({len(answers)} requests)"


def main() -> int:
    """1 when anything was lost, doubled, seen too early, or not held while nothing was wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    asked.add_argument("--minutes", type=float, default=MOST_MINUTES, help="how long each day is, at most 10")
    asked.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    asked.add_argument("--seed", type=int, default=1, help="another seed, another day")
    given = asked.parse_args()
    minutes = min(max(given.minutes, 0.5), MOST_MINUTES)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    wrong = 0
    for engine in ("sqlite", "postgres") if given.engine == "both" else (given.engine,):
        print(f"{engine}: a day of {minutes:g} minutes", flush=True)
        with tempfile.TemporaryDirectory(prefix="kl-") as name, town(engine, Path(name)) as made:
            wrong += len(day(made, minutes, given.seed).wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
