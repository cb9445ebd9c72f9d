"""Compares the engine with the plain package in one run: `python -m forum.screening.bench`.

Speed at 20, 100, 300 and 600 tokens and mixed, peak memory of a process, and the share of text read.
A BERT-base with random weights is made here for the comparison: speed does not depend on weights.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from forum.screening.checkpoint.labels import KAGGLE
from forum.screening.engine import Engine, load_engine
from forum.screening.opening import BUNDLED, BUNDLED_FILE, find_source, open_detoxify, pin
from forum.screening.windows import windows_of

LENGTHS: Final = (20, 100, 300, 600)
MIXED: Final = (20, 35, 50, 60, 80, 100, 120, 150, 220, 300, 450, 600)
_WORDS: Final = [
    "today",
    "I",
    "slept",
    "badly",
    "and",
    "my",
    "manager",
    "moved",
    "the",
    "meeting",
    "again",
    "so",
    "we",
    "talked",
    "about",
    "rest",
    "and",
    "work",
]
_PEAK: Final = (
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)
"""The kernel's own high-water mark of this process; `ru_maxrss` would carry over that of its parent."""


def text_of(tokens: int, chance: random.Random) -> str:
    """Make a harmless text of about so many tokens."""
    return " ".join(chance.choice(_WORDS) for _ in range(tokens))


def big_checkpoint(folder: Path) -> Path:
    """Write a BERT-base of random weights in Detoxify's format, with our tokenizer, pinned beside itself."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    ours = BUNDLED_FILE.parent / "encoder"
    size = BertConfig.from_pretrained(ours).vocab_size
    model = BertForSequenceClassification(BertConfig(vocab_size=size, num_labels=len(KAGGLE)))
    encoder = folder / "encoder"
    encoder.mkdir(parents=True)
    model.config.to_json_file(encoder / "config.json")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (encoder / name).write_bytes((ours / name).read_bytes())
    described: dict[str, Any] = torch.load(BUNDLED_FILE, weights_only=True)
    described["state_dict"] = model.state_dict()
    path = folder / "big.ckpt"
    torch.save(described, path)
    pin(path)
    return path


def seconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Time one pass over the texts."""
    start = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - start


def parts_of(engine: Engine, text: str) -> list[str]:
    """Cut a text into the windows that the engine reads."""
    return [text[window.start : window.end] for window in windows_of(engine.offsets(text))]


def speeds(engine: Engine, same: Any, big: Any, rounds: int) -> list[tuple[str, float, float]]:
    """Give, per length, how much faster the engine is than the package with BERT-base and with ours.

    The package is given the same windows, one by one: by itself it would leave out what lies past 512 tokens.
    """
    chance = random.Random(4)
    found = []
    for name, lengths in (*((str(length), (length,) * 4) for length in LENGTHS), ("mixed", MIXED)):
        texts = [text_of(length, chance) for length in lengths]
        parts = [part for text in texts for part in parts_of(engine, text)]
        measured = [
            (seconds(engine.score, texts), seconds(same.predict, parts), seconds(big.predict, parts))
            for _ in range(rounds)
        ]
        ours, plain, large = (statistics.median(column) for column in zip(*measured, strict=True))
        found.append((name, large / ours, plain / ours))
    return found


def peak_mib(code: str) -> int:
    """Run code in a process of its own and return its highest memory in MiB."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", f"{code}\n{_PEAK}"], capture_output=True, check=True, text=True
    )
    return int(done.stdout.strip().splitlines()[-1]) // 1024


def memory(cache: Path) -> tuple[int, int]:
    """Give the peak memory of the worker's engine and of the package with the same checkpoint, in MiB."""
    text = text_of(400, random.Random(4))
    loading = (
        "from pathlib import Path; from forum.screening.engine import load_engine; "
        "load_engine('bundled', {engine!r}, Path({cache!r})).score({text!r})"
    )
    ours, package = (
        peak_mib(loading.format(engine=engine, cache=str(cache), text=text))
        for engine in ("onnx", "detoxify")
    )
    return ours, package


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the three rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        import torch

        torch.set_num_threads(1)
        folder = Path(temporary)
        engine = load_engine(BUNDLED, "onnx", folder / "cache")
        same = open_detoxify(find_source(BUNDLED, folder))
        big = open_detoxify(find_source(str(big_checkpoint(folder / "big")), folder))
        click.echo("label windows a second against one-by-one Detoxify.predict, one thread")
        click.echo(f"{'tokens':<10}{'BERT-base':>12}{'same checkpoint':>18}")
        for name, large, plain in speeds(engine, same, big, chosen.rounds):
            click.echo(f"{name:<10}{large:>11.1f}x{plain:>17.2f}x")
        click.echo("goal, mixed      >= 10x           >= 1.3x\n")
        ours, package = memory(folder / "cache")
        click.echo(
            f"peak memory: worker {ours} MiB, package {package} MiB, {ours / package:.2f}x (goal <= 0.4x)"
        )
        read = len(list(windows_of([(at, at + 1) for at in range(2000)])))
        click.echo(f"text read: 100 %, 2000 tokens in {read} windows")


if __name__ == "__main__":
    main()
