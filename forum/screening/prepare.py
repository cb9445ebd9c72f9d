"""Prepares a checkpoint for the worker: loaded through Detoxify, written for ONNX Runtime, compared, kept.

It runs as a process of its own (`python -m forum.screening.prepare`), so that whoever asks for it, the worker
above all, never has torch in its memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np

from forum.screening.backends import OnnxBackend, Prepared
from forum.screening.opening import ScreeningUnavailable, Source, find_source, open_detoxify, read_verified

FORMAT: Final = 3
"""Raised when what is written changes, so that older preparations are made anew."""

AGREEMENT: Final = 1e-4
"""The most that a prepared score may differ from the package's own."""

WEIGHTS: Final = "model.data"
"""The weights lie beside the graph, so that ONNX Runtime maps them instead of holding them twice."""

MOST_SECONDS: Final = 900
_PROBES: Final = (
    "",
    "I feel worn down and I do not know how to tell my manager.",
    "You are a worthless idiot and nobody wants you here.",
    "thank you all, this helped me through the week 🙏 " * 6,
    "I hate this printer. " * 40,
)


def prepared(checkpoint: str, cache_dir: Path) -> tuple[Source, Prepared]:
    """Give a prepared checkpoint, made now if need be. Raises `ScreeningUnavailable` with a plain reason."""
    source = find_source(checkpoint, cache_dir)
    folder = folder_of(source, cache_dir)
    found = read_prepared(folder)
    if found is None:
        for file in filter(None, (source.checkpoint, source.adapter)):
            read_verified(file)
        _prepare_in_a_process(checkpoint, cache_dir)
        found = read_prepared(folder)
    if found is None:
        raise ScreeningUnavailable("preparing the checkpoint left nothing behind")
    return source, found


def folder_of(source: Source, cache_dir: Path) -> Path:
    """Name the folder of a checkpoint in the cache: by its hashes and by the format."""
    return cache_dir / f"{source.digests}-{FORMAT}"


def read_prepared(folder: Path) -> Prepared | None:
    """Read what was prepared before; None where there is nothing whole."""
    try:
        described = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
        digest = _digest(folder)
    except (OSError, ValueError):
        return None
    if digest != described.get("sha256") or not (folder / "tokenizer.json").is_file():
        return None
    return Prepared(folder, tuple(described["labels"]))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("model.onnx", WEIGHTS):
        with (folder / name).open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _prepare_in_a_process(checkpoint: str, cache_dir: Path) -> None:
    command = [sys.executable, "-m", "forum.screening.prepare", checkpoint, str(cache_dir)]
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own module
            command,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
            env=os.environ | {"PYTHONPATH": paths},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScreeningUnavailable(
            f"preparing the checkpoint did not finish: {type(error).__name__}"
        ) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ScreeningUnavailable(lines[-1] if lines else "preparing the checkpoint failed without a word")


def prepare(checkpoint: str, cache_dir: Path) -> Path:
    """Prepare a checkpoint in this process and return its folder; whole or not at all.

    Raises `ScreeningUnavailable` when it does not load, cannot be written or does not agree to `AGREEMENT`.
    """
    source = find_source(checkpoint, cache_dir)
    detoxify = open_detoxify(source)
    cache_dir.mkdir(parents=True, exist_ok=True)
    target = folder_of(source, cache_dir)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix="preparing-") as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        _write(detoxify, folder)
        difference = _largest_difference(detoxify, folder)
        if not difference <= AGREEMENT:
            raise ScreeningUnavailable(
                f"the prepared scores differ by {difference:.2g} from the package's own"
            )
        shutil.rmtree(target, ignore_errors=True)
        folder.replace(target)
    return target


def _write(detoxify: Any, folder: Path) -> None:
    import onnx
    import torch

    tokenizer = detoxify.tokenizer.backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    model = detoxify.model
    example = torch.ones((1, 12), dtype=torch.long)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _scorer(model),
            (example,),
            str(folder / "model.onnx"),
            input_names=["input_ids"],
            output_names=["logits"],
            dynamic_axes={"input_ids": {0: "texts", 1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )
    graph = onnx.load(folder / "model.onnx")
    onnx.save(graph, folder / "model.onnx", save_as_external_data=True, location=WEIGHTS)
    described = {"sha256": _digest(folder), "labels": list(detoxify.class_names)}
    (folder / "prepared.json").write_text(json.dumps(described) + "\n", encoding="utf-8")


def _scorer(model: Any) -> Any:
    """Wrap a model so that it takes token numbers alone: one text a call needs no mask."""
    import torch

    class Scores(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any) -> Any:
            return self.model(input_ids=input_ids)[0]

    return Scores().eval()


def _largest_difference(detoxify: Any, folder: Path) -> float:
    found = read_prepared(folder)
    if found is None:
        return float("inf")
    backend = OnnxBackend(found)
    worst = 0.0
    for probe in _PROBES:
        package = detoxify.predict(probe)
        ours = dict(zip(found.labels, backend.scores(probe), strict=True))
        worst = max([worst, *(abs(ours[label] - package[label]) for label in package)])
        if np.isnan(worst):
            return float("inf")
    return worst


def main() -> None:
    """Prepare the checkpoint named on the command line; why it failed is the last line of stderr."""
    _, checkpoint, cache_dir = sys.argv
    try:
        prepare(checkpoint, Path(cache_dir))
    except ScreeningUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
