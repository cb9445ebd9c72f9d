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
from forum.screening.checkpoint.labels import LABELS, Row
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
    """Draw what to hold on to: all threats, all insults without coarse words, `number` comments, kind and
    plain words said to a "you", and half as many group attacks.
    """
    jigsaw = [
        Row(one.text[:900], one.targets, one.weights)
        for one in corpus.read_jigsaw(data / "jigsaw_train.csv.gz")
    ]
    extras = data / "abuse_train_extra.jsonl.gz"
    emoji = list(corpus.read_extras(extras, ("hatemojibuild",)))
    feelings = corpus.read_feelings(extras)
    insult, obscene = LABELS.index("insult"), LABELS.index("obscene")
    rows = corpus.rare_again(jigsaw, 2)
    rows += [one for one in jigsaw if one.targets[insult] and not one.targets[obscene]]
    halves = (feelings["kind"], feelings["plain"], emoji)
    for found, share in ((jigsaw, 1.0), (feelings["sad"], 0.2), *((one, 0.5) for one in halves)):
        rows += chance.sample(found, min(int(number * share), len(found)))
    return corpus.roughened(rows, chance)


def softened(model: Any, encoded: learning.Encoded, targets: Any, chosen: argparse.Namespace) -> Any:
    """Mix what is known about the comments half and half with what the checkpoint already thinks of them."""
    logits = learning.logits_of(model, encoded, chosen.device, 64, half=chosen.half)
    return (0.5 * targets + 0.5 / (1 + np.exp(-logits))).astype(np.float32)


def taught_rows(known: list[Row], chosen: argparse.Namespace, chance: random.Random) -> list[Row]:
    """Give contrast sentences and made-up posts of the half of the templates that may train."""
    templates = tuple(one for one in contrast.read_templates() if not one.held_back)
    taught = list(contrast.sentences(templates, chosen.each, chance))
    taught += contrast.posts(templates, corpus.clean_sentences(known), chosen.posts, chance)
    return taught


def refine(chosen: argparse.Namespace) -> Path:
    """Run the step and write the new checkpoint."""
    chance = random.Random(chosen.seed)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    base = chosen.checkpoint.parent / FOLDER_NAME
    model = load_student(chosen.checkpoint)
    known = known_rows(chosen.data, chosen.comments, chance)
    taught = taught_rows(known, chosen, chance)
    print(f"{len(known)} known rows, {len(taught)} contrast rows", flush=True)
    held = learning.encode(base, [one.text for one in known], LONGEST)
    targets, weights = arrays(known)
    more_targets, more_weights = arrays(taught)
    losses = learning.fit(
        model,
        held + learning.encode(base, [one.text for one in taught], LONGEST),
        np.concatenate([softened(model, held, targets, chosen), more_targets]),
        np.concatenate([weights, more_weights]),
        epochs=chosen.epochs,
        rate=chosen.rate,
        seed=chosen.seed,
        device=chosen.device,
        size=64,
        frozen=chosen.frozen,
        half=chosen.half,
    )
    print(f"loss by epoch {[round(loss, 4) for loss in losses]}", flush=True)
    return save_checkpoint(model, base, chosen.out)


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--checkpoint", type=Path, required=True, help="checkpoint to go on from")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint file to write")
    parser.add_argument("--comments", type=int, default=3000)
    parser.add_argument("--each", type=int, default=7, help="sentences of each template")
    parser.add_argument("--posts", type=int, default=900)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--frozen", type=int, default=1, help="layers from below that are left as they are")
    parser.add_argument("--half", action="store_true", help="count in bfloat16")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 for what torch takes")
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    refine(options())
