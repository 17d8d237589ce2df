"""A user's own KerasTuner code as the model of a sweep, unmodified: a function of `hp` or a HyperModel."""

from __future__ import annotations

from typing import Any

import keras

from sweep.errors import InputError
from sweep.model.discovery import explore
from sweep.model.image_input import ImageInput
from sweep.model.numerics import automatic_jit, set_precision
from sweep.model.user_code import find_hypermodel, forget_user_code
from sweep.model.user_fit import meet_fit, overrides_fit
from sweep.model.user_model import fit_to_images, run_build
from sweep.records import Config
from sweep.space.definition import Space
from sweep.space.dimensions import expand
from sweep.space.hyperparameters import WatchedHyperParameters, bind, from_keras_tuner, to_keras_tuner
from sweep.space.structure import did_you_mean

TRAINING_PARAMETERS = ("epochs", "batch_size")
"""What the trainer itself reads, whether or not the user's code asks for it."""


def build_user_model(space: Space, config: Config, image_input: ImageInput) -> keras.Model:
    """What the user's `build` makes of the configuration, compiled and built, on raw pixels.

    Raises InputError, the reason in one line, where their code cannot be imported, raises or does not fit the data.
    """
    return _build(space, bind(space, config), image_input)


def discover(space: Space, image_input: ImageInput) -> Space:
    """The space with every hyperparameter that the user's `build` and `fit` ask for and the file does not declare.

    The built-in model's space is given back as it is. For a user's, models are built, none is trained, and the Keras
    session is cleared. Raises InputError as `build_user_model` does, and where the code never asks for a parameter of
    the file; DefinitionError where one name has two meanings.
    """
    if space.is_builtin:
        return space
    asked: set[str] = set()
    try:
        met = explore(lambda: WatchedHyperParameters(space, asked), lambda hp: _visit(space, hp, image_input))
    finally:
        forget_user_code()
    _check_asked(space, asked)
    declared = {*space.parameters, *(dimension.name for dimension in expand(space))}
    undeclared = type(to_keras_tuner(space))()
    undeclared.merge([one for one in met if one.name not in declared])
    found = from_keras_tuner(undeclared, space.model)
    return space.model_copy(update={"parameters": {**space.parameters, **found}})


def _check_asked(space: Space, asked: set[str]) -> None:
    """A parameter that nothing asks for would only multiply the space: more likely its name is misspelt."""
    known = {parameter for name in asked for parameter in (name, name.rpartition("_")[0])}
    for name in space.parameters:
        if name not in known and name not in TRAINING_PARAMETERS:
            hint = did_you_mean(name, asked) or f"; it asks for {', '.join(sorted(asked)) or 'none'}"
            raise InputError(f"parameters.{name}: {space.model} never asks for it{hint}")


def fit_override(space: Space, image_input: ImageInput) -> Any | None:
    """The user's HyperModel where it has a `fit` of its own, the same instance that builds the models; else None."""
    if space.is_builtin:
        return None
    hypermodel = find_hypermodel(space.model, image_input)
    return hypermodel if overrides_fit(hypermodel) else None


def _build(space: Space, hp: Any, image_input: ImageInput) -> keras.Model:
    with automatic_jit(space.jit):
        model = run_build(find_hypermodel(space.model, image_input), hp, space.model)
    return fit_to_images(model, image_input, space.scaling, space.model)


def _visit(space: Space, hp: Any, image_input: ImageInput) -> None:
    """Everything in the user's code that may ask for a hyperparameter, in KerasTuner's order."""
    set_precision(space)  # before the user's module, which may set another
    hypermodel = find_hypermodel(space.model, image_input)
    if hasattr(hypermodel, "declare_hyperparameters"):
        hypermodel.declare_hyperparameters(hp)
    try:
        model = _build(space, hp, image_input)
        if overrides_fit(hypermodel):
            meet_fit(hypermodel, hp, model, image_input, space.model)
    finally:
        keras.backend.clear_session()
