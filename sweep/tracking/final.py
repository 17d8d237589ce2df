"""The final model's test metrics, confusion matrix and precision-recall curves, as a TensorBoard run of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.text.summary_v2 import text_pb

from sweep.tracking.events import EventFile, scalars
from sweep.tracking.precision_recall import pr_curves


def write_final(logdir: Path, metrics: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Write the run `final` under `logdir`, in place of an earlier one. It has no hyperparameters, so it makes no row.

    `metrics` is what `final/metrics.json` holds: its `test` numbers become scalars, and `confusion_matrix` (one row of
    counts for each true class) a picture and a table; `labels` names the classes in that order. What an earlier version
    evaluated has no `precision_recall`, and gets no such curves.
    """
    from sweep.tracking.confusion import picture, table  # only here: it loads matplotlib

    directory = logdir / "final"
    shutil.rmtree(directory, ignore_errors=True)
    matrix = metrics["confusion_matrix"]
    png, width, height = picture(matrix, labels)
    image = Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
    values = [
        *scalars(dict(_numbers(metrics["test"]))),
        Summary.Value(tag="test/confusion_matrix", image=image),
        *text_pb("test/confusion_matrix_counts", table(matrix, labels)).value,
        *(pr_curves(metrics["precision_recall"]) if "precision_recall" in metrics else ()),
    ]
    EventFile(directory).write(values, 0, time.time())


def _numbers(test: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in test.items():
        if isinstance(value, int | float):
            yield f"test/{name}", value
        elif isinstance(value, Sequence) and len(value) == 2:  # an interval
            yield f"test/{name}/low", value[0]
            yield f"test/{name}/high", value[1]
