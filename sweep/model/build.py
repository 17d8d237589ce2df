"""The one way from a configuration to a model that is ready to train."""

from __future__ import annotations

import keras

from sweep.model.cnn import build_cnn, cnn_layers
from sweep.model.image_input import ImageInput
from sweep.model.user import build_user_model
from sweep.records import Config
from sweep.space.definition import Space


def build_model(space: Space, config: Config, image_input: ImageInput) -> keras.Model:
    """A compiled model from raw uint8 pixels (n, height, width, channels), with all its variables and its optimizer's.

    Its weights come from Keras' global seed: call `keras.utils.set_random_seed` first, after any `clear_session`.
    Raises InputError where the user's own model cannot be used.
    """
    if space.is_builtin:
        model = build_cnn(config, image_input, space.scaling)
    else:
        model = build_user_model(space, config, image_input)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return model


def count_parameters(space: Space, config: Config, image_input: ImageInput) -> int:
    """The number of weights, trainable or not, of this configuration's model, which is thrown away.

    The Keras session is cleared. Raises as `build_model`.
    """
    try:
        if space.is_builtin:
            # In this scope no weight gets a value, so even a model too large for the memory can be counted.
            with keras.StatelessScope(initialize_variables=False):
                return int(cnn_layers(config, image_input, space.scaling).count_params())
        return int(build_user_model(space, config, image_input).count_params())
    finally:
        keras.backend.clear_session()
