"""The final model, as it was saved, against the test images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from sweep.data.dataset import Dataset
from sweep.errors import SweepFailed
from sweep.final.predictions import predictions_of, write_predictions
from sweep.final.requests import EvaluateRequest
from sweep.final.saved_model import load_saved
from sweep.final.scores import score
from sweep.model.numerics import set_precision
from sweep.trial.evaluation import evaluate as measure
from sweep.trial.keras_session import keras_session


def evaluate(request: EvaluateRequest) -> dict[str, Any]:
    """The scores of the saved model on the test images, see `evaluate_model`; beside the model it leaves what was
    predicted of each. Raises SweepFailed as `evaluate_model` does, and where the model cannot be loaded."""
    dataset = Dataset.open(request.dataset)
    with keras_session():
        set_precision(request.space)  # for layers that a layer of a user's own makes anew
        model = load_saved(request.model, request.space, dataset)
        names = [fact.name for fact in dataset.facts()]  # before the look at test, which a fault would waste
        images, labels = dataset.test()
        scores, probabilities = evaluate_model(model, images, labels, dataset.classes)
        kept = predictions_of(labels, probabilities, images, names[-len(labels) :])
        write_predictions(request.model.parent, kept)
        return scores


def evaluate_model(
    model: keras.Model, images: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> tuple[dict[str, Any], np.ndarray]:
    """`classes` and the `score` of the model's probabilities for uint8 images (n, h, w, c) with class numbers (n,),
    with the model's own loss, or the cross-entropy where it has none; and those probabilities (n, classes). Raises
    SweepFailed where it answers NaN."""
    metrics, probabilities = measure(model, images, labels, len(classes))
    wrong = int((~np.isfinite(probabilities).all(axis=1)).sum())
    if wrong:
        raise SweepFailed(f"the final model's output is not a number for {wrong} of the {len(labels)} test images")
    scores = score(labels, probabilities, classes)
    loss = metrics["loss"]
    scores["test"]["loss"] = loss if loss is not None and math.isfinite(loss) else None
    return {"classes": list(classes), **scores}, probabilities
