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
    """`parameters` counts the weights, trainable or not; `bytes` are an estimate of the memory that training needs,
    `checkpoint_bytes` of a checkpoint's size on disk."""

    parameters: int
    bytes: int
    checkpoint_bytes: int = 0


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
    alone need more than `max_memory`, before the one that is too much is made."""
    create, made = keras.Variable.__init__, 0

    def create_if_small(
        self: Any, initializer: Any, shape: Any = None, dtype: Any = None, *args: Any, **more: Any
    ) -> None:
        nonlocal made
        made += math.prod(np.shape(initializer) if shape is None else shape) * item_bytes(dtype)
        if made > space.max_memory:
            raise _LimitReached
        create(self, initializer, shape, dtype, *args, **more)

    keras.Variable.__init__ = create_if_small
    try:
        yield
    except _LimitReached:
        reason = f"the weights of its model went above max_memory, {byte_text(space.max_memory)}, while it was built"
        raise TooLarge(reason) from None
    finally:
        keras.Variable.__init__ = create


def item_bytes(dtype: Any) -> int:
    """The size of one number of a Keras dtype; None is Keras' default one."""
    return int(tf.as_dtype(keras.backend.standardize_dtype(dtype)).size)


class _LimitReached(BaseException):
    """Ends a user's `build`. No Exception, which their own `except` might catch."""
