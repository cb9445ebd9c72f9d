"""Reads the data files into rows to learn from, and the files that only measure."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from forum.screening.checkpoint.labels import KAGGLE, LABELS, Row, row
from forum.screening.checkpoint.noise import roughen, without_punctuation

EXTRAS: Final = ("hatemojibuild", "toxic-spans", "paradetox", "edos", "vicomtech", "wiki-cat", "goemotions")
"""The permitted extra sources, by the beginning of their name in `abuse_train_extra.jsonl.gz`."""

CHOSEN: Final = ("hatemojibuild", "wiki-cat", "goemotions")
"""The extras that improved the development figures; the others lowered them on functional cases."""

_KIND: Final = frozenset({"caring", "gratitude", "admiration", "optimism", "relief", "joy", "love"})
_PLAIN: Final = frozenset({"neutral", "curiosity", "approval", "realization", "surprise", "confusion"})
_SAD: Final = frozenset({"sadness", "grief", "remorse", "fear", "nervousness"})
_YOU: Final = re.compile(r"\byou", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^.!?\n]{12,220}[.!?]*")
_EXTRA_WEIGHT: Final = 0.5


def read_jigsaw(path: Path) -> Iterator[Row]:
    """Give the rows of a Jigsaw file with its six labels."""
    csv.field_size_limit(10**8)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for entry in csv.DictReader(lines):
            targets = tuple(float(entry[name]) for name in KAGGLE)
            yield Row(entry["comment_text"], targets, (1.0,) * len(LABELS))


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Give the objects of a gzipped file with one JSON object a line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_extras(path: Path, sources: tuple[str, ...]) -> Iterator[Row]:
    """Give the rows of the named extra sources; what a source does not say has weight 0."""
    for entry in read_lines(path):
        source = next((name for name in sources if entry["source"].startswith(name)), None)
        if source is not None:
            yield _extra(source, entry)


def read_feelings(path: Path) -> dict[str, list[Row]]:
    """Give GoEmotions' comments that nobody heard as hostile: `kind` and said to a "you", `sad`, `plain`.

    `plain` speaks to a "you" as well: questions, agreement, facts. Whether a comment swears is left open.
    """
    found: dict[str, list[Row]] = {"kind": [], "sad": [], "plain": []}
    calm = {"toxicity": 0.05, "threat": 0.0, "insult": 0.0, "identity_attack": 0.0}
    for entry in read_lines(path):
        if not entry["source"].startswith("goemotions"):
            continue
        heard = set(entry["functionality"].split(","))
        if heard <= _KIND and _YOU.search(entry["text"]):
            found["kind"].append(row(entry["text"], 0.7, **calm))
        elif heard <= _SAD:
            found["sad"].append(row(entry["text"], 0.7, **calm))
        elif heard <= _PLAIN and _YOU.search(entry["text"]):
            found["plain"].append(row(entry["text"], 0.4, **calm))
    return found


def _extra(source: str, entry: dict[str, Any]) -> Row:
    """Say what a source really says: hate towards groups, or toxicity in general, or nothing (null)."""
    text, label, kind = entry["text"], entry["label"], str(entry["functionality"] or "")
    if label is None or (source == "vicomtech" and not label):
        return row(text)
    hostile = float(label)
    if source == "hatemojibuild":
        threat = {"threat": 1.0} if kind == "threateninglanguage" else {}
        return row(text, _EXTRA_WEIGHT, toxicity=hostile, identity_attack=hostile, **threat)
    if source in ("edos", "vicomtech"):
        return row(text, _EXTRA_WEIGHT, toxicity=0.9, identity_attack=0.8)
    if source == "paradetox" and not hostile:
        return row(text, _EXTRA_WEIGHT, toxicity=0.1, obscene=0.0, severe_toxicity=0.0)
    if source == "wiki-cat" and not hostile:
        return row(text, _EXTRA_WEIGHT, **dict.fromkeys(LABELS, 0.0))
    return row(text, _EXTRA_WEIGHT, toxicity=hostile)


def rare_again(rows: list[Row], times: int = 4) -> list[Row]:
    """Repeat the rows that threaten: 331 of 37,041, too few to be heard among the templates otherwise."""
    threat = LABELS.index("threat")
    return [one for one in rows if one.targets[threat]] * (times - 1)


def roughened(rows: list[Row], chance: random.Random) -> list[Row]:
    """Write some of the rows worse than they are, so that tidy spelling is no sign of kindness.

    A quarter loses capitals and punctuation, a tenth gets slips.
    """
    return [Row(_rough(one.text, chance), one.targets, one.weights) for one in rows]


def _rough(text: str, chance: random.Random) -> str:
    turn = chance.random()
    if turn < 0.25:
        return without_punctuation(text) or text
    return roughen(text, chance) if turn < 0.45 else text


def spoken_to_somebody(rows: Iterable[Row]) -> list[str]:
    """Cut out the sentences of comments that speak to a "you", each once, in their order."""
    found = (match.group().strip() for one in rows for match in _SENTENCE.finditer(one.text))
    return list(dict.fromkeys(sentence for sentence in found if _YOU.search(sentence)))


def clean_sentences(rows: list[Row], longest: int = 200) -> list[str]:
    """Pick short comments that nobody found fault with, to stand between the sentences of made-up posts."""
    return [
        one.text.replace("\n", " ")
        for one in rows
        if len(one.text) <= longest and not any(one.targets) and all(one.weights)
    ]
