"""Training epoch by epoch, each one compiled loop over its batches: as `model.fit` on the same order, to the bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from sweep.data.ahead import ask_for
from sweep.seeds import derive_seed
from sweep.trial.step import (
    ConcreteFunction,
    batch_signature,
    compile_function,
    draws_outside,
    state_variables,
    stray_variables,
    trace_train_step,
    train_step,
)

CHUNK_BYTES = 64 * 2**20
"""Images are gathered from the array on disk in pieces of at most this size; small data is one piece."""


class EpochTrainer(Protocol):
    """Trains a model one epoch at a time."""

    @property
    def variables(self) -> list[Any]:
        """All state that the next epoch depends on, in an order that is the same for the same model."""

    def run_epoch(self, epoch: int) -> dict[str, float]:
        """Train epoch `epoch` (1-based) and give its loss and the model's compiled metrics, by name."""


class Trainer:
    """Trains `model`, compiled and built, with its own `train_step`.

    `images` is uint8 (n, h, w, c) and may be memory-mapped; `labels` (n, ...) are as the model's loss wants them. The
    order of an epoch depends on (seed, epoch) alone, so which epochs this object has run before does not matter.

    Randomness outside of the model's variables (`tf.random.uniform`, a `py_function`, a model that runs eagerly) starts
    anew from (seed, epoch) at each epoch, which costs such a model one more trace an epoch.
    """

    def __init__(self, model: keras.Model, images: np.ndarray, labels: np.ndarray, batch_size: int, seed: int) -> None:
        self._model, self._images, self._labels = model, images, labels
        self._batch_size, self._seed = batch_size, seed
        self._strays: list[tf.Variable] = []
        self._starts_anew = bool(model.run_eagerly)
        self._prepare("trace")

    @property
    def variables(self) -> list[Any]:
        return [*state_variables(self._model), *self._strays]

    @property
    def is_reusable(self) -> bool:
        """Whether another trial can begin with `reuse` as if with an object of its own. Not so with state outside of
        the model, which began from the seed of the first trial."""
        return not self._starts_anew and not self._strays

    def reuse(self, batch_size: int, seed: int) -> None:
        """Train with these from now on. The values of `variables` are to be assigned besides."""
        self._batch_size, self._seed = batch_size, seed

    def run_epoch(self, epoch: int) -> dict[str, float]:
        if self._starts_anew:
            self._prepare("epoch", epoch)
        self._model.reset_metrics()
        logs: dict[str, tf.Tensor] = {}
        for images, labels in self._chunks(epoch):
            logs = self._run(tf.convert_to_tensor(images), tf.convert_to_tensor(labels), tf.constant(self._batch_size))
        return {name: float(value) for name, value in logs.items()}

    def _prepare(self, *purpose: str | int) -> None:
        """Compile the epoch. Tracing takes seeds from the global state, which must not depend on what ran before."""
        keras.utils.set_random_seed(derive_seed(self._seed, *purpose))
        if self._model.run_eagerly:
            self._run = _eager_loop(self._model)
            return
        step = trace_train_step(self._model, self._images, self._labels)
        self._starts_anew = draws_outside(step)
        self._strays = stray_variables(self._model, step)
        self._run = _compiled_loop(step, batch_signature(self._images, self._labels))

    def _chunks(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The epoch's images and labels in its order, a whole number of batches at a time."""
        order = np.random.default_rng(derive_seed(self._seed, "order", epoch)).permutation(len(self._images))
        batch_bytes = self._images[0].nbytes * self._batch_size
        rows = max(1, CHUNK_BYTES // batch_bytes) * self._batch_size
        for start in range(0, len(order), rows):
            chosen = order[start : start + rows]
            ask_for(self._images, chosen)
            yield self._images[chosen], self._labels[chosen]


Loop = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], dict[str, tf.Tensor]]
"""Images, labels and batch size to the logs of the last step. A graph that had the batch size in it would serve no
other."""


def _compiled_loop(step: ConcreteFunction, signature: list[tf.TensorSpec]) -> Loop:
    """All of it is one call."""

    def loop(images: tf.Tensor, labels: tf.Tensor, batch_size: tf.Tensor) -> Any:
        rows = tf.shape(images)[0]

        def one(start: tf.Tensor, _: Any) -> tuple[tf.Tensor, Any]:
            end = start + batch_size
            return end, step(images[start:end], labels[start:end])

        nothing = tf.nest.map_structure(lambda log: tf.zeros(log.shape, log.dtype), step.structured_outputs)
        return tf.while_loop(lambda start, _: start < rows, one, (0, nothing), parallel_iterations=1)[1]

    return compile_function(loop, [*signature, tf.TensorSpec((), tf.int32)])


def _eager_loop(model: keras.Model) -> Loop:
    """For a model compiled with `run_eagerly`."""

    def loop(images: tf.Tensor, labels: tf.Tensor, batch_size: tf.Tensor) -> Any:
        logs: dict[str, tf.Tensor] = {}
        for start in range(0, images.shape[0], int(batch_size)):
            batch = slice(start, start + int(batch_size))
            logs = train_step(model, images[batch], labels[batch])
        return logs

    return loop
