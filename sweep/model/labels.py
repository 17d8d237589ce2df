"""How labels reach a model, as its loss wants them, and how its outputs become probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import keras
import numpy as np

from sweep.errors import InputError

Encoding = Literal["integer", "one_hot", "binary"]

ROUNDING = 1e-3
"""How far above 1 a probability may come to lie in float32 or half precision."""


def label_encoding(model: keras.Model, classes: int) -> Encoding:
    """`integer` for a sparse loss, `binary` for one output of two classes, `one_hot` for everything else.

    The model is compiled and built. Raises InputError where its outputs or its losses do not fit the classes.
    """
    width, loss = _output_width(model), _single_loss(model.loss)
    sparse = _is_sparse(loss)
    if width == 1 and classes == 2 and not sparse:
        return "binary"
    if width != classes:
        outputs = "1 output" if width == 1 else f"{width} outputs"
        only = "; one output serves two classes only, with a loss such as binary_crossentropy" if width == 1 else ""
        raise InputError(f"the model has {outputs} for {classes} classes; its last layer needs {classes} units{only}")
    return "integer" if sparse else "one_hot"


def encode_labels(y: np.ndarray, encoding: Encoding, classes: int) -> np.ndarray:
    """Class numbers (n,) as int32 (n,), float32 one-hot rows (n, classes), or float32 zeros and ones (n, 1)."""
    if encoding == "integer":
        return y.astype(np.int32)
    if encoding == "binary":
        return y.astype(np.float32)[:, np.newaxis]
    return np.eye(classes, dtype=np.float32)[y]


def probabilities(outputs: np.ndarray, classes: int) -> np.ndarray:
    """Outputs (n, k) of any model as float64 probabilities (n, classes), each row adding up to 1.

    One output is the probability of the second class, or its logit where some value lies outside 0..1. Rows that are no
    distribution are logits, unless all values lie in 0..1: those of independent sigmoids, which are put in proportion.
    NaN stays NaN.
    """
    values = np.asarray(outputs, dtype=np.float64)
    within = bool(np.all((values >= 0) & (values <= 1 + ROUNDING) | np.isnan(values)))
    if values.shape[1] == 1 and classes == 2:
        second = np.minimum(values, 1) if within else _sigmoid(values)
        return np.concatenate([1 - second, second], axis=1)
    if not within:
        return _softmax(values)
    sums = values.sum(axis=1, keepdims=True)
    return np.divide(values, sums, out=np.full_like(values, 1 / classes), where=sums != 0)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -logits))


def _output_width(model: keras.Model) -> int:
    shape: Any = getattr(model, "output_shape", None) or model.output.shape
    if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
        raise InputError(f"the model's output has the shape {shape}; it must be one row of outputs for each image")
    return shape[1]


def _single_loss(loss: Any) -> Any:
    """The one loss of a model that may have been compiled with a list or a dict of it."""
    if isinstance(loss, Mapping):
        loss = list(loss.values())
    if not isinstance(loss, list | tuple):
        return loss
    if len(loss) != 1:
        raise InputError(f"the model has {len(loss)} losses; it must have one")
    return loss[0]


def _is_sparse(loss: Any) -> bool:
    """Whether the loss takes class numbers, which its name says, or that of its base class or of what it wraps."""
    loss = _named(loss) if isinstance(loss, str) else loss
    return any("sparse" in name.lower() for name in _names(loss))


def _names(loss: Any) -> Iterator[str]:
    for part in (loss, getattr(loss, "fn", None), getattr(loss, "func", None)):
        yield getattr(part, "__name__", "")
        yield from (base.__name__ for base in type(part).__mro__)


def _named(name: str) -> Any:
    try:
        return keras.losses.get(name)
    except ValueError as exc:
        raise InputError(f"the model is compiled with the loss {name!r}, which Keras does not know") from exc
