"""Finding what `model: package.module:name` names, as something with KerasTuner's `build(hp)`."""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import keras
from keras.src.backend.common import global_state

from sweep.errors import InputError
from sweep.model.image_input import ImageInput
from sweep.text import one_line


@dataclass(frozen=True)
class BuildFunction:
    """A plain function of `hp` in the place of a HyperModel."""

    build: Callable[[Any], Any]


def wrong(source: str, what: str) -> InputError:
    """An error about the user's model: `source` is the `package.module:name` it was asked for by."""
    return InputError(f"model {source}: {what}")


def find_hypermodel(source: str, image_input: ImageInput) -> Any:
    """The user's HyperModel, a class made into an instance, or its build function as a `BuildFunction`.

    One and the same object each time, since a `fit` may use what its `build` left in the instance. The working
    directory is searched first. Raises InputError where it cannot be imported or is nothing of the kind.
    """
    return _load(source, image_input).hypermodel


def use_dtype_policy(source: str, image_input: ImageInput) -> None:
    """Set Keras' global dtype policy to what the user's module, and the making of the instance, left it as.

    Their code is run only once in a process, but Keras forgets the policy whenever its session is cleared, as it is
    for each trial. It forgets neither `floatx` nor `epsilon` nor the image data format. Raises as `find_hypermodel`.
    """
    _set_policy(_load(source, image_input).policy)


@dataclass(frozen=True)
class _Imported:
    module: ModuleType
    policy: Any  # Keras' global dtype policy afterwards; None where nothing has set one


@dataclass(frozen=True)
class _Loaded:
    hypermodel: Any
    policy: Any  # as that of the module, unless making the instance has set another


@functools.cache
def _load(source: str, image_input: ImageInput) -> _Loaded:
    module_name, _, name = source.partition(":")
    imported = _import(module_name, source)
    found = _attribute(imported.module, name, source)
    if isinstance(found, type) and not issubclass(found, keras.Layer):
        _set_policy(imported.policy)
        return _Loaded(_buildable(_instance(found, image_input, source), source), _policy())
    return _Loaded(_buildable(found, source), imported.policy)


def _buildable(found: Any, source: str) -> Any:
    if isinstance(found, keras.Layer | type):
        raise wrong(source, "is a Keras model or layer; give a function that takes hp and returns a compiled model")
    if callable(getattr(found, "build", None)):
        return found
    if callable(found):
        return BuildFunction(found)
    raise wrong(source, f"is of type {type(found).__name__}, neither a function build(hp) nor a kt.HyperModel")


def _import(module_name: str, source: str) -> _Imported:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return _import_once(module_name)
    except ModuleNotFoundError as exc:
        if exc.name and f"{module_name}.".startswith(f"{exc.name}."):
            message = f"there is no module {exc.name!r} in {os.getcwd()} or among the installed packages"
            raise wrong(source, message) from exc
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc
    except (Exception, SystemExit) as exc:
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc


@functools.cache
def _import_once(module_name: str) -> _Imported:
    """The module begins with the policy of a new process, as in a worker. One that somebody has imported before is not
    run again: what it set can only be told from the policy that holds now."""
    if module_name not in sys.modules:
        _set_policy(None)
    return _Imported(importlib.import_module(module_name), _policy())


def _policy() -> Any:
    """None where nothing has set one. `keras.config.dtype_policy()` would set one from `floatx`, which a `build` may
    change afterwards."""
    return global_state.get_global_attribute("dtype_policy")


def _set_policy(policy: Any) -> None:
    global_state.set_global_attribute("dtype_policy", policy)


def _attribute(module: ModuleType, name: str, source: str) -> Any:
    if hasattr(module, name):
        return getattr(module, name)
    near = difflib.get_close_matches(name, [one for one in vars(module) if not one.startswith("_")], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise wrong(source, f"the module {module.__name__!r} has no {name!r}{hint}")


def _instance(hypermodel: type, image_input: ImageInput, source: str) -> Any:
    """An instance, told the shape and the number of classes by the names that KerasTuner's own applications use."""
    offered = {
        "input_shape": image_input.shape,
        "classes": image_input.classes,
        "num_classes": image_input.classes,
    }
    try:
        taken = inspect.signature(hypermodel).parameters
        return hypermodel(**{name: value for name, value in offered.items() if name in taken})
    except (Exception, SystemExit) as exc:
        raise wrong(source, f"making an instance of it raised {one_line(exc)}") from exc
