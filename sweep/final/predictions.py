"""What the final model said of each test image, kept with its evaluation, so that nobody has to look at them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sweep.final.folder import write_whole

PREDICTIONS = "predictions.npz"
"""In `final/`, beside the model that made them."""

WORST = 16
"""How many of the wrong images are kept as pixels: those that the model was surest of."""

LARGEST = 256
"""Pixels of the longer side of a kept image; of a larger one every second pixel is kept, or every third, and so on."""


@dataclass(frozen=True)
class Predictions:
    """Of `n` test images in the order of the data set.

    `labels` and `predicted` are class numbers (n,), `probability` (n,) is that of the predicted class and
    `label_probability` (n,) that of the label. `worst` (k,) are indices of images that were mistaken, the surest
    mistake first, `worst_images` uint8 (k, height, width, channels) their pixels and `worst_names` where they stand in
    the source.
    """

    labels: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    label_probability: np.ndarray
    worst: np.ndarray
    worst_images: np.ndarray
    worst_names: np.ndarray


def predictions_of(
    labels: np.ndarray, probabilities: np.ndarray, images: np.ndarray, names: Sequence[str]
) -> Predictions:
    """From labels (n,), probabilities (n, classes), uint8 images (n, h, w, c) and their names."""
    rows = np.arange(len(labels))
    predicted = probabilities.argmax(axis=1)
    surest = probabilities[rows, predicted]
    wrong = np.flatnonzero(predicted != labels)
    step = -(-max(images.shape[1:3]) // LARGEST)
    worst = wrong[np.argsort(-surest[wrong], kind="stable")][:WORST]
    return Predictions(
        labels=labels.astype(np.int32),
        predicted=predicted.astype(np.int32),
        probability=surest.astype(np.float32),
        label_probability=probabilities[rows, labels].astype(np.float32),
        worst=worst.astype(np.int32),
        worst_images=np.ascontiguousarray(images[worst][:, ::step, ::step]),
        worst_names=np.array([names[index] for index in worst], dtype=np.str_),
    )


def write_predictions(folder: Path, predictions: Predictions) -> None:
    """As `predictions.npz` of `folder`, whole or not at all."""
    write_whole(folder / PREDICTIONS, lambda path: np.savez_compressed(path, **vars(predictions)))


def read_predictions(folder: Path) -> Predictions | None:
    """None where there are none, as after an evaluation by an earlier version, or where they are damaged."""
    try:
        with np.load(folder / PREDICTIONS, allow_pickle=False) as file:
            found = Predictions(**file)
    except Exception:  # of damaged bytes the reader of an archive makes anything at all
        return None
    return found if _fits(found) else None


def _fits(one: Predictions) -> bool:
    """Whether there is one of each for every image, and for every one of the worst."""
    every = {one.labels.shape, one.predicted.shape, one.probability.shape, one.label_probability.shape}
    worst = {one.worst.shape, one.worst_names.shape, one.worst_images.shape[:1]}
    return len(every) == len(worst) == one.labels.ndim == one.worst.ndim == 1 and one.worst_images.ndim == 4
