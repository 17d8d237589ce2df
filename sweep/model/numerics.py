"""How a model computes: the definition's `precision` and `jit`, which change results and how long they take."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import keras

from sweep.space.definition import Space


def set_precision(space: Space) -> None:
    """Layers and models made from here on have the definition's dtype policy, until one sets another or the session is
    cleared. To be called before a user's code is imported, so that its own policy wins."""
    if space.precision != "float32":  # Keras' own, unless a user's code sets another `floatx`
        keras.config.set_dtype_policy(space.precision)


def scaling_loss(optimizer: keras.Optimizer) -> keras.Optimizer:
    """The optimizer, for float16 as one that scales the loss so that small gradients do not vanish.

    `compile` would do the same, but the saved model would not know of it, and be loaded without the optimizer's state.
    """
    if keras.config.dtype_policy().name != "mixed_float16":
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")


@contextlib.contextmanager
def automatic_jit(jit: bool) -> Iterator[None]:
    """In here `compile` takes its default, `jit_compile="auto"`, for `jit`, on every machine.

    It raises ValueError as `require_jit` does. A model that says itself whether it is to be compiled, or that runs
    eagerly, is left as it is.
    """
    keras_compile = keras.Model.compile
    signature = inspect.signature(keras_compile)

    def compile_as_defined(*args: Any, **settings: Any) -> None:
        given = signature.bind(*args, **settings)
        given.apply_defaults()
        automatic = given.arguments["jit_compile"] == "auto" and not given.arguments["run_eagerly"]
        if automatic:
            given.arguments["jit_compile"] = jit
        keras_compile(*given.args, **given.kwargs)
        if automatic and jit:
            require_jit(args[0])

    keras.Model.compile = compile_as_defined
    try:
        yield
    finally:
        keras.Model.compile = keras_compile


def require_jit(model: keras.Model) -> None:
    """Raises ValueError where Keras, with a warning that a worker's log would keep, does not compile with XLA."""
    if model.jit_compile:
        return
    names = [layer.name for layer in model._flatten_layers() if not layer.supports_jit]
    raise ValueError(
        f"jit: XLA cannot compile the layer {names[0]!r}"
        if names
        else "jit: deterministic ops were switched on in this process before; use --workers 1, which has one of its own"
    )
