from __future__ import annotations

import copy
import json
import re
from typing import Any

import numpy as np
import pytest

from sweep.errors import SweepFailed
from sweep.final.metrics_file import read_metrics
from sweep.final.precision_recall import precision_recall
from sweep.final.scores import score
from sweep.store import RunDirectory, create_run

LABELS = np.array([0, 0, 1, 1])
PROBABILITIES = np.array([[0.75, 0.25], [0.25, 0.75], [0.5, 0.5], [0.125, 0.875]])


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """As an evaluation leaves it; of a class without an image much cannot be computed."""
    scores = score(LABELS, np.pad(PROBABILITIES, ((0, 0), (0, 1))), ["a", "b", "never seen"])
    winner = {"id": 3, "objective": 0.5, "best_epoch": 2, "config": {}, "full_budget": True, "note": None}
    return {
        "classes": list("abc"),
        **scores,
        "winner": winner,
        "retrain": {"epochs": 2, "images": 8, "seconds": 1.5},
        "test_evaluations": 1,
    }


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    run = create_run(tmp_path / "runs", None, "s")
    run.final.mkdir()
    return run


def write(run: RunDirectory, metrics: Any) -> None:
    (run.final / "metrics.json").write_text(json.dumps(metrics))


def test_what_an_evaluation_writes_is_read_back(run, whole):
    write(run, whole)
    assert read_metrics(run) == whole


def test_what_another_version_adds_is_kept(run, whole):
    write(run, whole | {"calibration": [0.5]})
    assert read_metrics(run)["calibration"] == [0.5]


def test_before_the_evaluation_there_is_nothing(run):
    assert read_metrics(run) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"test": {}}', "\x00\xff", "[" * 100_000])
def test_damaged_metrics_are_said_in_one_line(run, text):
    (run.final / "metrics.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SweepFailed, match=r"metrics\.json: is damaged.*; make it anew with: sweep retrain-best s-001"):
        read_metrics(run)


def test_metrics_that_are_a_folder_are_damaged(run):
    (run.final / "metrics.json").mkdir()
    with pytest.raises(SweepFailed, match="is damaged"):
        read_metrics(run)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("test",), "x", "test: input should be"),
        (("test", "accuracy"), "0.5", "test.accuracy: input should be a valid number"),
        (("test", "accuracy_ci95"), [0.5], "test.accuracy_ci95: list should have at least 2 items"),
        (("test", "n"), None, "test.n: input should be a valid integer"),
        (("classes",), [1], "classes.0: input should be a valid string"),
        (("confusion_matrix",), [[1, "x"]], "confusion_matrix.0.1: input should be a valid integer"),
        (("per_class", 0, "f1"), [], "per_class.0.f1: input should be a valid number"),
        (("roc", "micro", "fpr"), "x", "roc.micro.fpr: input should be a valid list"),
        (("retrain",), None, "retrain: input should be"),
        (("winner", "id"), "x", "winner.id: input should be a valid integer"),
        (("precision_recall",), {"thresholds": 1}, "precision_recall.thresholds: input should be a valid list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_damage_and_named(run, whole, path, value, told):
    changed: Any = copy.deepcopy(whole)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    write(run, changed)
    with pytest.raises(SweepFailed, match=re.escape(f"is damaged ({told}")):
        read_metrics(run)


@pytest.mark.parametrize("key", ["classes", "test", "per_class", "confusion_matrix", "roc", "winner", "retrain"])
def test_a_part_that_is_missing_is_damage(run, whole, key):
    write(run, {name: value for name, value in whole.items() if name != key})
    with pytest.raises(SweepFailed, match=rf"is damaged \({key}: field required\)"):
        read_metrics(run)


def test_precision_and_recall_are_read_where_they_are_there(run, whole):
    curves = precision_recall(LABELS, PROBABILITIES, ["a", "b"])
    write(run, whole | {"precision_recall": curves})
    assert read_metrics(run)["precision_recall"] == curves
