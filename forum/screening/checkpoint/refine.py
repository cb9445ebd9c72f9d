"""Teaches a finished checkpoint more contrast sentences: `python -m forum.screening.checkpoint.refine`.

A short last step that needs no accelerator. A sample of the comments keeps what the checkpoint already knows;
new templates bring what it does not know yet. The calibration is not fitted again.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification

from forum.screening.checkpoint import contrast, corpus, learning
from forum.screening.checkpoint.labels import Row
from forum.screening.checkpoint.saving import FOLDER_NAME, save_checkpoint
from forum.screening.checkpoint.train import arrays

LONGEST: Final = 64
"""Tokens of a row that are read: enough for sentences, and quick without an accelerator."""


def load_student(checkpoint: Path) -> Any:
    """Load the weights of our own checkpoint for further training, in single precision."""
    described = torch.load(checkpoint, weights_only=True)
    model = BertForSequenceClassification(BertConfig.from_pretrained(checkpoint.parent / FOLDER_NAME))
    model.load_state_dict({name: tensor.float() for name, tensor in described["state_dict"].items()})
    return model


def known_rows(data: Path, number: int, chance: random.Random) -> list[Row]:
    """Draw what to hold on to: all threats, `number` comments and kind words, half as many group attacks."""
    jigsaw = [
        Row(one.text[:900], one.targets, one.weights)
        for one in corpus.read_jigsaw(data / "jigsaw_train.csv.gz")
    ]
    emoji = list(corpus.read_extras(data / "abuse_train_extra.jsonl.gz", ("hatemojibuild",)))
    kind, sad = corpus.read_feelings(data / "abuse_train_extra.jsonl.gz")
    rows = chance.sample(kind, min(number, len(kind))) + chance.sample(sad, min(number // 3, len(sad)))
    rows += corpus.rare_again(jigsaw, 2) + chance.sample(jigsaw, min(number, len(jigsaw)))
    rows += chance.sample(emoji, min(number // 2, len(emoji)))
    return corpus.roughened(rows, chance)


def refine(chosen: argparse.Namespace) -> Path:
    """Run the step and write the new checkpoint."""
    chance = random.Random(chosen.seed)
    base = chosen.checkpoint.parent / FOLDER_NAME
    model = load_student(chosen.checkpoint)
    known = known_rows(chosen.data, chosen.comments, chance)
    held = learning.encode(base, [one.text for one in known], LONGEST)
    targets, weights = arrays(known)
    templates = tuple(one for one in contrast.read_templates() if not one.held_back)
    plain = corpus.clean_sentences(known)
    taught = list(contrast.sentences(templates, chosen.each, chance))
    taught += contrast.posts(templates, plain, chosen.posts, chance)
    encoded = held + learning.encode(base, [one.text for one in taught], LONGEST)
    targets = np.concatenate([targets, np.array([one.targets for one in taught], dtype=np.float32)])
    weights = np.concatenate([weights, np.array([one.weights for one in taught], dtype=np.float32)])
    print(f"{len(known)} known rows, {len(taught)} contrast rows", flush=True)
    losses = learning.fit(
        model, encoded, targets, weights, epochs=chosen.epochs, rate=chosen.rate, seed=chosen.seed,
        device=chosen.device, size=64,
    )  # fmt: skip
    print(f"loss by epoch {[round(loss, 4) for loss in losses]}", flush=True)
    return save_checkpoint(model, base, chosen.out)


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--checkpoint", type=Path, required=True, help="checkpoint to go on from")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint file to write")
    parser.add_argument("--comments", type=int, default=2500)
    parser.add_argument("--each", type=int, default=4, help="sentences of each template")
    parser.add_argument("--posts", type=int, default=600)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    refine(options())
