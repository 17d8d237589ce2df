"""ROC curves as points that are few enough to draw and to keep in a JSON file."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import auc, roc_curve

POINTS = 200
"""The most points kept of one curve."""


@dataclass(frozen=True)
class Curve:
    """One ROC curve from (0, 0) to (1, 1): `fpr` and `tpr` never fall. `threshold` is None for an average of curves."""

    fpr: np.ndarray
    tpr: np.ndarray
    threshold: np.ndarray | None = None

    @property
    def area(self) -> float:
        return float(auc(self.fpr, self.tpr))

    def to_json(self) -> dict[str, Any]:
        """At most `POINTS` points, the area of the whole curve; the first threshold, above all scores, as null."""
        keep = thin(self.fpr, self.tpr, POINTS)
        points: dict[str, Any] = {"auc": self.area, "fpr": self.fpr[keep].tolist(), "tpr": self.tpr[keep].tolist()}
        if self.threshold is not None:
            points["threshold"] = [float(t) if math.isfinite(t) else None for t in self.threshold[keep]]
        return points


def curve_of(is_class: np.ndarray, score: np.ndarray) -> Curve | None:
    """The curve of booleans `(n,)` against scores `(n,)`; None where all are of the class, or none is."""
    if is_class.all() or not is_class.any():
        return None
    return Curve(*roc_curve(is_class, score))


def macro_average(curves: Sequence[Curve]) -> Curve | None:
    """The mean true-positive rate of the curves at every false-positive rate; its area is the mean of their areas."""
    if not curves:
        return None
    fpr = np.unique(np.concatenate([curve.fpr for curve in curves]))
    # A curve rises vertically where it has several points at one fpr. Both ends of the rise are kept: with the upper
    # one alone, the average would lie above the curves that it averages.
    upper = np.mean([np.interp(fpr, curve.fpr, curve.tpr) for curve in curves], axis=0)
    lower = np.mean([np.interp(-fpr, -curve.fpr[::-1], curve.tpr[::-1]) for curve in curves], axis=0)
    return Curve(np.repeat(fpr, 2), np.stack([lower, upper], axis=1).ravel())


def thin(x: np.ndarray, y: np.ndarray, limit: int) -> np.ndarray:
    """The indices, in order, of at most `limit` (≥ 2) points that draw the line x, y `(n,)` best.

    Douglas and Peucker's order (1973): the ends first, then always the point farthest from the line drawn so far, so
    the sharpest corners are never lost; points on a straight line are left out.
    """
    keep, segments = {0, len(x) - 1}, [_farthest(x, y, 0, len(x) - 1)]
    while segments and len(keep) < limit:
        distance, start, middle, end = heapq.heappop(segments)
        if distance == 0.0:
            break
        keep.add(middle)
        for part in ((start, middle), (middle, end)):
            heapq.heappush(segments, _farthest(x, y, *part))
    return np.array(sorted(keep))


def _farthest(x: np.ndarray, y: np.ndarray, start: int, end: int) -> tuple[float, int, int, int]:
    """The point between two others that is farthest from the line through them, as (−distance, start, point, end)."""
    if end - start < 2:
        return 0.0, start, start, end
    dx, dy = x[end] - x[start], y[end] - y[start]
    inner = slice(start + 1, end)
    distance = np.abs(dx * (y[inner] - y[start]) - dy * (x[inner] - x[start])) / (math.hypot(dx, dy) or 1.0)
    farthest = int(np.argmax(distance))
    rounding = 1e-12
    return -float(distance[farthest]) if distance[farthest] > rounding else 0.0, start, start + 1 + farthest, end
