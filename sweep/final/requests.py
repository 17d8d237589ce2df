"""What is sent to a worker to retrain and to evaluate, and what comes back: picklable, and free of TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.records import Config
from sweep.space.definition import Space


@dataclass(frozen=True)
class RetrainRequest:
    """Train `config` anew on train and validation of `dataset`, and save model and labels in `folder`. `code` is the
    digest of the user's code, None for the built-in model."""

    space: Space
    config: Config
    best_epoch: int
    seed: int
    dataset: Path
    folder: Path
    code: str | None = None


@dataclass(frozen=True)
class RetrainEpoch:
    """One finished epoch of `epochs`; `epoch` is 1-based. There is no validation: its images are trained on."""

    epoch: int
    epochs: int
    metrics: Mapping[str, float | None]
    seconds: float


@dataclass(frozen=True)
class Retrained:
    """The end of a retraining: how long it was, and on how many images."""

    epochs: int
    images: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {"epochs": self.epochs, "images": self.images, "seconds": round(self.seconds, 3)}


@dataclass(frozen=True)
class EvaluateRequest:
    """Evaluate the saved `model` on the test images of `dataset`."""

    space: Space
    dataset: Path
    model: Path
    code: str | None = None


@dataclass(frozen=True)
class WorkFailed:
    """The last event of a request that could not be done: one line that says why, and the whole traceback."""

    message: str
    traceback: str
