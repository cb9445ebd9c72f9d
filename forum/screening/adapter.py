"""Low-rank changes to a checkpoint's weights, kept in a small file beside it (LoRA, Hu et al. 2021).

A matrix W of the checkpoint becomes W + up @ down; other tensors that the file names take the place of the
checkpoint's own. It is done once, before the package loads the result, so it costs nothing later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

UP: Final = ".up"
DOWN: Final = ".down"


def adapted(weights: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the weights with the changes of an adapter, in single precision.

    `changes` name a tensor of the checkpoint, or one with `.up` (rows, rank) and `.down` (rank, columns)
    behind it. Raises ValueError for a name or a shape that the checkpoint does not have.
    """
    result = {
        name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in weights.items()
    }
    for name, tensor in changes.items():
        if name.endswith(DOWN):
            continue
        base = name.removesuffix(UP)
        change = tensor.float()
        if name.endswith(UP):
            change = result[base] + change @ changes[base + DOWN].float() if base in result else change
        if base not in result or result[base].shape != change.shape:
            raise ValueError(f"the adapter does not fit the checkpoint at {base}")
        result[base] = change
    return result
