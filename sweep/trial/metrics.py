"""Classification metrics of one epoch, quick enough to be taken at each of them."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import precision_recall_fscore_support


def classification_metrics(y_true: np.ndarray, probabilities: np.ndarray) -> dict[str, float | None]:
    """Accuracy and macro-averaged precision, recall, F1 and AUC.

    `y_true` are class numbers (n,), `probabilities` (n, classes). Precision, recall and F1 average over the classes
    that were seen or predicted, and a ratio with nothing to divide by counts as 0. For `auc` see `one_vs_rest_auc`.
    """
    predicted = probabilities.argmax(axis=1)
    precision, recall, f1, _ = precision_recall_fscore_support(y_true, predicted, average="macro", zero_division=0)
    return {
        "accuracy": float(np.mean(predicted == y_true)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "auc": one_vs_rest_auc(y_true, probabilities),
    }


def one_vs_rest_auc(y_true: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Mean area under the ROC curve over the classes, each against the rest.

    A class of which `y_true` has no image, or nothing else, is left out; None where none remains, or where a
    probability is not finite. From ranks (Mann-Whitney U), which is the area exactly and needs no curve.
    """
    if not np.isfinite(probabilities).all():
        return None
    belongs = y_true[:, None] == np.arange(probabilities.shape[1])
    positives = belongs.sum(axis=0)
    pairs = positives * (len(y_true) - positives)
    if not pairs.any():
        return None
    rank_sums = np.where(belongs, rankdata(probabilities, axis=0), 0.0).sum(axis=0)
    wins = rank_sums - positives * (positives + 1) / 2
    return float(np.mean(wins[pairs > 0] / pairs[pairs > 0]))


def cross_entropy(y_true: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative logarithm of the probability (n, classes) given to the true class; NaN where one is NaN."""
    chosen = probabilities[np.arange(len(y_true)), y_true].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(chosen, np.finfo(np.float64).tiny))))
