from __future__ import annotations

import io

import pytest
from PIL import Image
from tensorboard.util.tensor_util import make_ndarray

from sweep.tracking.final import write_final

METRICS = {
    "classes": ["cat", "dog"],
    "test": {"n": 12, "accuracy": 0.75, "accuracy_ci95": [0.5, 0.875], "loss": 0.5, "macro_auc": None},
    "confusion_matrix": [[5, 1], [2, 4]],
}


@pytest.fixture
def final(new_tracker, record, load, logdir):
    new_tracker().rebuild([record()])
    write_final(logdir, METRICS, METRICS["classes"])
    return load(logdir)


def test_the_final_run_has_the_test_metrics(final):
    assert final.runs() == ["final", "trial-0000"]
    values = {
        tag: final.points("final", tag) for tag in final.reader.AllSummaryMetadata()["final"] if "matrix" not in tag
    }
    assert values == {
        "test/n": [(0, 12)],
        "test/accuracy": [(0, 0.75)],
        "test/accuracy_ci95/low": [(0, 0.5)],
        "test/accuracy_ci95/high": [(0, 0.875)],
        "test/loss": [(0, 0.5)],
    }


def test_the_final_run_makes_no_row(final):
    assert [row.sessions[0].name for row in final.rows] == ["trial-0000"]


def test_the_confusion_matrix_is_a_picture_and_a_table(final):
    width, height, png = final.reader.Tensors("final", "test/confusion_matrix")[0].tensor_proto.string_val
    assert Image.open(io.BytesIO(png)).size == (int(width), int(height))
    table = final.reader.Tensors("final", "test/confusion_matrix_counts")[0].tensor_proto.string_val[0].decode()
    assert table.splitlines() == [
        "| true \\ predicted | cat | dog |",
        "| --- | ---: | ---: |",
        "| **cat** | 5 | 1 |",
        "| **dog** | 2 | 4 |",
    ]


def test_each_class_has_a_precision_recall_curve(new_tracker, record, load, logdir):
    curves = {"thresholds": [0, 0.5, 1], "per_class": [{"name": "<b>cat</b>", "tp": [6, 5, 0], "fp": [6, 1, 0]}]}
    new_tracker().rebuild([record()])
    write_final(logdir, METRICS | {"precision_recall": curves}, METRICS["classes"])
    final = load(logdir)
    metadata = final.reader.AllSummaryMetadata()["final"]["test/precision_recall/000"]
    assert (metadata.plugin_data.plugin_name, metadata.display_name) == ("pr_curves", "<b>cat</b>")
    rows = make_ndarray(final.reader.Tensors("final", "test/precision_recall/000")[0].tensor_proto)
    tp, fp, tn, fn, precision, recall = rows.tolist()
    assert (tp, fp, tn, fn) == ([6, 5, 0], [6, 1, 0], [0, 5, 6], [0, 1, 6])
    assert precision == pytest.approx([0.5, 5 / 6, 1.0])
    assert recall == pytest.approx([1.0, 5 / 6, 0.0])


def test_writing_it_again_replaces_it(final, load, logdir):
    write_final(logdir, METRICS | {"test": {"accuracy": 0.5}}, METRICS["classes"])
    again = load(logdir)
    assert again.points("final", "test/accuracy") == [(0, 0.5)]
    assert "test/loss" not in again.reader.AllSummaryMetadata()["final"]
