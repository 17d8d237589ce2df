"""From raw pixels to what a network likes, as one layer inside the model, so that a saved model takes raw pixels."""

from __future__ import annotations

import keras

from sweep.model.image_input import ImageInput

FLAT = 1e-6
"""A channel whose variance is below this has one value everywhere; dividing by its deviation would blow up noise."""


def pixel_input(image_input: ImageInput) -> keras.KerasTensor:
    """The input of a model that takes raw pixels: uint8 (n, height, width, channels)."""
    return keras.Input(image_input.shape, dtype="uint8", name="pixels")


def scaling_layer(scaling: str, image_input: ImageInput) -> keras.Layer:
    """`standardize`, `unit` (0 to 1) or `none` (a cast) of 0..255 pixels to float32, one of Keras' own layers.

    It is float32 under any dtype policy: in half precision neighbouring pixel values could become one.
    """
    if scaling == "standardize":
        variance = [one if one > FLAT else 1.0 for one in image_input.variance]
        return keras.layers.Normalization(
            mean=list(image_input.mean), variance=variance, dtype="float32", name="scaling"
        )
    return keras.layers.Rescaling(1 / 255 if scaling == "unit" else 1.0, dtype="float32", name="scaling")
