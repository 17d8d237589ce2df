"""Whether a user's model can be trained on these images and classes, told in one line where it cannot."""

from __future__ import annotations

from typing import Any

import keras

from sweep.errors import InputError
from sweep.model.image_input import ImageInput
from sweep.model.labels import label_encoding
from sweep.model.user_code import wrong


def check_compiled(model: Any, source: str) -> None:
    """Raises InputError unless `build` returned a compiled Keras model."""
    if isinstance(model, type) or not isinstance(model, keras.Model):
        raise wrong(source, f"build(hp) returned {_kind(model)}, not a compiled Keras model")
    if not model.compiled:
        raise wrong(source, "build(hp) returned a model that is not compiled; end it with model.compile(...)")
    if model.loss is None and not trains_itself(model):
        raise wrong(source, "build(hp) compiled its model without a loss")


def trains_itself(model: keras.Model) -> bool:
    """Whether the model's class has a training step or a loss of its own."""
    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in ("train_step", "compute_loss"))


def check_input(model: keras.Model, image_input: ImageInput, source: str) -> None:
    """Raises InputError where the images do not fit the model's inputs, which are known."""
    if len(model.inputs) != 1:
        raise wrong(source, f"its model has {len(model.inputs)} inputs; it must have one, the images")
    expected, images = tuple(model.inputs[0].shape[1:]), image_input.shape
    fits = len(expected) == len(images) and all(size in (None, own) for size, own in zip(expected, images, strict=True))
    if not fits:
        raise wrong(source, f"its model takes inputs of shape {expected}, but the images have the shape {images}")


def check_output(model: keras.Model, image_input: ImageInput, source: str) -> None:
    """Raises InputError where the model's outputs or losses do not fit the classes."""
    try:
        label_encoding(model, image_input.classes)
    except InputError as exc:
        raise wrong(source, str(exc)) from exc


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
