"""Prints what the screening reaches on data that never trained it: `python -m forum.screening.evaluate`.

Only totals leave the data files; no text is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from forum.screening.checkpoint import contrast, corpus
from forum.screening.checkpoint.figures import auc, auc_interval, share_interval
from forum.screening.checkpoint.labels import KAGGLE, LABELS
from forum.screening.engine import Engine, load_engine
from forum.screening.findings import Screened
from forum.screening.screen import screen_text

DATA: Final = Path("../shared/data")
PEOPLE: Final = ("toxicity", "threat", "insult", "identity_attack")
Line = tuple[str, str, str, str, int]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table for a data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--checkpoint", default="bundled")
    parser.add_argument("--engine", default="onnx", choices=("onnx", "detoxify"))
    parser.add_argument("--cache", type=Path, help="where the prepared checkpoint is kept")
    parser.add_argument("--most", type=int, default=0, help="texts of each file, drawn by chance; 0 for all")
    parser.add_argument("--each", type=int, default=1, help="sentences of each held-back template")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        engine = load_engine(chosen.checkpoint, chosen.engine, chosen.cache or Path(temporary))
        click.echo(f"model {engine.model}\n")
        click.echo(f"{'figure':<52}{'value':>8}  {'95 % interval':<16}{'goal':<10}{'texts':>7}")
        for name, value, interval, goal, number in table(engine, chosen.data, chosen.most, chosen.each):
            click.echo(f"{name:<52}{value:>8}  {interval:<16}{goal:<10}{number:>7}")


def table(engine: Engine, data: Path, most: int = 0, each: int = 3) -> Iterator[Line]:
    """Give the lines of the table; a data file that is not there is left out."""
    if (data / "jigsaw_dev.csv.gz").is_file():
        yield from _jigsaw(engine, data / "jigsaw_dev.csv.gz", most)
    if (data / "abuse_dev.jsonl.gz").is_file():
        yield from _abuse(engine, data / "abuse_dev.jsonl.gz", most)
    for name, group in (("peer_support_dev", "kind"), ("crisis_dev", "label")):
        path = data / f"{name}.jsonl.gz"
        if path.is_file():
            yield from _flagged(engine, path, group, most)
    yield from _contrast(engine, each)


def _drawn(entries: Iterable[Any], most: int) -> list[Any]:
    found = list(entries)
    return random.Random(8).sample(found, most) if 0 < most < len(found) else found


def _screened(engine: Engine, texts: Sequence[str]) -> list[Screened]:
    with click.progressbar(texts, file=sys.stderr) as waiting:
        return [screen_text(text, engine) for text in waiting]


def _area(name: str, scores: Any, truth: Any, goal: str = "") -> Line:
    low, high = auc_interval(scores, truth)
    return name, f"{auc(scores, truth):.4f}", f"{low:.3f} to {high:.3f}", goal, len(truth)


def _share(name: str, hits: int, number: int, goal: str = "") -> Line:
    low, high = share_interval(hits, number)
    return (
        name,
        f"{100 * hits / max(number, 1):.1f} %",
        f"{100 * low:.1f} to {100 * high:.1f} %",
        goal,
        number,
    )


def _jigsaw(engine: Engine, path: Path, most: int) -> Iterator[Line]:
    rows = _drawn(corpus.read_jigsaw(path), most)
    scored = [engine.score(row.text).labels for row in rows]
    areas = []
    for index, label in enumerate(LABELS):
        truth = np.array([row.targets[index] for row in rows])
        scores = np.array([labels[label] for labels in scored])
        areas.append(auc(scores, truth))
        yield _area(f"comments: {KAGGLE[index]}, AUC ({int(truth.sum())} true)", scores, truth)
    yield "comments: mean AUC of six labels", f"{np.nanmean(areas):.4f}", "", ">= 0.985", len(rows)


def _abuse(engine: Engine, path: Path, most: int) -> Iterator[Line]:
    entries = _drawn(corpus.read_lines(path), most)
    scored = [engine.score(entry["text"]).labels for entry in entries]
    for source in sorted({entry["source"] for entry in entries}):
        own = [index for index, entry in enumerate(entries) if entry["source"] == source]
        truth = np.array([entries[index]["label"] for index in own])
        scores = np.array([max(scored[index][label] for label in PEOPLE) for index in own])
        goal = ">= 0.85" if source == "hatecheck" else ""
        yield _area(f"abuse: {source}, highest label, AUC", scores, truth, goal)


def _flagged(engine: Engine, path: Path, group: str, most: int) -> Iterator[Line]:
    entries = _drawn(corpus.read_lines(path), most)
    lanes = [one.lane for one in _screened(engine, [entry["text"] for entry in entries])]
    for name in sorted({entry[group] for entry in entries}):
        own = [lane for entry, lane in zip(entries, lanes, strict=True) if entry[group] == name]
        goal = "<= 3 %" if name in ("seeker", "crisis", "indicator", "depression") else ""
        yield _share(f"{path.name.split('_dev')[0]}: {name}, conduct", own.count("conduct"), len(own), goal)


def _contrast(engine: Engine, each: int) -> Iterator[Line]:
    chance, slots = random.Random(77), contrast.read_slots()
    held = [one for one in contrast.read_templates() if one.held_back for _ in range(each)]
    screened = _screened(engine, [contrast.fill(one, slots, chance) for one in held])
    right = [(got.lane == "conduct") == one.hostile for one, got in zip(held, screened, strict=True)]
    for kind in dict.fromkeys(one.kind for one in held):
        own = [hit for one, hit in zip(held, right, strict=True) if one.kind == kind]
        yield _share(f"contrast: {kind}", sum(own), len(own))
    for hostile, name in ((True, "aimed at people"), (False, "harmless")):
        own = [hit for one, hit in zip(held, right, strict=True) if one.hostile == hostile]
        yield _share(f"contrast, held back: {name}", sum(own), len(own), ">= 90 %" if hostile else ">= 95 %")
    yield _share("contrast, held back: right lane", sum(right), len(right), ">= 95 %")


if __name__ == "__main__":
    main()
