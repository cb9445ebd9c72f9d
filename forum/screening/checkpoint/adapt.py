"""Teaches the finished checkpoint more without replacing it: `python -m forum.screening.checkpoint.adapt`.

A large teacher learns every row whose label is known; then a low-rank change of the checkpoint learns the
labels and what the teacher says. The change is a small file of its own, so that more sentences can be learnt
without putting all the weights into the repository again.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

from forum.screening.checkpoint import corpus, learning, low_rank
from forum.screening.checkpoint import teacher as large
from forum.screening.checkpoint.labels import Row, row
from forum.screening.checkpoint.refine import load_student
from forum.screening.checkpoint.saving import FOLDER_NAME, save_merged
from forum.screening.checkpoint.train import calibrate, fit_known, soft_targets, training_groups


def groups_to_learn(chosen: argparse.Namespace) -> dict[str, list[Row]]:
    """Give what training uses, and apart from it a sample of rows without any label.

    To these belong sentences of comments that speak to a "you".
    """
    chance = random.Random(chosen.seed)
    groups = training_groups(chosen.data, chosen)
    spoken = corpus.spoken_to_somebody(corpus.read_jigsaw(chosen.data / "jigsaw_train.csv.gz"))
    unknown = [one for rows in groups.values() for one in rows if not any(one.weights)]
    unknown += corpus.roughened([row(text) for text in spoken], chance)
    known = {name: [one for one in rows if any(one.weights)] for name, rows in groups.items()}
    return known | {"unknown": chance.sample(unknown, min(chosen.unknown, len(unknown)))}


def teach(folder: Path, rows: list[Row], chosen: argparse.Namespace) -> Any:
    """Train a teacher on the rows whose label is known; give its scores of all rows, shape (rows, 6)."""
    encoded = learning.encode(folder, [one.text for one in rows], large.LONGEST)
    model = large.Teacher(folder, chosen.seed)
    fit_known(model, encoded, rows, chosen, rate=chosen.teacher_rate, seed=chosen.seed, size=256)
    return 1 / (1 + np.exp(-learning.logits_of(model, encoded, chosen.device, 512)))


def opinions_of(rows: list[Row], chosen: argparse.Namespace) -> Any:
    """Give a teacher's scores of all rows, from an earlier run where they were kept."""
    if chosen.opinions and chosen.opinions.exists():
        kept = np.load(chosen.opinions).astype(np.float32)
        if len(kept) != len(rows):
            raise ValueError("the opinions kept are of other rows")
        return kept
    found = teach(chosen.teacher, rows, chosen)
    if chosen.opinions:
        np.save(chosen.opinions, found.astype(np.float16))
    return found


def picked(
    groups: dict[str, list[Row]], encoded: learning.Encoded, most: dict[str, int], longest: int, seed: int
) -> list[int]:
    """Choose rows by their number: of each group at most so many, none with as many as `longest` tokens."""
    chance = random.Random(seed)
    found: list[int] = []
    start = 0
    for name, rows in groups.items():
        whole = [at for at in range(start, start + len(rows)) if len(encoded[at]) < longest]
        found += chance.sample(whole, most[name]) if most.get(name, len(whole)) < len(whole) else whole
        start += len(rows)
    return found


def change(rows: list[Row], encoded: learning.Encoded, opinions: Any, chosen: argparse.Namespace) -> Any:
    """Train a low-rank change of the checkpoint, calibrate it and give the changed model."""
    model = low_rank.open_to_change(load_student(chosen.checkpoint), chosen.rank, chosen.seed)
    if chosen.start:
        low_rank.go_on_from(model, torch.load(chosen.start, weights_only=True))
    targets, weights = soft_targets(rows, opinions, chosen.trust)
    losses = learning.fit(
        model,
        encoded,
        targets,
        weights,
        epochs=chosen.epochs,
        rate=chosen.rate,
        seed=chosen.seed,
        device=chosen.device,
        size=chosen.size,
        half=chosen.half,
    )
    print(f"change: loss by epoch {[round(loss, 4) for loss in losses]}", flush=True)
    calibrate(model, chosen.checkpoint.parent / FOLDER_NAME, chosen.data, chosen.device)
    return model


def adapt(chosen: argparse.Namespace) -> None:
    """Run both steps and write the adapter, and the whole checkpoint with it if asked to."""
    groups = groups_to_learn(chosen)
    rows = [one for group in groups.values() for one in group]
    opinions = opinions_of(rows, chosen)
    base = chosen.checkpoint.parent / FOLDER_NAME
    encoded = learning.encode(base, [one.text for one in rows], chosen.longest)
    most = {name: int(number) for name, number in (part.split("=") for part in chosen.most)}
    few = picked(groups, encoded, most, chosen.longest, chosen.seed) if most else list(range(len(rows)))
    print(f"{len(few)} of {len(rows)} rows", flush=True)
    model = change([rows[at] for at in few], [encoded[at] for at in few], opinions[few], chosen)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(low_rank.changes_of(model), chosen.out)
    if chosen.whole:
        save_merged(chosen.checkpoint, chosen.out, chosen.whole)


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--checkpoint", type=Path, required=True, help="checkpoint to change")
    parser.add_argument("--teacher", type=Path, help="folder of a large sentence encoder")
    parser.add_argument("--opinions", type=Path, help="where the teacher's scores are kept; read if there")
    parser.add_argument("--start", type=Path, help="an earlier adapter to go on from")
    parser.add_argument("--out", type=Path, required=True, help="adapter to write")
    parser.add_argument("--whole", type=Path, help="also write the changed checkpoint here, to measure it")
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument(
        "--trust", type=float, default=0.5, help="share of the teacher's word in a known label"
    )
    parser.add_argument("--teacher-epochs", type=int, default=3)
    parser.add_argument("--teacher-rate", type=float, default=6e-5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--size", type=int, default=384, help="rows of a step")
    parser.add_argument("--longest", type=int, default=learning.LONGEST, help="tokens of a row")
    parser.add_argument("--most", nargs="*", default=[], help="GROUP=NUMBER; then long rows are left out")
    parser.add_argument("--half", action="store_true", help="count in bfloat16")
    parser.add_argument("--extras", default=",".join(corpus.CHOSEN), help="extra sources, parted by commas")
    parser.add_argument("--each", type=int, default=12, help="sentences of each template")
    parser.add_argument("--posts", type=int, default=16_000, help="made-up posts")
    parser.add_argument("--unknown", type=int, default=50_000, help="rows that only the teacher judges")
    parser.add_argument("--limit", type=int, default=0, help="rows of each file, and templates; 0 for all")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    adapt(options())
