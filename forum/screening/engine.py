"""Scores one whole text: every window of it, and the sentences of windows that come near a threshold."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from forum.screening.backends import Backend, DetoxifyBackend, OnnxBackend
from forum.screening.findings import Mark, Scored
from forum.screening.lanes import THRESHOLDS
from forum.screening.opening import ScreeningUnavailable, find_source
from forum.screening.prepare import prepared
from forum.screening.windows import Window, sentences_of, windows_of

__all__ = ["Engine", "ScreeningUnavailable", "load_engine"]

NEAR: Final = 0.75
"""Share of a threshold from which a window's sentences are scored and a sentence is marked."""

MOST_MARKS: Final = 12
"""Marks kept of one text: the highest. More would paint a whole post."""

MOST_SENTENCES: Final = 60
"""Sentences of one window that are scored: a text of single letters and full stops must not cost hours."""

NEEDED: Final = frozenset({"toxicity", "insult", "threat"})
"""Labels that every Detoxify model has and the lanes rely on."""

log = logging.getLogger("forum.screening")


class Engine:
    """A classifier that reads all of a text. `model` names the checkpoint and the beginning of its hash."""

    def __init__(self, backend: Backend, model: str) -> None:
        """Raises `ScreeningUnavailable` when the checkpoint has other labels than Detoxify's."""
        missing = NEEDED - set(backend.labels)
        if missing:
            raise ScreeningUnavailable(f"the checkpoint does not know the label {min(missing)}")
        if len(set(backend.labels)) != len(backend.labels):
            raise ScreeningUnavailable("the checkpoint names a label twice")
        self.model = model
        self._backend = backend

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Give the character positions of each token of a text."""
        return self._backend.offsets(_speakable(text))

    def score(self, text: str) -> Scored:
        """Score a text of any length: the highest of each label over all windows, and where it is high.

        Raises `ScreeningUnavailable` when the model answers with something that is not a score.
        """
        text = _speakable(text)
        windows = list(windows_of(self._backend.offsets(text)))
        highest: dict[str, float] = {}
        marks: dict[tuple[str, int], Mark] = {}
        for window in windows:
            part = text if len(windows) == 1 else text[window.start : window.end]
            scores = self._scores(part)
            for label, score in scores.items():
                highest[label] = max(score, highest.get(label, 0.0))
            if _near(scores):
                self._mark(text, window, scores, marks, alone=len(windows) == 1)
        kept = sorted(marks.values(), key=lambda mark: -mark.score)[:MOST_MARKS]
        kept.sort(key=lambda mark: (mark.start, mark.label))
        return Scored(labels=highest, windows=len(windows), model=self.model, marks=tuple(kept))

    def _mark(
        self,
        text: str,
        window: Window,
        scores: Mapping[str, float],
        marks: dict[tuple[str, int], Mark],
        *,
        alone: bool,
    ) -> None:
        sentences = [
            (start, end)
            for start, end in sentences_of(text)
            if (alone or (end > window.start and start < window.end)) and _says_something(text[start:end])
        ][:MOST_SENTENCES]
        for start, end in sentences:
            whole = alone and len(sentences) == 1
            own = scores if whole else self._scores(text[start:end])
            for label, score in _near(own).items():
                marks[label, start] = Mark(label=label, start=start, end=end, score=score)

    def _scores(self, text: str) -> dict[str, float]:
        values = self._backend.scores(text)
        if len(values) != len(self._backend.labels):
            raise ScreeningUnavailable("the checkpoint answers with another number of labels than it has")
        if not all(math.isfinite(value) and 0.0 <= value <= 1.0 for value in values):
            raise ScreeningUnavailable("the checkpoint answered with something that is not a score")
        return dict(zip(self._backend.labels, values, strict=True))


def _near(scores: Mapping[str, float]) -> dict[str, float]:
    return {
        label: score
        for label, score in scores.items()
        if label in THRESHOLDS and score >= NEAR * THRESHOLDS[label].value
    }


def _says_something(sentence: str) -> bool:
    return sum(char.isalnum() for char in sentence) > 1


def _speakable(text: str) -> str:
    """Replace lone surrogates, which no tokenizer takes; every offset stays."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogate(text) else text
    )


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def load_engine(checkpoint: str, engine: str, cache_dir: Path) -> Engine:
    """Load the engine that the settings name: `onnx` (the prepared form) or `detoxify` (the package itself).

    Where preparing fails the package is used instead, and the log says why. Raises `ScreeningUnavailable`.
    """
    source = find_source(checkpoint, cache_dir)
    if engine == "onnx":
        try:
            _, found = prepared(checkpoint, cache_dir)
            return Engine(OnnxBackend(found), source.model)
        except ScreeningUnavailable as error:
            package = Engine(DetoxifyBackend(source), source.model)
            log.warning(f"the prepared engine is not available, using the package itself: {error}")
            return package
    return Engine(DetoxifyBackend(source), source.model)
