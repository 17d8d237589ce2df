"""Training for a `kt.HyperModel` that has a `fit` of its own: one call of it an epoch."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from sweep.model.user_fit import fit_arguments
from sweep.seeds import derive_seed
from sweep.trial.step import draws_outside, state_variables, stray_variables, trace_train_step


class FitTrainer:
    """Calls `hypermodel.fit(hp, model, images, labels, validation_data=..., callbacks=...)` once for each epoch.

    Arrays as in `Trainer`; `validation` is the images and labels to hand over. The images come in their own order:
    whether and how to shuffle is up to the override, as are batch size and verbosity where its signature does not ask
    for them. Python's, NumPy's, Keras' and TensorFlow's random states are set from (seed, epoch) before each call.

    What a `fit` keeps in Python from one call to the next (the patience of a callback, an optimizer made anew) begins
    again at each epoch. What it returns is not used.
    """

    def __init__(
        self,
        hypermodel: Any,
        hp: Any,
        model: keras.Model,
        images: np.ndarray,
        labels: np.ndarray,
        validation: tuple[np.ndarray, np.ndarray],
        batch_size: int,
        seed: int,
    ) -> None:
        self._fit, self._hp, self._model = hypermodel.fit, hp, model
        self._images, self._labels, self._seed = images, labels, seed
        self._offered = {"validation_data": validation, "batch_size": batch_size, "verbose": 0}
        self._numbers_epochs = _numbers_epochs(self._fit)
        self._strays: list[Any] = []
        self._starts_anew = False
        if not model.run_eagerly:
            self._look_at_step()

    @property
    def variables(self) -> list[Any]:
        return [*state_variables(self._model), *self._strays]

    def run_epoch(self, epoch: int) -> dict[str, float]:
        """The epoch's metrics as the override's `fit` told its callbacks; nothing where it tells them nothing."""
        try:
            return self._call(epoch)
        except TypeError as exc:
            if not self._numbers_epochs or not _says_twice(exc):
                raise
            self._numbers_epochs = False  # it gives `epochs` itself, beside its **kwargs; nothing was trained yet
            return self._call(epoch)

    def _call(self, epoch: int) -> dict[str, float]:
        keras.utils.set_random_seed(derive_seed(self._seed, "epoch", epoch))
        if self._starts_anew:
            self._model.make_train_function(force=True)
        seen = _EpochLogs()
        arguments = fit_arguments(self._fit, {**self._offered, "callbacks": [seen], "epochs": 1, "initial_epoch": 0})
        if self._numbers_epochs:
            arguments |= {"epochs": epoch, "initial_epoch": epoch - 1}
        with _quiet():
            self._fit(self._hp, self._model, self._images, self._labels, **arguments)
        return {name: value for name, value in seen.logs.items() if not name.startswith("val_")}

    def _look_at_step(self) -> None:
        """A compiled step that has state outside of the model must be traced again at each epoch, from its seed."""
        keras.utils.set_random_seed(derive_seed(self._seed, "trace"))
        step = trace_train_step(self._model, self._images, self._labels)
        self._strays = stray_variables(self._model, step)
        self._starts_anew = bool(self._strays) or draws_outside(step)


def _numbers_epochs(fit: Any) -> bool:
    """Whether `fit` passes on, or understands, from which epoch to which it trains. One that takes `epochs` alone most
    likely has a loop of its own, which is to go round once."""
    parameters = inspect.signature(fit).parameters
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    if "initial_epoch" in parameters:
        return takes_any or "epochs" in parameters
    return takes_any and "epochs" not in parameters


def _says_twice(exc: TypeError) -> bool:
    return any(f"multiple values for keyword argument '{name}'" in str(exc) for name in ("epochs", "initial_epoch"))


class _EpochLogs(keras.callbacks.Callback):
    """What `fit` reported of its last epoch; empty where the override tells no callback."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: dict[str, float] = {}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.logs = {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars, without passing a `verbose` that the override may pass too."""
    was_interactive = keras.config.is_interactive_logging_enabled()
    keras.config.disable_interactive_logging()
    try:
        yield
    finally:
        if was_interactive:
            keras.config.enable_interactive_logging()
