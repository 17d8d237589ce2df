"""Random changes of the training images, made by Keras' own layers; outside training they do nothing."""

from __future__ import annotations

import keras


def augmentation_layers(strength: str) -> list[keras.Layer]:
    """The layers of `none`, `flip`, `light` or `strong`, for pixels from 0 to 255.

    They come before the scaling, because the contrast layer clips to the range of pixels; that of raw ones is known.
    They compute in float32 under any dtype policy: in bfloat16 a place in an image of 300 pixels is known to 2 of them.
    """
    if strength == "none":
        return []
    layers: list[keras.Layer] = [keras.layers.RandomFlip("horizontal", dtype="float32")]
    if strength == "light":
        layers += _geometry(shift=0.05, turn=0.03, zoom=0.1)
    if strength == "strong":
        layers += [*_geometry(shift=0.1, turn=0.06, zoom=0.2), keras.layers.RandomContrast(0.3, dtype="float32")]
    return layers


def _geometry(shift: float, turn: float, zoom: float) -> list[keras.Layer]:
    """The largest changes either way: `shift` and `zoom` as parts of the image's size, `turn` of a full turn."""
    return [
        keras.layers.RandomTranslation(shift, shift, dtype="float32"),
        keras.layers.RandomRotation(turn, dtype="float32"),
        keras.layers.RandomZoom(zoom, dtype="float32"),
    ]
