"""The training loop: a BERT classifier, rows with known and unknown labels, one pass of figures."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification

from forum.screening.checkpoint.labels import KAGGLE, LABELS

LONGEST: Final = 256
"""Tokens of a row that are read, as many as a screening window has."""

Encoded = list[list[int]]


def encode(folder: Path, texts: list[str], longest: int = LONGEST) -> Encoded:
    """Turn texts into token numbers with the tokenizer of a folder, cut at `longest`."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(longest)
    return [one.ids for one in tokenizer.encode_batch(texts)]


def new_classifier(base: Path, layers: tuple[int, ...]) -> Any:
    """Build a classifier from the named layers (counted from 0) of the encoder in `base`."""
    from safetensors.torch import load_file

    config = BertConfig.from_pretrained(
        base,
        num_labels=len(LABELS),
        num_hidden_layers=len(layers),
        problem_type="multi_label_classification",
        id2label=dict(enumerate(KAGGLE)),
        label2id={name: index for index, name in enumerate(KAGGLE)},
    )
    model = BertForSequenceClassification(config)
    weights = {name: tensor.float() for name, tensor in load_file(base / "model.safetensors").items()}
    _copy_layers(weights, model.bert, layers)
    return model


def _copy_layers(weights: dict[str, Tensor], encoder: nn.Module, layers: tuple[int, ...]) -> None:
    renamed = {}
    for name, tensor in weights.items():
        head, _, rest = name.partition("encoder.layer.")
        if rest:
            number, _, tail = rest.partition(".")
            if int(number) not in layers:
                continue
            renamed[f"{head}encoder.layer.{layers.index(int(number))}.{tail}"] = tensor
        else:
            renamed[name] = tensor
    missing, unexpected = encoder.load_state_dict(renamed, strict=False)
    missing = [name for name in missing if "position_ids" not in name]
    if missing or unexpected:
        raise ValueError(f"the encoder does not fit: {missing} {unexpected}")


def shorter(teacher: Any, base: Path, layers: tuple[int, ...]) -> Any:
    """Build a classifier with fewer layers that begins with the named layers and the head of a teacher."""
    student = new_classifier(base, layers)
    _copy_layers({n: t.detach().cpu() for n, t in teacher.bert.state_dict().items()}, student.bert, layers)
    student.classifier.load_state_dict({n: t.cpu() for n, t in teacher.classifier.state_dict().items()})
    return student


def _padded(rows: Encoded, device: str) -> tuple[Tensor, Tensor]:
    width = max(map(len, rows))
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for index, one in enumerate(rows):
        ids[index, : len(one)] = one
        mask[index, : len(one)] = 1
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)


def _batches(encoded: Encoded, size: int, chance: random.Random) -> list[list[int]]:
    """Mix the rows, then sort within large groups, so that a batch holds rows of about one length."""
    order = list(range(len(encoded)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), size * 50):
        group = sorted(order[start : start + size * 50], key=lambda index: len(encoded[index]))
        batches += [group[at : at + size] for at in range(0, len(group), size)]
    chance.shuffle(batches)
    return batches


def fit(
    model: Any,
    encoded: Encoded,
    targets: np.ndarray[Any, Any],
    weights: np.ndarray[Any, Any],
    *,
    epochs: int,
    rate: float,
    seed: int,
    device: str = "cpu",
    size: int = 160,
    frozen: int = 0,
    half: bool = False,
) -> list[float]:
    """Train a model in place; return the mean loss of each epoch. Linear warm-up over 6 %, then down to 0.

    `frozen` layers from below, and the embeddings under them, stay as they are; `half` counts in bfloat16.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    model.to(device).train()
    taught = _taught(model, frozen)
    optimiser = torch.optim.AdamW(taught, lr=rate, weight_decay=0.01, fused=device == "cuda")
    schedule = _warm_then_down(optimiser, epochs * max(1, -(-len(encoded) // size)))
    goal, worth = torch.from_numpy(targets).float().to(device), torch.from_numpy(weights).float().to(device)
    losses = []
    for _ in range(epochs):
        total = torch.zeros((), device=device)
        batches = _batches(encoded, size, chance)
        for number, batch in enumerate(batches):
            if number % 50 == 0:
                print(f"batch {number} of {len(batches)}, loss in all {float(total):.1f}", flush=True)
            given = _padded([encoded[index] for index in batch], device)
            with torch.autocast(device, dtype=torch.bfloat16, enabled=half or device == "cuda"):
                logits = model(input_ids=given[0], attention_mask=given[1]).logits
            loss = _loss(logits.float(), goal[batch], worth[batch])
            _learn(loss, optimiser, schedule, taught)
            total += loss.detach()
        losses.append(float(total) / len(batches))
    return losses


def _taught(model: Any, frozen: int) -> list[Any]:
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:frozen]) if frozen else ():
        part.requires_grad_(False)
    return [one for one in model.parameters() if one.requires_grad]


def _learn(loss: Tensor, optimiser: Any, schedule: Any, taught: list[Any]) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(taught, 1.0)
    optimiser.step()
    schedule.step()


def _warm_then_down(optimiser: Any, steps: int) -> Any:
    warm = max(1, steps * 6 // 100)
    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )


def _loss(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (each * weights).sum() / weights.sum().clamp(min=1.0)


@torch.no_grad()  # type: ignore[untyped-decorator]
def logits_of(
    model: Any, encoded: Encoded, device: str = "cpu", size: int = 256, *, half: bool = False
) -> np.ndarray[Any, Any]:
    """Give the raw outputs for every row, shape (rows, 6)."""
    model.to(device).eval()
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
    out = np.zeros((len(encoded), len(LABELS)), dtype=np.float32)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        ids, mask = _padded([encoded[index] for index in part], device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=half or device == "cuda"):
            answer = model(input_ids=ids, attention_mask=mask).logits
        out[part] = answer.float().cpu().numpy()
    return out
