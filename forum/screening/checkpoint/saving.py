"""Writes a checkpoint in Detoxify's own format: weights, class names, and how to build the model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import torch

from forum.screening.adapter import adapted
from forum.screening.checkpoint.labels import KAGGLE
from forum.screening.opening import pin

FOLDER_NAME: Final = "encoder"
"""The folder beside a checkpoint that holds config.json and the tokenizer."""


def save_checkpoint(model: Any, base: Path, out: Path) -> Path:
    """Write `out` and the folder `encoder` beside it; weights are stored in half precision."""
    folder = out.parent / FOLDER_NAME
    folder.mkdir(parents=True, exist_ok=True)
    config = model.config
    config.dtype = "float32"
    config.architectures = [type(model).__name__]
    config.to_json_file(folder / "config.json", use_diff=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (base / name).resolve() != (folder / name).resolve():
            shutil.copyfile(base / name, folder / name)
    halves = {name: tensor.detach().cpu().half() for name, tensor in model.state_dict().items()}
    described = {
        "arch": {
            "type": "BERT",
            "args": {
                "num_classes": len(KAGGLE),
                "model_type": FOLDER_NAME,
                "model_name": "BertForSequenceClassification",
                "tokenizer_name": "BertTokenizer",
            },
        },
        "dataset": {"type": "Kindred", "args": {"classes": list(KAGGLE)}},
    }
    torch.save({"state_dict": halves, "config": described}, out)
    return out


def save_merged(checkpoint: Path, adapter: Path, out: Path) -> Path:
    """Write a checkpoint with an adapter worked in, its folder `encoder`, and its SHA-256 beside it."""
    described = torch.load(checkpoint, weights_only=True)
    described["state_dict"] = adapted(described["state_dict"], torch.load(adapter, weights_only=True))
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(checkpoint.parent / FOLDER_NAME, out.parent / FOLDER_NAME, dirs_exist_ok=True)
    torch.save(described, out)
    pin(out)
    return out
