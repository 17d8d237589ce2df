"""Classification metrics of one epoch, quick enough to be taken at each of them.

They are scikit-learn's, by counting: to import that takes as long as a small trial, in every process that trains.
"""

from __future__ import annotations

import numpy as np


def classification_metrics(y_true: np.ndarray, probabilities: np.ndarray) -> dict[str, float | None]:
    """Accuracy and macro-averaged precision, recall, F1 and AUC.

    `y_true` are class numbers (n,), `probabilities` (n, classes). Precision, recall and F1 average over the classes
    that were seen or predicted, and a ratio with nothing to divide by counts as 0. For `auc` see `one_vs_rest_auc`.
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    hits = np.bincount(y_true[predicted == y_true], minlength=classes)
    seen, told = np.bincount(y_true, minlength=classes), np.bincount(predicted, minlength=classes)
    counts = np.stack([hits, seen, told])[:, (seen + told) > 0]
    hits, seen, told = counts
    return {
        "accuracy": float(np.mean(predicted == y_true)),
        "precision": float(np.mean(hits / np.maximum(told, 1))),
        "recall": float(np.mean(hits / np.maximum(seen, 1))),
        "f1": float(np.mean(2 * hits / (seen + told))),
        "auc": one_vs_rest_auc(y_true, probabilities),
    }


def one_vs_rest_auc(y_true: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Mean area under the ROC curve over the classes, each against the rest.

    A class of which `y_true` has no image, or nothing else, is left out; None where none remains, or where a
    probability is not finite. It is the share of pairs, one of the class and one of the rest, in which the one of the
    class has the higher probability, a tie being half (Mann-Whitney U): the area exactly, without a curve.
    """
    if not np.isfinite(probabilities).all():
        return None
    areas = []
    for number, scores in enumerate(probabilities.T):
        inside, rest = scores[y_true == number], np.sort(scores[y_true != number])
        if len(inside) and len(rest):
            above, not_below = rest.searchsorted(inside, "left"), rest.searchsorted(inside, "right")
            areas.append((above.sum() + not_below.sum()) / 2 / (len(inside) * len(rest)))
    return float(np.mean(areas)) if areas else None


def cross_entropy(y_true: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative logarithm of the probability (n, classes) given to the true class; NaN where one is NaN."""
    chosen = probabilities[np.arange(len(y_true)), y_true].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(chosen, np.finfo(np.float64).tiny))))
