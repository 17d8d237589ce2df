from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from sweep.final.precision_recall import THRESHOLDS, precision_recall

LABELS = np.array([0, 0, 1, 1])
PROBABILITIES = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [0.25, 0.75]])


def test_the_counts_are_of_what_has_at_least_the_threshold():
    found = precision_recall(LABELS, PROBABILITIES, ["ant", "bee"])
    ant = found["per_class"][0]
    assert (ant["name"], found["thresholds"][50]) == ("ant", 0.5)
    assert [(ant["tp"][at], ant["fp"][at]) for at in (0, 25, 26, 50, 51, 100)] == [
        (2, 2),
        (2, 2),
        (2, 1),
        (2, 1),
        (1, 0),
        (1, 0),
    ]


def test_precision_and_recall_of_the_counts_are_scikit_learns():
    generator = np.random.default_rng(0)
    labels, scores = generator.integers(0, 3, 200), generator.random((200, 3))
    scores /= scores.sum(axis=1, keepdims=True)
    curve = precision_recall(labels, scores, ["a", "b", "c"])["per_class"][1]
    for at in (10, 30, 45):
        said = scores[:, 1] >= THRESHOLDS[at]
        tp, fp = curve["tp"][at], curve["fp"][at]
        assert tp / (tp + fp) == pytest.approx(precision_score(labels == 1, said))
        assert tp / (labels == 1).sum() == pytest.approx(recall_score(labels == 1, said))


def test_a_class_without_images_or_with_all_has_no_curve():
    found = precision_recall(np.array([1, 1]), np.array([[0.5, 0.5], [0.1, 0.9]]), ["ant", "bee"])
    assert found["per_class"] == []
    json.dumps(found, allow_nan=False)
