"""Two ways to run one window through a checkpoint: ONNX Runtime, or the Detoxify package itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from forum.screening.opening import LONGEST_INPUT, ScreeningUnavailable, Source, open_detoxify


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared checkpoint: where it lies, and its labels in the order of the outputs."""

    folder: Path
    labels: tuple[str, ...]

    @property
    def graph(self) -> Path:
        """The file for ONNX Runtime."""
        return self.folder / "model.onnx"

    @property
    def tokenizer(self) -> Path:
        """The file for `tokenizers`."""
        return self.folder / "tokenizer.json"


class Backend(Protocol):
    """Something that tokenises a text and scores a short one."""

    labels: tuple[str, ...]

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Give the character positions of each token of a text, without those that mark the ends."""

    def scores(self, text: str) -> Sequence[float]:
        """Score one text of at most one window: one number from 0 to 1 for each label."""


class OnnxBackend:
    """One thread, one text a call, no spinning: a score never depends on texts scored beside it."""

    def __init__(self, found: Prepared) -> None:
        """Open a prepared checkpoint. Raises `ScreeningUnavailable` when ONNX Runtime cannot."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(found.graph), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(found.tokenizer))
        except Exception as error:  # both libraries raise classes of their own
            raise ScreeningUnavailable(
                f"the prepared checkpoint does not open: {type(error).__name__}"
            ) from error
        self._tokenizer.no_padding()
        self.labels = found.labels

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Give the character positions of each token."""
        self._tokenizer.no_truncation()
        found: Sequence[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return found

    def scores(self, text: str) -> Sequence[float]:
        """Score one text. Raises `ScreeningUnavailable` when memory runs out."""
        self._tokenizer.enable_truncation(LONGEST_INPUT)
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        try:
            logits = self._session.run(None, {"input_ids": ids})[0][0]
        except MemoryError as error:
            raise ScreeningUnavailable("there is not enough memory to score a text") from error
        return _sigmoid(logits)


class DetoxifyBackend:
    """The package itself, as a reference and as what the worker falls back to."""

    def __init__(self, source: Source) -> None:
        """Load a checkpoint through Detoxify. Raises `ScreeningUnavailable`."""
        self._detoxify: Any = open_detoxify(source)
        self.labels: tuple[str, ...] = tuple(self._detoxify.class_names)

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Give the character positions of each token."""
        backend = self._detoxify.tokenizer.backend_tokenizer
        backend.no_truncation()
        backend.no_padding()
        found: Sequence[tuple[int, int]] = backend.encode(text, add_special_tokens=False).offsets
        return found

    def scores(self, text: str) -> Sequence[float]:
        """Score one text with `Detoxify.predict`."""
        said = self._detoxify.predict(text)
        return [float(said[label]) for label in self.labels]


_LARGEST: Final = 60.0


def _sigmoid(logits: Any) -> list[float]:
    values = np.asarray(logits, dtype=np.float64)
    scores: list[float] = (1 / (1 + np.exp(-np.clip(values, -_LARGEST, _LARGEST)))).tolist()
    return scores
