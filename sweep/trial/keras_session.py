"""Keras and TensorFlow keep much in their process. A trial neither meets what others left nor leaves any itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from tensorflow.python.framework import ops

from sweep.model.user_code import forget_user_code


@contextlib.contextmanager
def keras_session() -> Iterator[None]:
    """Begin with Keras' global state as in a new process, and a user's modules not run yet; free all that was built,
    traced and trained inside."""
    forget_user_code()
    keras.utils.clear_session(free_memory=False)
    config = keras.config
    settings = config.floatx(), config.epsilon(), config.image_data_format()
    gradients = _gradients()
    known = set(gradients)
    try:
        yield
    finally:
        # Each traced optimizer registers a gradient for good, and with it its whole graph: some MB a trial.
        # https://github.com/tensorflow/tensorflow/issues/80895
        for name in set(gradients) - known:
            del gradients[name]
        keras.utils.clear_session()
        # These it keeps, whoever set them.
        config.set_floatx(settings[0])
        config.set_epsilon(settings[1])
        config.set_image_data_format(settings[2])


def _gradients() -> dict[str, Any]:
    """TensorFlow's registry, which cannot forget by itself; nothing where a later version keeps it elsewhere."""
    return getattr(ops.gradient_registry, "_registry", {})
