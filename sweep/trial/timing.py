"""How long a configuration trains, told from a few steps of it on the prepared images. Nothing of it is kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

import keras

from sweep.data.dataset import Arrays, Dataset
from sweep.model.build import build_model
from sweep.model.image_input import ImageInput
from sweep.records import Config
from sweep.seeds import derive_seed
from sweep.space.budget import batch_size_of
from sweep.space.definition import Space
from sweep.trial.keras_session import keras_session
from sweep.trial.training import Training

STEPS = 10
"""So many batches stand for an epoch, and a share of the validation images."""

REPEATS = 3
REPEAT_SECONDS = 1.0
"""Steps that take longer than this together are not taken again."""


@dataclass(frozen=True)
class Timing:
    """In seconds: what it takes to build, trace and compile the model, and a whole epoch, validation included."""

    begin: float
    epoch: float


def time_training(space: Space, config: Config, dataset: Dataset, image_input: ImageInput) -> Timing:
    """Raises TooLarge where the model is refused, and whatever a user's own model or its training raises."""
    images = min(dataset.train_size, STEPS * batch_size_of(config))
    part = _Part(**vars(dataset), used=images)
    began = time.perf_counter()
    with keras_session():
        keras.utils.set_random_seed(derive_seed(space.seed, "timing"))
        model = build_model(space, config, image_input)
        training = Training(space, config, space.seed, model, part, image_input)
        training.run_epoch(1)
        first = time.perf_counter() - began
        again = _least_seconds(training)
    return Timing(max(0.0, first - again), again * dataset.train_size / images)


def _least_seconds(training: Training) -> float:
    """The least of a few is what it takes where nothing else is in the way."""
    found: list[float] = []
    while len(found) < REPEATS and sum(found) < REPEAT_SECONDS:
        began = time.perf_counter()
        training.run_epoch(2 + len(found))
        found.append(time.perf_counter() - began)
    return min(found)


@dataclass(frozen=True)
class _Part(Dataset):
    """The first `used` training images, and as large a share of the validation images."""

    used: int = 0

    def train(self) -> Arrays:
        return _first(super().train(), self.used)

    def validation(self) -> Arrays:
        return _first(super().validation(), max(1, self.validation_size * self.used // self.train_size))


def _first(arrays: Arrays, count: int) -> Arrays:
    return arrays[0][:count], arrays[1][:count]
