from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import log_loss, precision_recall_fscore_support, roc_auc_score

from sweep.trial.metrics import classification_metrics, cross_entropy, one_vs_rest_auc


def random_case(count: int, classes: int, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(count + classes)
    scores = generator.random((count, classes))
    if ties:
        scores = np.round(scores, 1) + 0.1
    return generator.integers(0, classes, count), scores / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("count", "classes"), [(30, 2), (300, 10), (7, 12)])
def test_precision_recall_and_f1_are_scikit_learns_to_the_last_bit(count: int, classes: int):
    y, p = random_case(count, classes)
    predicted = p.argmax(axis=1)
    precision, recall, f1, _ = precision_recall_fscore_support(y, predicted, average="macro", zero_division=0)
    metrics = classification_metrics(y, p)
    assert (metrics["precision"], metrics["recall"], metrics["f1"]) == (precision, recall, f1)
    assert metrics["accuracy"] == np.mean(predicted == y)


@pytest.mark.parametrize(("count", "classes"), [(30, 2), (300, 10)])
def test_the_auc_is_scikit_learns(count: int, classes: int):
    y, p = random_case(count, classes)
    auc = roc_auc_score(y, p[:, 1]) if classes == 2 else roc_auc_score(y, p, multi_class="ovr", average="macro")
    assert classification_metrics(y, p)["auc"] == pytest.approx(auc)


def test_equal_probabilities_share_their_ranks():
    y, p = random_case(200, 3, ties=True)
    expected = np.mean([roc_auc_score(y == label, p[:, label]) for label in range(3)])
    assert one_vs_rest_auc(y, p) == pytest.approx(expected)


def test_a_class_without_images_is_left_out_of_the_auc():
    y, p = random_case(200, 4)
    y[y == 2] = 1
    expected = np.mean([roc_auc_score(y == label, p[:, label]) for label in (0, 1, 3)])
    assert one_vs_rest_auc(y, p) == pytest.approx(expected)


def test_without_two_classes_there_is_no_auc_but_all_else():
    _, p = random_case(50, 3)
    p[:, 1] = 2.0
    assert classification_metrics(np.ones(50, dtype=int), p) == {
        "accuracy": 1.0,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "auc": None,
    }


def test_a_class_that_is_never_predicted_has_precision_zero():
    p = np.array([[0.9, 0.1], [0.8, 0.2]])
    metrics = classification_metrics(np.array([0, 1]), p)
    assert (metrics["precision"], metrics["recall"]) == (0.25, 0.5)


def test_probabilities_that_are_no_numbers_have_no_auc():
    y, p = random_case(30, 3)
    p[4, 1] = math.nan
    metrics = classification_metrics(y, p)
    assert metrics["auc"] is None
    assert metrics["accuracy"] is not None and 0 <= metrics["accuracy"] <= 1


def test_cross_entropy_is_scikit_learns_and_not_infinite_where_certain_and_wrong():
    y, p = random_case(30, 3)
    assert cross_entropy(y, p) == pytest.approx(log_loss(y, p))
    assert math.isfinite(cross_entropy(np.array([0]), np.array([[0.0, 1.0]])))
    assert math.isnan(cross_entropy(np.array([0]), np.array([[math.nan, 1.0]])))
