"""A built model, what trains it and what measures it: together they make the metrics of an epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from sweep.data.dataset import Dataset
from sweep.model.image_input import ImageInput
from sweep.model.labels import encode_labels, label_encoding
from sweep.model.user import fit_override
from sweep.records import METRICS, Config
from sweep.space.budget import batch_size_of
from sweep.space.definition import Space
from sweep.space.hyperparameters import bind
from sweep.trial.evaluation import Evaluator
from sweep.trial.fit_trainer import FitTrainer
from sweep.trial.trainer import EpochTrainer, Trainer

ACCURACY_NAMES = ("accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy")
"""What Keras calls the accuracy of a classifier, by how it was asked for."""


class Training:
    """Trains `model`, compiled and built, on the training images and measures it on the validation images."""

    def __init__(
        self, space: Space, config: Config, seed: int, model: keras.Model, dataset: Dataset, image_input: ImageInput
    ) -> None:
        self.parameter_count = int(model.count_params())
        self._train, self._validation = dataset.train(), dataset.validation()
        self._evaluator = Evaluator(model, image_input.classes)
        self.hits: bytes | None = None
        """Of the latest epoch, as in `EpochReport`."""
        encoding = label_encoding(model, image_input.classes)
        images, labels = self._train[0], encode_labels(self._train[1], encoding, image_input.classes)
        batch_size = batch_size_of(config)
        self._trainer: EpochTrainer
        hypermodel = fit_override(space, image_input)
        if hypermodel is None:
            self._trainer = Trainer(model, images, labels, batch_size, seed)
        else:
            validation = (self._validation[0], encode_labels(self._validation[1], encoding, image_input.classes))
            hp = bind(space, config)
            self._trainer = FitTrainer(hypermodel, hp, model, images, labels, validation, batch_size, seed)

    @property
    def variables(self) -> list[Any]:
        """All state that the next epoch depends on."""
        return self._trainer.variables

    @property
    def state_bytes(self) -> int:
        return sum(math.prod(variable.shape) * tf.as_dtype(variable.dtype).size for variable in self.variables)

    @property
    def is_reusable(self) -> bool:
        """Whether another trial whose graph is the same can train with it. A user's `fit` keeps what it likes."""
        return isinstance(self._trainer, Trainer) and self._trainer.is_reusable

    def reuse(self, config: Config, seed: int, variables: Sequence[Any] = ()) -> None:
        """Train a trial of this configuration and seed from now on, from the values of the `variables` of its own
        model; where there are none they are to be assigned afterwards. Only where `is_reusable`."""
        assert isinstance(self._trainer, Trainer)
        self._trainer.reuse(batch_size_of(config), seed)
        for mine, its in zip(self.variables if variables else (), variables, strict=True):
            mine.assign(its)

    def run_epoch(self, epoch: int) -> dict[str, float | None]:
        """Train epoch `epoch` (1-based): METRICS, then whatever else the model was compiled to measure."""
        logs = self._trainer.run_epoch(epoch)
        validated, estimated = self._evaluator(*self._validation)
        self.hits = np.packbits(estimated.argmax(axis=1) == self._validation[1]).tobytes()
        found = {**logs, **self._training_metrics(logs), **{f"val_{name}": value for name, value in validated.items()}}
        return {name: found[name] for name in (*METRICS, *(name for name in found if name not in METRICS))}

    def _training_metrics(self, logs: Mapping[str, float]) -> dict[str, float | None]:
        """Loss and accuracy as gathered while training; measured after it where the model does not gather them."""
        name = next((name for name in ACCURACY_NAMES if name in logs), None)
        if name is not None and "loss" in logs:
            return {"loss": logs["loss"], "accuracy": logs[name]}
        measured, _ = self._evaluator(*self._train)
        return {"loss": logs.get("loss", measured["loss"]), "accuracy": measured["accuracy"]}
