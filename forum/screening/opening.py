"""The one place where a checkpoint is opened: known by its SHA-256 or not at all, with the network closed.

Detoxify asks a hub for a configuration unless the checkpoint names a local folder. Ours names the folder
`encoder` beside it; here that name is made absolute, half-precision weights become single precision, the
adapter that belongs to the bundled checkpoint is worked in, and the package loads the result.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forum.screening.adapter import adapted

BUNDLED: Final = "bundled"
BUNDLED_FILE: Final = Path(__file__).with_name("checkpoint") / "kindred.ckpt"
BUNDLED_SHA256: Final = "84eaa4e752fd0630a0ff50fbbf4c487a3067d6ced132f2e8fa9c02696e705c7f"
ADAPTER_FILE: Final = BUNDLED_FILE.with_name("kindred.adapter")
ADAPTER_SHA256: Final = "20d78f14834e8e14dd2bab838e11efd09267f47ca6aa53c3dad5c697f8ca3c05"

_RELEASES: Final = "https://github.com/unitaryai/detoxify/releases/download/"
OFFICIAL: Final = {
    "original": ("v0.1-alpha/toxic_original-c1212f89.ckpt", "c1212f89"),
    "unbiased": ("v0.3-alpha/toxic_debiased-c7548aa0.ckpt", "c7548aa0"),
    "multilingual": ("v0.4-alpha/multilingual_debiased-0b549669.ckpt", "0b549669"),
}
"""The official weights and the first eight digits of their SHA-256, as their file names promise.

The rest of each digest was not to be had when this was written; it is pinned at the first download.
"""

LONGEST_INPUT: Final = 512
"""Tokens that every Detoxify model takes at most; a longer input raises where the tokenizer does not cut."""


class ScreeningUnavailable(RuntimeError):
    """The machine cannot score now; the message says why, in words for moderators and operators."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file on disk and the SHA-256 it must have."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A checkpoint on disk: a short name, the pinned file, and its adapter where it has one."""

    name: str
    checkpoint: Pinned
    adapter: Pinned | None = None

    @property
    def digests(self) -> str:
        """The beginning of the hash of the checkpoint, and of the adapter behind a plus."""
        files = (self.checkpoint, self.adapter) if self.adapter else (self.checkpoint,)
        return "+".join(one.sha256[:12] for one in files)

    @property
    def model(self) -> str:
        """The name that a screening keeps: which checkpoint, and the beginning of its hashes."""
        return f"{self.name}@{self.digests}"


def find_source(checkpoint: str, cache_dir: Path) -> Source:
    """Find the checkpoint that a setting means.

    Raises `ScreeningUnavailable` when it is not there or not pinned.
    """
    if checkpoint == BUNDLED:
        return Source("kindred", Pinned(BUNDLED_FILE, BUNDLED_SHA256), Pinned(ADAPTER_FILE, ADAPTER_SHA256))
    if checkpoint in OFFICIAL:
        return _official(checkpoint, cache_dir)
    path = Path(checkpoint)
    if not path.is_file():
        raise ScreeningUnavailable(f"the checkpoint {path.name} is missing")
    return Source(path.stem, Pinned(path, _pinned_beside(path)))


def pin(path: Path) -> None:
    """Write the SHA-256 of a checkpoint into a file beside it, in the form of `sha256sum`."""
    line = f"{_digest(path.read_bytes())}  {path.name}\n"
    path.with_name(path.name + ".sha256").write_text(line, encoding="ascii")


def _pinned_beside(path: Path) -> str:
    beside = path.with_name(path.name + ".sha256")
    try:
        digest = beside.read_text(encoding="ascii").split()[0].lower()
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise ScreeningUnavailable(
            f"the checkpoint {path.name} is not pinned: write its SHA-256 into {beside.name} (sha256sum does)"
        ) from error
    return digest


def _official(name: str, cache_dir: Path) -> Source:
    address, prefix = OFFICIAL[name]
    path = cache_dir / "official" / address.rsplit("/", 1)[1]
    beside = path.with_name(path.name + ".sha256")
    if not path.is_file() or not beside.is_file():
        _download(_RELEASES + address, path, prefix)
        pin(path)
    pinned = _pinned_beside(path)
    if not pinned.startswith(prefix):
        raise ScreeningUnavailable(f"the checkpoint {name} has another hash than its makers published")
    return Source(name, Pinned(path, pinned))


def _download(address: str, path: Path, prefix: str) -> None:
    import torch.hub

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(address, str(path), hash_prefix=prefix, progress=False)
    except (OSError, RuntimeError) as error:
        raise ScreeningUnavailable(
            f"the official checkpoint could not be downloaded ({error}); the bundled one needs no network"
        ) from error


def read_verified(file: Pinned) -> bytes:
    """Read a checkpoint, or an adapter, once and check it.

    Raises `ScreeningUnavailable` when it is missing or not the pinned one.
    """
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise ScreeningUnavailable(f"the checkpoint {file.path.name} cannot be read") from error
    if _digest(content) != file.sha256:
        raise ScreeningUnavailable(f"the checkpoint {file.path.name} is not the pinned one (SHA-256 differs)")
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def open_detoxify(source: Source) -> Any:
    """Load a checkpoint through the `detoxify` package and return its `Detoxify` object, on the CPU.

    Raises `ScreeningUnavailable` for a wrong hash, a damaged or strange file, or too little memory.
    """
    content = read_verified(source.checkpoint)
    adapter = read_verified(source.adapter) if source.adapter else None
    local = source.name not in OFFICIAL
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _loaded(content, adapter, source.checkpoint.path.parent, local=local)
    except ScreeningUnavailable:
        raise
    except MemoryError as error:
        raise ScreeningUnavailable("there is not enough memory to load the checkpoint") from error
    except Exception as error:  # damaged bytes raise whatever they happen to hit
        raise ScreeningUnavailable(
            f"the checkpoint {source.checkpoint.path.name} does not load: {type(error).__name__}"
        ) from error


def _loaded(content: bytes, adapter: bytes | None, folder: Path, *, local: bool) -> Any:
    import torch
    import transformers
    from detoxify import Detoxify

    transformers.utils.logging.disable_progress_bar()
    described = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    arguments = described["config"]["arch"]["args"]
    if local:
        named = folder / arguments["model_type"]
        if not (named / "config.json").is_file():
            raise ScreeningUnavailable("the checkpoint names no local folder with its configuration")
        arguments["model_type"] = str(named.resolve())
    changes = torch.load(io.BytesIO(adapter), map_location="cpu", weights_only=True) if adapter else {}
    described["state_dict"] = adapted(described["state_dict"], changes)
    with tempfile.TemporaryDirectory() as temporary:
        made_local = Path(temporary) / "local.ckpt"
        torch.save(described, made_local)
        detoxify = Detoxify(checkpoint=str(made_local))
    detoxify.model.float().eval()
    detoxify.tokenizer.model_max_length = min(detoxify.tokenizer.model_max_length, LONGEST_INPUT)
    return detoxify
