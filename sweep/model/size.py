"""How large a model is, told from its shapes.

The memory it needs, besides the 0.8 GB of a process that has none, is that of the largest of three moments:

    state    = weights + what the optimizer keeps for them
    update   = state + gradients + two temporary arrays of their size + 2 x the outputs of all layers for a batch
    measure  = state + 2 x the largest output of a layer for a batch of `evaluation_batch` images
    save     = 2 x state, while a checkpoint is read
    memory   = SAFETY x max(update, measure, save)

A checkpoint takes the state on disk, and besides it some hundred bytes for each epoch.

The estimate of the memory is meant to lie above the truth: `benchmarks/model_size.py` finds it 1.1 to 1.8 times the
growth of a process in an epoch. It knows nothing of what a user's own training step or `fit` holds besides.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from sweep.model.cnn import cnn_layers
from sweep.model.evaluation_batch import evaluation_batch
from sweep.model.image_input import ImageInput
from sweep.model.limits import ModelSize, item_bytes, limited_weights
from sweep.model.numerics import set_precision
from sweep.model.optimizers import build_optimizer
from sweep.model.user import build_user_model
from sweep.model.user_code import forget_user_code
from sweep.records import Config
from sweep.space.budget import batch_size_of
from sweep.space.definition import Space

SAFETY = 1.3

USUAL_SLOTS = 2
"""What Adam keeps for a weight: taken for an optimizer that cannot say."""

_STAND_IN = (10, 10)


def estimate(space: Space, config: Config, image_input: ImageInput) -> ModelSize:
    """The size of this configuration's model. The Keras session is cleared, and random numbers are drawn.

    No weight of the built-in model gets a value, so one too large for any memory can be estimated. A user's model is
    built and thrown away. Raises InputError as `build_user_model` does, TooLarge where its weights alone are too much.
    """
    set_precision(space)
    try:
        if space.is_builtin:
            with keras.StatelessScope(initialize_variables=False):
                model = cnn_layers(config, image_input, space.scaling)
            return model_size(model, build_optimizer(config), config, image_input)
        with limited_weights(space):
            model = build_user_model(space, config, image_input)
        return model_size(model, model.optimizer, config, image_input)
    finally:
        keras.utils.clear_session(free_memory=False)  # Keras would give the weights their values later on
        forget_user_code()


def model_size(
    model: keras.Model, optimizer: keras.Optimizer | None, config: Config, image_input: ImageInput
) -> ModelSize:
    """The size of a model whose variables exist and of its optimizer, which need not be built.

    An output whose shape its layer cannot tell counts as nothing: of layers without weights that are called inside of
    the `call` of a user's own class.
    """
    trainable = _bytes(model.trainable_variables)
    state = _bytes(model.variables) + trainable * _slots(optimizer)
    outputs = list(_output_bytes(model)) or [0]
    height, width, _ = image_input.shape
    update = 3 * trainable + 2 * batch_size_of(config) * sum(outputs)
    measure = 2 * evaluation_batch(height, width) * max(outputs)
    return ModelSize(int(model.count_params()), round(SAFETY * (state + max(update, measure, state))), state)


def _bytes(variables: Sequence[Any]) -> int:
    return sum(math.prod(variable.shape) * item_bytes(variable.dtype) for variable in variables)


def _slots(optimizer: Any) -> int:
    """How many numbers the optimizer keeps for each trainable weight, as a copy of it does for a small weight."""
    if optimizer is None:
        return 0
    try:
        copy = type(optimizer).from_config(optimizer.get_config())
        copy.build([keras.Variable(np.zeros(_STAND_IN, "float32"))])
    except Exception:  # the optimizer is a user's own, which need not be copyable
        return USUAL_SLOTS
    return sum(math.prod(variable.shape) for variable in copy.variables) // math.prod(_STAND_IN)


def _output_bytes(model: keras.Model) -> Iterator[int]:
    """Of each layer, for one image."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _output_bytes(layer)
        else:
            for tensor in _outputs(layer):
                yield math.prod(size or 1 for size in tensor.shape[1:]) * item_bytes(tensor.dtype)


def _outputs(layer: keras.Layer) -> list[Any]:
    """Symbolic tensors. Layers of a functional or sequential model have them; others are asked again."""
    with contextlib.suppress(AttributeError):
        return keras.tree.flatten(layer.output)
    built_for = (layer.get_build_config() or {}).get("input_shape")
    if built_for is not None:
        with contextlib.suppress(Exception):  # a layer of a user's own need not know
            return keras.tree.flatten(layer.compute_output_spec(keras.KerasTensor(built_for)))
    return []
