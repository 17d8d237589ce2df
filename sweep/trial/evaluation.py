"""Measuring a model on images: its own loss, the classification metrics, and the probabilities they come from."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from sweep.model.evaluation_batch import evaluation_batch
from sweep.model.labels import encode_labels, label_encoding, probabilities
from sweep.trial.metrics import classification_metrics, cross_entropy
from sweep.trial.step import batch_signature, compile_function


class Evaluator:
    """Measures one model again and again; what it compiles, it compiles once.

    `classes` is their number. The model must be compiled and built. Raises InputError where its outputs do not fit.
    """

    def __init__(self, model: keras.Model, classes: int) -> None:
        self._model, self._classes = model, classes
        self._encoding = label_encoding(model, classes)
        self._has_loss = model.loss is not None or type(model).compute_loss is not keras.Model.compute_loss
        self._takes_training = "training" in inspect.signature(model.compute_loss).parameters
        self._run: Any = None

    def __call__(self, images: np.ndarray, labels: np.ndarray) -> tuple[dict[str, float | None], np.ndarray]:
        """Metrics and probabilities (n, classes) on uint8 images (n, h, w, c) with class numbers (n,).

        The metrics: `loss` (the mean over the images, as the model computes it, or the cross-entropy for one that has
        none), those of `classification_metrics`, and the model's own compiled ones where no name is taken by these.
        """
        encoded = encode_labels(labels, self._encoding, self._classes)
        if self._run is None:
            self._run = self._compile(images, encoded)
        self._model.reset_metrics()
        outputs, losses = [], []
        size = evaluation_batch(*images.shape[1:3])
        for start in range(0, len(images), size):
            batch = slice(start, start + size)
            output, loss = self._run(tf.convert_to_tensor(images[batch]), tf.convert_to_tensor(encoded[batch]))
            outputs.append(output.numpy())
            losses.append(float(loss) * len(output))
        estimated = probabilities(np.concatenate(outputs), self._classes)
        loss = sum(losses) / len(images) if self._has_loss else cross_entropy(labels, estimated)
        return {**self._compiled_metrics(), "loss": loss, **classification_metrics(labels, estimated)}, estimated

    def _compile(self, images: np.ndarray, encoded: np.ndarray) -> Any:
        if self._model.run_eagerly:
            return self._batch
        return compile_function(self._batch, batch_signature(images, encoded), jit=self._model.jit_compile)

    def _batch(self, images: tf.Tensor, encoded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        output = self._model(images, training=False)
        self._model.compute_metrics(images, encoded, output, sample_weight=None)
        return tf.cast(output, tf.float32), tf.cast(self._loss(images, encoded, output), tf.float32)

    def _loss(self, images: tf.Tensor, encoded: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
        if not self._has_loss:
            return tf.constant(0.0)
        extra = {"training": False} if self._takes_training else {}
        return self._model.compute_loss(x=images, y=encoded, y_pred=output, sample_weight=None, **extra)

    def _compiled_metrics(self) -> dict[str, float]:
        values = {name: np.asarray(value) for name, value in self._model.get_metrics_result().items()}
        return {name: float(value) for name, value in values.items() if value.ndim == 0}


def evaluate(
    model: keras.Model, images: np.ndarray, labels: np.ndarray, classes: int
) -> tuple[dict[str, float | None], np.ndarray]:
    """Measure a model once: see `Evaluator`."""
    return Evaluator(model, classes)(images, labels)
