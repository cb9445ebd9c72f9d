"""How well the care rules read: `python -m forum.screening.care_report [--data FOLDER]`; totals, no text."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import sqrt
from pathlib import Path
from typing import Any, Final

from forum.screening.care import read_care
from forum.screening.findings import TIERS, Tier

LONGEST: Final = 8000
MIXED: Final = (60, 150, 300, 600, 1000, 1500, 2500, 4000, 8000)
DENSE: Final = Path("tests/screening/care_sentences.jsonl")
HELD: Final = [Path(f"tests/screening/care_sentences_held_{number}.jsonl") for number in (2, 3)]
"""By two hands: the second set is shorter, more oblique, and its harmless sentences lie nearer."""

URGENT: Final[tuple[Tier, ...]] = ("B", "C", "D", "E")
AT_HOME: Final = frozenset({"abuse-at-home"})


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of Wilson (1927)."""

    found: int
    of: int

    def __str__(self) -> str:
        """Say it as a count, a percentage and an interval."""
        if not self.of:
            return "none"
        low, high = self.interval()
        return f"{self.found} of {self.of} = {self.found / self.of:.1%} ({low:.0%} to {high:.0%})"

    def interval(self) -> tuple[float, float]:
        """Give the bounds of the 95 % interval, from 0 to 1. Raises ZeroDivisionError for none of none."""
        z, n, p = 1.96, self.of, self.found / self.of
        middle = p + z * z / (2 * n)
        spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


def held_half(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Report on sentences by somebody who has not seen the rules: right tiers, and B and up as such."""
    read = [(row["tier"], read_care(row["text"]).tier) for row in rows]
    yield f"right tier: {Share(sum(wanted == got for wanted, got in read), len(read))}"
    for tier in (*TIERS, None):
        mine = [got for wanted, got in read if wanted == tier]
        others = ", ".join(f"{got or 'none'} {count}" for got, count in Counter(mine).most_common())
        yield f"  {tier or 'none'}: {Share(mine.count(tier), len(mine))}; read as {others}"
    urgent = [got in URGENT for wanted, got in read if wanted in URGENT]
    calm = [got in URGENT for wanted, got in read if wanted not in URGENT]
    yield f"B and up, found: {Share(sum(urgent), len(urgent))}"
    yield f"neither, yet read as B and up: {Share(sum(calm), len(calm))}"


def posts_by_label(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Report the share of posts read as B and up, for each weak label and source."""
    groups: dict[str, list[bool]] = {}
    without_home: list[bool] = []
    for row in rows:
        findings = read_care(row["text"][:LONGEST]).findings
        kinds = {finding.kind for finding in findings if finding.tier in URGENT}
        groups.setdefault(row["label"], []).append(bool(kinds))
        groups.setdefault(f"{row['label']}, {row['source']}", []).append(bool(kinds))
        if row["label"] == "none":
            without_home.append(bool(kinds - AT_HOME))
    for name, read in sorted(groups.items()):
        yield f"  {name}: {Share(sum(read), len(read))}"
    yield f"  none, violence at home left out: {Share(sum(without_home), len(without_home))}"


def posts_of_peers(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Report the share of ordinary peer-support posts and replies read as B and up, by kind and source."""
    groups: dict[str, list[bool]] = {}
    for row in rows:
        read = read_care(row["text"][:LONGEST]).tier in URGENT
        groups.setdefault(f"{row['source']}, {row['kind']}", []).append(read)
    for name, found in sorted(groups.items()):
        yield f"  {name}: {Share(sum(found), len(found))}"


def seconds_taken(texts: Sequence[str], lengths: Sequence[int], pieces: int = 200) -> tuple[float, float]:
    """Measure processor seconds for pieces of these lengths: the median and the 99th percentile."""
    whole = "\n".join(texts)
    taken, start = [], 0
    for length in islice(cycle(lengths), pieces):
        if start + length > len(whole):
            start = 0
        piece, start = whole[start : start + length], start + length
        began = time.process_time()
        read_care(piece)
        taken.append(time.process_time() - began)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report. Parts whose file is not there say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with crisis_dev and peer_support_dev")
    parser.add_argument("--held", type=Path, nargs="+", default=HELD)
    chosen = parser.parse_args(arguments)
    for line in _report(chosen.data, chosen.held):
        sys.stdout.write(f"{line}\n")
    return 0


def _report(data: Path | None, held: Sequence[Path]) -> Iterator[str]:
    for one in held:
        yield f"Sentences by hands that had not seen the rules ({one.name})"
        yield from (
            held_half(_lines(one)) if one.exists() else ["  not there: nothing is reported on our own half"]
        )
    if data is None:
        return
    crisis, peers = data / "crisis_dev.jsonl.gz", data / "peer_support_dev.jsonl.gz"
    if crisis.exists():
        yield "Read as tier B and up, by weak label (a label is often the name of a subreddit)"
        yield from posts_by_label(_lines(crisis))
    if peers.exists():
        rows = _lines(peers)
        yield "Read as tier B and up, among posts and replies of people under stress"
        yield from posts_of_peers(rows)
        texts = [row["text"] for row in rows]
        yield _timed("mixed lengths", texts, MIXED)
        yield _timed("8,000 characters", texts, (LONGEST,))
    if DENSE.exists():
        sentences = [row["text"].replace("\n", " ") for row in _lines(DENSE)]
        yield _timed("8,000 characters of nothing but test sentences", sentences, (LONGEST,))


def _timed(name: str, texts: Sequence[str], lengths: Sequence[int]) -> str:
    middle, most = (1000 * seconds for seconds in seconds_taken(texts, lengths))
    return f"{name}: {middle:.1f} ms in the middle, {most:.1f} ms at the 99th percentile"


def _lines(path: Path) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
