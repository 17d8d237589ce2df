"""The one way from a configuration to a model that is ready to train."""

from __future__ import annotations

import keras

from sweep.model.cnn import build_cnn
from sweep.model.image_input import ImageInput
from sweep.model.limits import limited_weights, require_small
from sweep.model.numerics import set_precision
from sweep.model.size import estimate, model_size
from sweep.model.user import build_user_model
from sweep.records import Config
from sweep.space.definition import Space


def build_model(space: Space, config: Config, image_input: ImageInput) -> keras.Model:
    """A compiled model from raw uint8 pixels (n, height, width, channels), with all its variables and its optimizer's.

    Its weights come from Keras' global seed: call `keras.utils.set_random_seed` first, after any `clear_session`. The
    definition's precision is Keras' from here on, until the session is cleared.
    Raises InputError where the user's own model cannot be used, and TooLarge where it is above `max_parameters` or
    `max_memory`, which nobody can know before it is built; for the built-in one see `require_small_cnn`.
    """
    set_precision(space)
    if space.is_builtin:
        model = build_cnn(config, image_input, space.scaling, space.jit)
    else:
        with limited_weights(space):
            model = build_user_model(space, config, image_input)
        require_small(space, model_size(model, model.optimizer, config, image_input))
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return model


def require_small_cnn(space: Space, config: Config, image_input: ImageInput) -> None:
    """Raises TooLarge where the built-in model of this configuration is above a limit, before any of it is made.

    To be called before random numbers are seeded. Of a user's model nothing is said.
    """
    if space.is_builtin:
        require_small(space, estimate(space, config, image_input))
