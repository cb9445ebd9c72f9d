"""Plain figures about scores: area under the curve, intervals, and a calibration that keeps the order."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def auc(scores: Array, truth: Array) -> float:
    """Give the area under the ROC curve: how often a true row scores above a false one; ties count half."""
    order = np.argsort(scores, kind="mergesort")
    values = scores[order]
    ranks = np.empty(len(scores))
    edges = np.flatnonzero(np.r_[True, values[1:] != values[:-1], True])
    for start, end in itertools.pairwise(edges):
        ranks[order[start:end]] = (start + end + 1) / 2
    yes = truth.astype(bool)
    positive, negative = int(yes.sum()), int((~yes).sum())
    if not positive or not negative:
        return float("nan")
    return float((ranks[yes].sum() - positive * (positive + 1) / 2) / (positive * negative))


def share_interval(hits: int, number: int) -> tuple[float, float]:
    """Give the 95 % Wilson interval of a share."""
    if not number:
        return (0.0, 1.0)
    z, share = 1.96, hits / number
    middle = share + z * z / (2 * number)
    spread = z * float(np.sqrt(share * (1 - share) / number + z * z / (4 * number * number)))
    scale = 1 + z * z / number
    return (max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def auc_interval(scores: Array, truth: Array, draws: int = 200, seed: int = 5) -> tuple[float, float]:
    """Give the 95 % bootstrap interval of an area under the curve."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        pick = chance.integers(0, len(scores), len(scores))
        value = auc(scores[pick], truth[pick])
        if not np.isnan(value):
            found.append(value)
    if not found:
        return (float("nan"), float("nan"))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def fit_scale(logits: Array, truth: Array, steps: int = 400) -> tuple[float, float]:
    """Find (a, b) so that sigmoid(a * logit + b) is calibrated; a stays within 0.5 to 1.5.

    A weak pull towards (1, 0) keeps rare labels from being bent by a handful of rows.
    """
    a, b = 1.0, 0.0
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(a * logits + b)))
        error = chance - truth
        curve = chance * (1 - chance)
        gradient = np.array([(error * logits).sum() + 2 * (a - 1), error.sum() + 0.2 * b])
        cross = (curve * logits).sum()
        hessian = np.array([[(curve * logits**2).sum() + 2, cross], [cross, curve.sum() + 0.2]])
        step = np.linalg.solve(hessian, gradient)
        a, b = float(np.clip(a - step[0], 0.5, 1.5)), float(b - np.clip(step[1], -1, 1))
        if np.abs(step).max() < 1e-8:
            break
    return a, b
