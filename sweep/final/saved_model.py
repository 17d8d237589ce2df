"""The final model as a file that can be loaded again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras

from sweep.data.dataset import Dataset
from sweep.errors import SweepFailed
from sweep.model.image_input import ImageInput
from sweep.model.user_code import find_hypermodel
from sweep.space.definition import Space
from sweep.text import one_line


def image_input_of(dataset: Dataset) -> ImageInput:
    """What a model is told about these images."""
    return ImageInput(dataset.image_shape, len(dataset.classes), dataset.mean, dataset.variance)


def load_saved(path: Path, space: Space, dataset: Dataset) -> keras.Model:
    """The saved model, compiled, loaded in Keras' safe mode: a file with code in it is refused.

    The built-in model needs nothing but Keras. A user's model may need its module's layers and losses; where not even
    those bring back its loss (one that was made inside of `build`), it comes without one. Raises SweepFailed where the
    model cannot be loaded.
    """
    failures: list[Exception] = []
    for options in [{}] if space.is_builtin else _ways(space, dataset):
        try:
            model = keras.models.load_model(path, safe_mode=True, **options)
        except Exception as exc:
            failures.append(exc)
            continue
        if not model.compiled:
            model.compile()
        return model
    reason = one_line(failures[-1])
    raise SweepFailed(f"the model of {space.model} cannot be loaded from {path}: {reason}") from failures[-1]


def _ways(space: Space, dataset: Dataset) -> list[dict[str, Any]]:
    """Options of `load_model`, the plainest first. The user's module is imported, which may register its classes."""
    find_hypermodel(space.model, image_input_of(dataset))
    own = _own_objects(space.model.partition(":")[0])
    return [{}, {"custom_objects": own}, {"custom_objects": own, "compile": False}]


def _own_objects(module: str) -> dict[str, Any]:
    """The functions and classes in a user's module by their names, without those that Keras finds by itself."""
    named = {name: found for name, found in vars(sys.modules[module]).items() if callable(found)}
    return {name: one for name, one in named.items() if not getattr(one, "__module__", "").startswith("keras.")}
