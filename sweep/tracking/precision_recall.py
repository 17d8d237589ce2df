"""TensorBoard's precision-recall curves, without the TensorFlow that its own function imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.pr_curve.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from sweep.text import printable


def pr_curves(curves: Mapping[str, Any]) -> Iterator[Summary.Value]:
    """One curve for each class of what `final.precision_recall` gives. Tags are numbers: a name may be anything."""
    count = len(curves["thresholds"])
    for number, curve in enumerate(curves["per_class"]):
        yield Summary.Value(
            tag=f"test/precision_recall/{number:03d}",
            metadata=create_summary_metadata(printable(curve["name"]), "", count),
            tensor=make_tensor_proto(_rows(np.array(curve["tp"]), np.array(curve["fp"]))),
        )


def _rows(tp: np.ndarray, fp: np.ndarray) -> np.ndarray:
    """The plugin's six rows, each of as many numbers as there are thresholds. At the first one all are found."""
    tn, fn = fp[0] - fp, tp[0] - tp
    precision = np.divide(tp, tp + fp, out=np.ones(len(tp)), where=tp + fp > 0)
    return np.stack([tp, fp, tn, fn, precision, tp / tp[0]]).astype(np.float32)
