"""Precision-recall curves as the counts behind them: what is found, and wrongly found, from each threshold on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

THRESHOLDS = np.arange(101) / 100
"""From 0 to 1, evenly: as TensorBoard has them."""


def precision_recall(labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """For labels (n,), indices of `classes`, and probabilities (n, classes): for each class its name and, for each
    threshold, how many images of the class (`tp`) and of the others (`fp`) have at least that probability of it.

    A class without an image, or with all of them, has none.
    """
    curves = []
    for index, name in enumerate(classes):
        belongs = labels == index
        if belongs.any() and not belongs.all():
            scores = probabilities[:, index].astype(np.float64)
            curves.append({"name": name, "tp": _from_on(scores[belongs]), "fp": _from_on(scores[~belongs])})
    return {"thresholds": THRESHOLDS.tolist(), "per_class": curves}


def _from_on(scores: np.ndarray) -> list[int]:
    """How many are at or above each threshold."""
    below: list[int] = np.sort(scores).searchsorted(THRESHOLDS, "left").tolist()
    return [len(scores) - count for count in below]
