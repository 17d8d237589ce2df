"""From what a user's `build(hp)` returned to a model that takes raw pixels. The user's own layers stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import keras

from sweep.model.image_input import ImageInput
from sweep.model.scaling import pixel_input, scaling_layer
from sweep.model.user_checks import check_compiled, check_input, check_output, trains_itself
from sweep.model.user_code import wrong
from sweep.text import one_line

Result = TypeVar("Result")


def run_build(hypermodel: Any, hp: Any, source: str) -> Any:
    """What `build(hp)` returns; InputError with the reason where it raises."""
    return _attempt(lambda: hypermodel.build(hp), "build(hp)", source)


def fit_to_images(model: Any, image_input: ImageInput, scaling: str, source: str) -> keras.Model:
    """The model, built, on raw pixels uint8 (n, height, width, channels). Raises InputError where it cannot take them.

    With `scaling` other than `none` it stands behind a scaling layer, in a model compiled with its own optimizer, loss
    and metrics. So does a subclassed model, which knows no input type and could not take integers, behind a cast.
    """
    check_compiled(model, source)
    shape = (None, *image_input.shape)
    if isinstance(model, keras.Sequential) and not model.built:
        _attempt(lambda: model.build(shape), f"building its model for images of shape {image_input.shape}", source)
    knows_input = bool(getattr(model, "inputs", None))
    if knows_input:
        check_input(model, image_input, source)
    if scaling != "none" or not (knows_input or trains_itself(model)):
        model = _scaled(model, image_input, scaling, source)
    elif not knows_input:
        what = "calling its model on raw uint8 pixels (with a training step of its own it has to cast them itself)"
        _attempt(lambda: model(keras.KerasTensor(shape, dtype="uint8")), what, source)
    check_output(model, image_input, source)
    return model


def _scaled(model: keras.Model, image_input: ImageInput, scaling: str, source: str) -> keras.Model:
    if trains_itself(model):
        what = "its model has a train_step or compute_loss of its own, which a scaling layer before it would leave out"
        raise wrong(source, f"{what}; set data.scaling: none and scale in the model")
    if getattr(model, "inputs", None) and "float" not in model.inputs[0].dtype:
        what = f"its model takes {model.inputs[0].dtype}, but scaled pixels are float32"
        raise wrong(source, f"{what}; set data.scaling: none")
    pixels = pixel_input(image_input)
    images = scaling_layer(scaling, image_input)(pixels)
    outputs = _attempt(lambda: model(images), f"calling its model on images of shape {image_input.shape}", source)
    scaled = keras.Model(pixels, outputs, name="scaled")
    # The objects themselves, not their serialised form: a user's own loss need not be registered with Keras, and the
    # optimizer may have been changed after `compile`.
    settings = {name: _without_output_name(value) for name, value in model._compile_config.config.items()}
    scaled.compile(**{**settings, "optimizer": model.optimizer, "auto_scale_loss": False})  # it does, if it is to
    # It is a layer now. Two owners of one optimizer would be saved as two, and one of them without its variables.
    model.optimizer, model.compiled = None, False
    return scaled


def _without_output_name(value: Any) -> Any:
    """The value of a one-output dict: its output has another name in the new model."""
    return next(iter(value.values())) if isinstance(value, Mapping) and len(value) == 1 else value


def _attempt(action: Callable[[], Result], what: str, source: str) -> Result:
    try:
        return action()
    except (Exception, SystemExit) as exc:
        raise wrong(source, f"{what} raised {one_line(exc)}") from exc
