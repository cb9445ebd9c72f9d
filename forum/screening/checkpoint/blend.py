"""Blends checkpoints of one lineage: `python -m forum.screening.checkpoint.blend --out FILE FILE=SHARE …`.

A refined checkpoint knows more about contrast sentences and a little less about comments than the one it
came from. The mean of their weights keeps most of both. With `--rank` the files are adapters.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import torch

from forum.screening.adapter import DOWN, UP
from forum.screening.checkpoint.saving import FOLDER_NAME


def _opened(parts: dict[Path, float]) -> list[tuple[dict[str, Any], float]]:
    if abs(sum(parts.values()) - 1) > 1e-6:
        raise ValueError("the shares must add up to 1")
    return [(torch.load(path, weights_only=True), share) for path, share in parts.items()]


def blend(parts: dict[Path, float], out: Path) -> Path:
    """Write the weighted mean of checkpoints. Raises ValueError when the shares do not add up to 1."""
    opened = _opened(parts)
    described, _ = opened[0]
    described["state_dict"] = {
        name: sum(one["state_dict"][name].float() * share for one, share in opened).half()
        for name in described["state_dict"]
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    source = next(iter(parts)).parent / FOLDER_NAME
    if source.resolve() != (out.parent / FOLDER_NAME).resolve():
        shutil.copytree(source, out.parent / FOLDER_NAME, dirs_exist_ok=True)
    torch.save(described, out)
    return out


def blend_adapters(parts: dict[Path, float], rank: int, out: Path) -> Path:
    """Write the weighted mean of adapters, with the best approximation of that rank for every matrix.

    Raises ValueError when the shares do not add up to 1.
    """
    opened = _opened(parts)
    mean: dict[str, Any] = {}
    for name in opened[0][0]:
        base = name.removesuffix(UP)
        if name.endswith(UP):
            change = sum(share * (one[name].float() @ one[base + DOWN].float()) for one, share in opened)
            left, sizes, right = torch.linalg.svd(change, full_matrices=False)
            mean[name] = left[:, :rank] * sizes[:rank].sqrt()
            mean[base + DOWN] = sizes[:rank, None].sqrt() * right[:rank]
        elif not name.endswith(DOWN):
            mean[name] = sum(share * one[name].float() for one, share in opened)
    torch.save({name: tensor.half().contiguous() for name, tensor in mean.items()}, out)
    return out


def main() -> None:
    """Blend the files named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, help="the files are adapters; keep this rank")
    parser.add_argument("parts", nargs="+", help="FILE=SHARE")
    chosen = parser.parse_args()
    pairs = (part.rsplit("=", 1) for part in chosen.parts)
    parts = {Path(path): float(share) for path, share in pairs}
    if chosen.rank:
        blend_adapters(parts, chosen.rank, chosen.out)
    else:
        blend(parts, chosen.out)


if __name__ == "__main__":
    main()
