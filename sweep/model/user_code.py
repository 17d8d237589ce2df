"""Finding what `model: package.module:name` names, as something with KerasTuner's `build(hp)`."""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
from keras.src.saving.object_registration import GLOBAL_CUSTOM_NAMES, GLOBAL_CUSTOM_OBJECTS

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
    were imported before the user's stay.
    """
    find_hypermodel.cache_clear()
    dropped = {name for name in set(sys.modules) - _before if _packages and _is_own(name)}
    for name in dropped:
        del sys.modules[name]
    for one in [one for one in GLOBAL_CUSTOM_NAMES if getattr(one, "__module__", None) in dropped]:
        GLOBAL_CUSTOM_OBJECTS.pop(GLOBAL_CUSTOM_NAMES.pop(one), None)  # they hold their module
    _before.clear()
    _packages.clear()


def expect_code(source: str, digest: str | None) -> None:
    """The file that `source` names is refused in this process unless it has this digest. None expects nothing."""
    if digest is not None:
        _digests.setdefault(source.partition(":")[0], digest)


def code_digest(source: str) -> str | None:
    """SHA-256 (hex) of the file that `source` names, as this process first ran it; None where it has not run one."""
    return _digests.get(source.partition(":")[0])


_before: set[str] = set()
"""The modules that there were before the user's."""

_packages: set[str] = set()
"""The top-level names of the user's modules that were imported since."""

_LIBRARIES = {"site-packages", "dist-packages"}

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
    if not _packages:
        _before.update(sys.modules)
    _packages.add(module_name.partition(".")[0])
    _require_unedited(module_name)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as exc:
        if exc.name and f"{module_name}.".startswith(f"{exc.name}."):
            message = f"there is no module {exc.name!r} in {os.getcwd()} or among the installed packages"
            raise wrong(source, message) from exc
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc
    except (Exception, SystemExit) as exc:
        raise wrong(source, f"importing it raised {one_line(exc)}") from exc
    _digests.setdefault(module_name, _digest(getattr(module, "__file__", None)))
    return module


def _require_unedited(module_name: str) -> None:
    """Before it is run: half an edit may well be a SyntaxError, which would be taken for a fault of the trial."""
    expected = _digests.get(module_name)
    if expected is None or module_name in sys.modules:
        return
    importlib.invalidate_caches()
    try:
        found = importlib.util.find_spec(module_name)  # of a submodule, this imports its package
    except Exception:
        found = None
    if found is None or _digest(found.origin) != expected:
        place = module_name if found is None else found.origin
        raise SweepFailed(f"{place} was edited while the sweep ran; undo that and resume, or begin a new run")


def _is_own(name: str) -> bool:
    """Whether it is of the user's package or lies in the working directory, and is no installed library."""
    package = name.partition(".")[0]
    file = getattr(sys.modules[name], "__file__", None) or ""
    if _LIBRARIES & set(Path(file).parts) or package == __name__.partition(".")[0]:
        return False
    return package in _packages or Path(os.getcwd()) in Path(file).parents


def _digest(file: str | None) -> str | None:
    try:
        return None if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:  # it is inside of a zip file
        return None


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
