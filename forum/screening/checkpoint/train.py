"""Trains the checkpoint: `python -m forum.screening.checkpoint.train --data FOLDER --out FILE`.

Some large teachers learn from everything whose label is known; one small student learns from the same rows
and from what the teachers say about the unlabelled ones. It is calibrated on comments of natural prevalence.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from forum.screening.checkpoint import contrast, corpus, encoder, learning
from forum.screening.checkpoint.figures import auc, fit_scale
from forum.screening.checkpoint.labels import LABELS, Row
from forum.screening.checkpoint.saving import save_checkpoint

ALL_LAYERS = (0, 1, 2, 3, 4, 5)
STUDENT_LAYERS = {3: (0, 2, 5), 4: (0, 1, 3, 5), 5: (0, 1, 2, 3, 5), 6: ALL_LAYERS}


def training_groups(data: Path, chosen: argparse.Namespace) -> dict[str, list[Row]]:
    """Gather what may train: Jigsaw's comments, the permitted extras, contrast sentences, made-up posts."""
    chance = random.Random(chosen.seed)
    jigsaw = list(corpus.read_jigsaw(data / "jigsaw_train.csv.gz"))
    sources = tuple(name for name in chosen.extras.split(",") if name)
    extras = list(corpus.read_extras(data / "abuse_train_extra.jsonl.gz", sources)) if sources else []
    templates = tuple(one for one in contrast.read_templates() if not one.held_back)
    if chosen.limit:
        jigsaw, extras = jigsaw[: chosen.limit], extras[: chosen.limit]
        templates = templates[:: -(-len(templates) // chosen.limit)]
    return {
        "comments": corpus.roughened(jigsaw + corpus.rare_again(jigsaw), chance),
        "extras": corpus.roughened(extras, chance),
        "contrast": list(contrast.sentences(templates, chosen.each, chance)),
        "posts": list(contrast.posts(templates, corpus.clean_sentences(jigsaw), chosen.posts, chance)),
    }


def arrays(rows: list[Row]) -> tuple[Any, Any]:
    """Give targets and weights as two arrays of shape (rows, 6)."""
    return (
        np.array([one.targets for one in rows], dtype=np.float32),
        np.array([one.weights for one in rows], dtype=np.float32),
    )


def fit_known(
    model: Any, encoded: learning.Encoded, rows: list[Row], chosen: argparse.Namespace, **how: Any
) -> Any:
    """Train a teacher on the rows of which a label is known, `chosen.teacher_epochs` times, and give it back.

    `how` goes to `learning.fit`: rate, seed and size.
    """
    targets, weights = arrays(rows)
    known = np.flatnonzero(weights.sum(axis=1) > 0)
    losses = learning.fit(
        model,
        [encoded[index] for index in known],
        targets[known],
        weights[known],
        epochs=chosen.teacher_epochs,
        device=chosen.device,
        **how,
    )
    print(f"teacher: loss by epoch {[round(loss, 4) for loss in losses]}", flush=True)
    return model


def train_teachers(base: Path, encoded: learning.Encoded, rows: list[Row], chosen: Any) -> list[Any]:
    """Train `chosen.teachers` full-size models that differ by seed."""
    return [
        fit_known(
            learning.new_classifier(base, ALL_LAYERS),
            encoded,
            rows,
            chosen,
            rate=chosen.rate,
            seed=chosen.seed + number,
        )
        for number in range(chosen.teachers)
    ]


def soft_targets(rows: list[Row], opinions: Any, trust: float = 0.5) -> tuple[Any, Any]:
    """Mix what is known with what the teachers think, and take their word where nothing is known.

    `opinions` are mean scores of the teachers, shape (rows, 6). An unknown label counts 0.6.
    """
    targets, weights = arrays(rows)
    known = weights > 0
    mixed = np.where(known, (1 - trust) * targets + trust * opinions, opinions)
    return mixed.astype(np.float32), np.where(known, weights, 0.6).astype(np.float32)


def calibrate(model: Any, base: Path, data: Path, device: str) -> dict[str, float]:
    """Scale the outputs so that they are chances on comments of natural prevalence; return AUC by label."""
    rows = list(corpus.read_jigsaw(data / "jigsaw_dev.csv.gz"))
    logits = learning.logits_of(model, learning.encode(base, [one.text for one in rows]), device)
    targets, _ = arrays(rows)
    found = {}
    with torch.no_grad():
        for index, label in enumerate(LABELS):
            a, b = fit_scale(logits[:, index].astype(np.float64), targets[:, index])
            model.classifier.weight[index] *= a
            model.classifier.bias[index] = model.classifier.bias[index] * a + b
            found[label] = auc(logits[:, index], targets[:, index])
            print(f"{label}: AUC {found[label]:.4f}, scale {a:.2f}, shift {b:.2f}", flush=True)
    return found


def train(chosen: argparse.Namespace, base: Path) -> Path:
    """Run the whole training and write the checkpoint and its folder of configuration and tokenizer."""
    rows = [one for group in training_groups(chosen.data, chosen).values() for one in group]
    print(f"{len(rows)} rows", flush=True)
    encoded = learning.encode(base, [one.text for one in rows])
    teachers = train_teachers(base, encoded, rows, chosen)
    scores = [1 / (1 + np.exp(-learning.logits_of(model, encoded, chosen.device))) for model in teachers]
    targets, weights = soft_targets(rows, np.mean(scores, axis=0))
    student = learning.shorter(teachers[0], base, STUDENT_LAYERS[chosen.layers])
    losses = learning.fit(
        student,
        encoded,
        targets,
        weights,
        epochs=chosen.epochs,
        rate=chosen.rate * 1.5,
        seed=chosen.seed,
        device=chosen.device,
    )
    print(f"student: loss by epoch {[round(loss, 4) for loss in losses]}", flush=True)
    calibrate(student, base, chosen.data, chosen.device)
    return save_checkpoint(student, base, chosen.out)


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint file to write")
    parser.add_argument("--base", type=Path, help="pruned encoder; made from the package when left out")
    parser.add_argument("--layers", type=int, default=5, choices=sorted(STUDENT_LAYERS))
    parser.add_argument("--extras", default=",".join(corpus.CHOSEN), help="extra sources, parted by commas")
    parser.add_argument("--teachers", type=int, default=3)
    parser.add_argument("--teacher-epochs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--each", type=int, default=16, help="sentences of each template")
    parser.add_argument("--posts", type=int, default=12_000, help="made-up posts")
    parser.add_argument("--limit", type=int, default=0, help="rows of each file, and templates; 0 for all")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(arguments)


def main() -> None:
    """Train with the options of the command line."""
    chosen = options()
    if chosen.base:
        train(chosen, chosen.base)
        return
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        encoder.write_pruned(encoder.package_folder(), base, encoder.corpus_texts(chosen.data))
        train(chosen, base)


if __name__ == "__main__":
    main()
