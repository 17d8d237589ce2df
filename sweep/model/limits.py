"""The refusal of a model that is too large, before it can take the machine down."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from sweep.errors import SweepError
from sweep.space.definition import Space
from sweep.text import byte_text, counted


class TooLarge(SweepError):
    """This configuration's model is above a limit of the definition. `size` is what it is, where that is known."""

    def __init__(self, reason: str, size: ModelSize | None = None) -> None:
        super().__init__(reason)
        self.size = size


@dataclass(frozen=True)
class ModelSize:
    """`parameters` counts the weights, trainable or not; `bytes` are an estimate of the memory that training needs."""

    parameters: int
    bytes: int


def require_small(space: Space, size: ModelSize) -> None:
    """Raises TooLarge where the model is above the definition's `max_parameters` or `max_memory`."""
    parameters = counted(size.parameters, "parameter")
    if space.max_parameters is not None and size.parameters > space.max_parameters:
        raise TooLarge(f"{parameters} are above max_parameters, {space.max_parameters:,}", size)
    if size.bytes > space.max_memory:
        needed = f"{parameters} and the activations of a batch need about {byte_text(size.bytes)}"
        raise TooLarge(f"{needed}, above max_memory, {byte_text(space.max_memory)}", size)


@contextlib.contextmanager
def limited_weights(space: Space) -> Iterator[None]:
    """A user's code, whose model cannot be known before it is built, is run in here. Raises TooLarge where its weights
    go beyond a limit, before the one that does so is made."""
    create, made = keras.Variable.__init__, _Made(space)

    def create_if_small(
        self: Any, initializer: Any, shape: Any = None, dtype: Any = None, *args: Any, **more: Any
    ) -> None:
        made.add(np.shape(initializer) if shape is None else shape, dtype)
        create(self, initializer, shape, dtype, *args, **more)

    keras.Variable.__init__ = create_if_small
    try:
        yield
    except _LimitReached as exc:
        raise TooLarge(str(exc)) from None
    finally:
        keras.Variable.__init__ = create


def item_bytes(dtype: Any) -> int:
    """The size of one number of a Keras dtype; None is Keras' default one."""
    return int(tf.as_dtype(keras.backend.standardize_dtype(dtype)).size)


class _LimitReached(BaseException):
    """Ends a user's `build`. No Exception, which their own `except` might catch."""


class _Made:
    """The weights made so far."""

    def __init__(self, space: Space) -> None:
        self._space, self._parameters, self._bytes = space, 0, 0

    def add(self, shape: Any, dtype: Any) -> None:
        parameters = math.prod(shape)
        self._parameters += parameters
        self._bytes += parameters * item_bytes(dtype)
        if self._space.max_parameters is not None and self._parameters > self._space.max_parameters:
            limit = f"max_parameters, {self._space.max_parameters:,}"
        elif self._bytes > self._space.max_memory:
            limit = f"max_memory, {byte_text(self._space.max_memory)}"
        else:
            return
        raise _LimitReached(f"the weights of its model went above {limit}, while it was built")
