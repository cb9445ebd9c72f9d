"""Trains a low-rank change of a model's matrices and leaves the matrices themselves alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from forum.screening.adapter import DOWN, UP


class LowRank(nn.Module):  # type: ignore[misc]
    """Adds `up @ down` to a matrix. `up` begins at zero, so that nothing changes before training."""

    def __init__(self, rows: int, columns: int, rank: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.down = nn.Parameter(torch.randn(rank, columns) / rank**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        """Give the changed matrix."""
        return weight + self.up @ self.down


def _matrices(model: Any) -> dict[str, nn.Linear]:
    return {name: part for name, part in model.bert.encoder.named_modules() if isinstance(part, nn.Linear)}


def open_to_change(model: Any, rank: int, seed: int) -> Any:
    """Freeze a classifier but for its head, its biases and a low-rank change of each matrix of its layers."""
    torch.manual_seed(seed)
    for parameter in model.bert.embeddings.parameters():
        parameter.requires_grad_(False)
    for part in _matrices(model).values():
        part.weight.requires_grad_(False)
        change = LowRank(part.out_features, part.in_features, rank).to(part.weight.device)
        parametrize.register_parametrization(part, "weight", change)
    return model


def _changed(model: Any) -> dict[str, Tensor]:
    """Name every tensor that may change, in the words of `forum.screening.adapter`."""
    found: dict[str, Tensor] = {}
    for name, part in _matrices(model).items():
        change = part.parametrizations.weight[0]
        found[f"bert.encoder.{name}.weight{UP}"] = change.up
        found[f"bert.encoder.{name}.weight{DOWN}"] = change.down
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and "parametrizations" not in name:
            found[name] = parameter
    return found


def changes_of(model: Any) -> dict[str, Tensor]:
    """Give what training changed, in half precision."""
    return {name: tensor.detach().cpu().half().contiguous() for name, tensor in _changed(model).items()}


@torch.no_grad()  # type: ignore[untyped-decorator]
def go_on_from(model: Any, changes: dict[str, Tensor]) -> Any:
    """Begin where an earlier adapter of the same rank ended. Raises ValueError when it has other parts."""
    found = _changed(model)
    if found.keys() != changes.keys():
        raise ValueError("the adapter to go on from has other parts")
    for name, tensor in found.items():
        tensor.copy_(changes[name].float())
    return model
