"""A large model that learns the six labels and tells a small one what it thinks of every row."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AutoModel

from forum.screening.checkpoint.labels import LABELS

LONGEST: Final = 160
"""Tokens of a row that a teacher reads."""


class Teacher(nn.Module):  # type: ignore[misc]
    """A sentence encoder, the mean of its outputs, and one number for each label.

    `folder` holds config.json, tokenizer.json and the weights as transformers writes them.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.encoder: Any = AutoModel.from_pretrained(folder, add_pooling_layer=False).float()
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, len(LABELS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """Give the raw outputs, shape (rows, 6), as `logits`."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].to(hidden.dtype)
        return SimpleNamespace(logits=self.head(self.drop((hidden * mask).sum(1) / mask.sum(1))))
