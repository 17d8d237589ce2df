"""A user's HyperModel that trains its models itself: whether it does, and what its `fit` is called with."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from sweep.model.image_input import ImageInput
from sweep.model.labels import encode_labels, label_encoding
from sweep.text import one_line

ALWAYS = ("callbacks", "validation_data")
"""What any `fit` is handed, named in its signature or not, as KerasTuner does."""


class _TrainingReached(BaseException):
    """Ends a user's `fit` where training would begin. No Exception, which their own `except` might catch."""


def overrides_fit(hypermodel: Any) -> bool:
    """Whether `fit` is the user's own and not the one that KerasTuner's HyperModel gives to all."""
    if not callable(getattr(hypermodel, "fit", None)):
        return False
    if "fit" in getattr(hypermodel, "__dict__", {}):
        return True
    owner = next(base for base in type(hypermodel).__mro__ if "fit" in vars(base))
    return owner.__module__.partition(".")[0] != "keras_tuner"


def fit_arguments(fit: Callable[..., Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    """Which of the `offered` keyword arguments a user's `fit(hp, model, x, y, ...)` is called with.

    Those that its signature names; where it takes any, `callbacks` and `validation_data` too, and nothing else: the
    usual `model.fit(*args, batch_size=hp.Choice(...), **kwargs)` would be given two batch sizes.
    """
    parameters = inspect.signature(fit).parameters
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    return {name: value for name, value in offered.items() if name in parameters or (takes_any and name in ALWAYS)}


def meet_fit(hypermodel: Any, hp: Any, model: keras.Model, image_input: ImageInput, source: str) -> None:
    """Runs the user's `fit` on a few black images up to its first training, for what it asks of `hp`.

    Warns where it raises: it may do well on real images. The model cannot be trained afterwards.
    """
    for owner, name in ((model, "fit"), (model, "train_on_batch"), (model.optimizer, "apply")):
        setattr(owner, name, _reached)
    y = np.arange(2 * image_input.classes, dtype=np.int32) % image_input.classes
    images = np.zeros((len(y), *image_input.shape), np.uint8)
    labels = encode_labels(y, label_encoding(model, image_input.classes), image_input.classes)
    offered: dict[str, Any] = {"batch_size": 1, "epochs": 1, "initial_epoch": 0, "verbose": 0, "shuffle": False}
    offered |= {"callbacks": [], "validation_data": (images, labels)}
    try:
        hypermodel.fit(hp, model, images, labels, **fit_arguments(hypermodel.fit, offered))
    except _TrainingReached:
        return
    except (Exception, SystemExit) as exc:
        what = f"model {source}: its fit, tried on a few black images, raised {one_line(exc)}"
        rest = "what it asks of hp after that keeps its default unless the file declares it"
        warnings.warn(f"{what}; {rest}", stacklevel=2)


def _reached(*args: Any, **kwargs: Any) -> None:
    raise _TrainingReached
