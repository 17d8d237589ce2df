from __future__ import annotations

import json

import numpy as np
import pytest

from sweep.final.scores import score, wilson_interval

CLASSES = ("ant", "bee", "cat", "dog")
LABELS = np.array([0, 0, 0, 1, 1, 2], np.int32)  # no dog
PROBABILITIES = np.array(
    [
        [0.7, 0.1, 0.1, 0.1],
        [0.6, 0.2, 0.1, 0.1],
        [0.3, 0.5, 0.1, 0.1],  # an ant taken for a bee
        [0.1, 0.8, 0.1, 0.0],
        [0.2, 0.4, 0.3, 0.1],
        [0.5, 0.2, 0.2, 0.1],  # a cat taken for an ant
    ]
)


@pytest.fixture(scope="module")
def scores():
    return score(LABELS, PROBABILITIES, CLASSES)


def test_the_confusion_matrix_has_true_rows_and_predicted_columns(scores):
    assert scores["confusion_matrix"] == [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_the_averages_are_those_worked_out_by_hand(scores):
    test = scores["test"]
    assert test["n"] == 6
    assert test["accuracy"] == pytest.approx(4 / 6)
    # precision 2/3, 2/3, 0; recall 2/3, 1, 0; F1 2/3, 4/5, 0; images 3, 2, 1
    assert test["macro_precision"] == pytest.approx(4 / 9)
    assert test["macro_recall"] == pytest.approx(5 / 9)
    assert test["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 3)
    assert test["weighted_precision"] == pytest.approx((2 + 4 / 3) / 6)
    assert test["weighted_recall"] == pytest.approx(4 / 6)
    assert test["weighted_f1"] == pytest.approx((2 + 8 / 5) / 6)
    # ant: 8 of 9 pairs in order, the cat's 0.5 above one ant's 0.3; bee: 7 of 8; cat: 4 of 5
    assert test["macro_auc"] == pytest.approx((8 / 9 + 7 / 8 + 4 / 5) / 3)
    assert test["weighted_auc"] == pytest.approx((3 * 8 / 9 + 2 * 7 / 8 + 4 / 5) / 6)


def test_each_class_has_its_row(scores):
    ant, bee, cat, dog = scores["per_class"]
    assert ant == pytest.approx(
        {"name": "ant", "support": 3, "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "auc": 8 / 9}
    )
    assert bee == pytest.approx({"name": "bee", "support": 2, "precision": 2 / 3, "recall": 1, "f1": 0.8, "auc": 7 / 8})
    assert cat == pytest.approx({"name": "cat", "support": 1, "precision": 0, "recall": 0, "f1": 0, "auc": 4 / 5})
    assert dog == {"name": "dog", "support": 0, "precision": None, "recall": None, "f1": None, "auc": None}


def test_a_class_that_was_only_predicted_counts_as_zero_as_it_does_in_validation():
    scores = score(np.array([0, 0]), np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.7]]), ("a", "b", "c"))
    assert [row["precision"] for row in scores["per_class"]] == [1.0, None, 0.0]
    assert [row["recall"] for row in scores["per_class"]] == [0.5, None, 0.0]
    assert scores["test"]["macro_precision"] == 0.5
    assert scores["test"]["macro_recall"] == 0.25
    assert scores["test"]["weighted_recall"] == 0.5


def test_an_auc_without_another_class_is_null():
    scores = score(np.array([0, 0]), np.array([[0.9, 0.1], [0.8, 0.2]]), ("a", "b"))
    assert scores["test"]["macro_auc"] is None
    assert scores["test"]["weighted_auc"] is None
    assert scores["roc"]["per_class"] == []
    assert scores["roc"]["macro"] is None


def test_the_curves_are_those_of_the_classes_that_have_one(scores):
    roc = scores["roc"]
    assert [curve["name"] for curve in roc["per_class"]] == ["ant", "bee", "cat"]
    assert roc["per_class"][1]["threshold"][0] is None
    assert roc["macro"]["auc"] == pytest.approx(scores["test"]["macro_auc"])
    assert "threshold" not in roc["macro"]


def test_the_micro_curve_pools_all_decisions():
    scores = score(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), ("a", "b"))
    # right 0.9 and 0.4 against wrong 0.1 and 0.6: three of four pairs in order
    assert scores["roc"]["micro"]["auc"] == 0.75
    assert scores["roc"]["micro"]["threshold"] == [None, 0.9, 0.6, 0.4, 0.1]


def test_the_scores_are_strict_json(scores):
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_agrees_with_the_published_ones(correct, n, low, high):
    """The four examples of R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert wilson_interval(correct, n) == pytest.approx([low, high], abs=5e-5)
