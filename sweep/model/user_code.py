"""Finding what `model: package.module:name` names, as something with KerasTuner's `build(hp)`."""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from sweep.errors import InputError, SweepFailed
from sweep.model.image_input import ImageInput
from sweep.text import one_line


@dataclass(frozen=True)
class BuildFunction:
    """A plain function of `hp` in the place of a HyperModel."""

    build: Callable[[Any], Any]


def wrong(source: str, what: str) -> InputError:
    """An error about the user's model: `source` is the `package.module:name` it was asked for by."""
    return InputError(f"model {source}: {what}")


@functools.cache
def find_hypermodel(source: str, image_input: ImageInput) -> Any:
    """The user's HyperModel, a class made into an instance, or its build function as a `BuildFunction`.

    One and the same object until `forget_user_code`, since a `fit` may use what its `build` left in the instance. The
    working directory is searched first. Raises InputError where it cannot be imported or is nothing of the kind, and
    SweepFailed, which is no trial's fault, where its file was edited since this process first ran it.
    """
    module_name, _, name = source.partition(":")
    found = _attribute(_import(module_name, source), name, source)
    if isinstance(found, type) and not issubclass(found, keras.Layer):
        found = _instance(found, image_input, source)
    return _buildable(found, source)


def forget_user_code() -> None:
    """The user's modules are run anew when next they are needed, as in a new process.

    What they make when they are imported (layers that every model shares, seeds, a dtype policy) would otherwise go
    from one model to the next, and a trial would depend on which others its process has trained before. Modules that
    others than `find_hypermodel` have imported stay.
    """
    find_hypermodel.cache_clear()
    for name in _own_modules:
        sys.modules.pop(name, None)
    _own_modules.clear()


def code_digest(source: str) -> str | None:
    """SHA-256 (hex) of the file that `source` names, as this process first ran it; None where it has not run one."""
    return _digests.get(source.partition(":")[0])


_own_modules: set[str] = set()
"""Those that an import of the user's module brought in."""

_digests: dict[str, str | None] = {}
"""By module, of the file that this process ran first."""


def _buildable(found: Any, source: str) -> Any:
    if isinstance(found, keras.Layer | type):
        raise wrong(source, "is a Keras model or layer; give a function that takes hp and returns a compiled model")
    if callable(getattr(found, "build", None)):
        return found
    if callable(found):
        return BuildFunction(found)
    raise wrong(source, f"is of type {type(found).__name__}, neither a function build(hp) nor a kt.HyperModel")


def _import(module_name: str, source: str) -> ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    known = set(sys.modules)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as exc:
        if exc.name and f"{module_name}.".startswith(f"{exc.name}."):
            message = f"there is no module {exc.name!r} in {os.getcwd()} or among the installed packages"
            raise wrong(source, message) from exc
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc
    except (Exception, SystemExit) as exc:
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc
    finally:
        _own_modules.update(name for name in set(sys.modules) - known if _is_own(name, module_name))
    if _digests.setdefault(module_name, _digest(module)) != _digest(module):
        raise SweepFailed(f"{module.__file__} was edited while the sweep ran; undo that and resume, or begin a new run")
    return module


def _is_own(name: str, module_name: str) -> bool:
    """Whether it is of the user's package or lies in the working directory, and is no installed library."""
    package = name.partition(".")[0]
    file = getattr(sys.modules[name], "__file__", None) or ""
    if "site-packages" in file or package == __name__.partition(".")[0]:
        return False
    return package == module_name.partition(".")[0] or file.startswith(os.getcwd() + os.sep)


def _digest(module: ModuleType) -> str | None:
    if module.__file__ is None:
        return None
    return hashlib.sha256(Path(module.__file__).read_bytes()).hexdigest()


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
