"""Labels and class probabilities → every number that is said about them. No images and no model here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from sweep.final.precision_recall import precision_recall
from sweep.final.roc import Curve, curve_of, macro_average

CONFIDENCE = 0.95


def score(labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """The metrics of labels `(n,)`, indices of `classes`, against probabilities `(n, classes)`, as strict JSON values.

    Precision, recall and F1 are 0 where there is nothing to divide by, and None for a class that was neither seen nor
    predicted; an area under the curve is None where a class has no image, or all. Macro averages are over what is not
    None, as the validation metrics of a trial are; weighted ones weigh it by the number of images.
    """
    predicted = probabilities.argmax(axis=1)
    table = _per_class(labels, predicted, classes)
    curves = [curve_of(labels == index, probabilities[:, index]) for index in range(len(classes))]
    for row, curve in zip(table, curves, strict=True):
        row["auc"] = None if curve is None else curve.area
    correct = int((predicted == labels).sum())
    return {
        "test": {
            "n": len(labels),
            "accuracy": correct / len(labels),
            "accuracy_ci95": wilson_interval(correct, len(labels)),
            **_averages(table),
        },
        "per_class": table,
        "confusion_matrix": confusion_matrix(labels, predicted, labels=range(len(classes))).tolist(),
        "roc": _roc(curves, classes, labels, probabilities),
        "precision_recall": precision_recall(labels, probabilities, classes),
    }


def wilson_interval(correct: int, n: int) -> list[float]:
    """The 95 % interval of a proportion (E. B. Wilson, 1927), [low, high]."""
    interval = binomtest(correct, n).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return [float(interval.low), float(interval.high)]


def _per_class(labels: np.ndarray, predicted: np.ndarray, classes: Sequence[str]) -> list[dict[str, Any]]:
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=range(len(classes)), zero_division=0
    )
    met = np.union1d(labels, predicted)
    return [
        {
            "name": name,
            "support": int(support[index]),
            "precision": float(precision[index]) if index in met else None,
            "recall": float(recall[index]) if index in met else None,
            "f1": float(f1[index]) if index in met else None,
        }
        for index, name in enumerate(classes)
    ]


def _averages(table: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    weightings = {"macro": [1] * len(table), "weighted": [row["support"] for row in table]}
    return {
        f"{kind}_{metric}": _mean([row[metric] for row in table], weights)
        for kind, weights in weightings.items()
        for metric in ("precision", "recall", "f1", "auc")
    }


def _mean(values: Sequence[float | None], weights: Sequence[int]) -> float | None:
    defined = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    if not defined:
        return None
    return math.fsum(value * weight for value, weight in defined) / sum(weight for _, weight in defined)


def _roc(
    curves: Sequence[Curve | None], classes: Sequence[str], labels: np.ndarray, probabilities: np.ndarray
) -> dict[str, Any]:
    """The one-vs-rest curves of the classes that have one, all decisions pooled (micro), and the mean curve (macro)."""
    known = [(name, curve) for name, curve in zip(classes, curves, strict=True) if curve is not None]
    micro = curve_of((labels[:, None] == np.arange(len(classes))).ravel(), probabilities.ravel())
    macro = macro_average([curve for _, curve in known])
    return {
        "per_class": [{"name": name, **curve.to_json()} for name, curve in known],
        "micro": None if micro is None else micro.to_json(),
        "macro": None if macro is None else macro.to_json(),
    }
