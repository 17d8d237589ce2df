"""Sources that are a name, not a file: `digits`, `keras:NAME`, and `module:function` of one's own."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import numpy as np

from sweep.data.sources.arrays import WHOLE, ArraySource
from sweep.errors import DataError
from sweep.space.data_settings import Splits

KERAS = ("mnist", "fashion_mnist", "cifar10", "cifar100")


def from_digits(splits: Splits | None) -> ArraySource:
    """scikit-learn's 1,797 scanned digits (8, 8), their 17 grey levels spread over 0..255."""
    images, labels = _digits()
    levels = np.rint(images * (255 / 16)).astype(np.uint8)
    return _source({WHOLE: (levels, labels)}, "digits", splits)


def _digits() -> tuple[np.ndarray, np.ndarray]:
    """As scikit-learn's `load_digits`, from the file that it reads: all of it takes a second to be imported."""
    found = importlib.util.find_spec("sklearn")
    for folder in (found and found.submodule_search_locations) or ():
        file = Path(folder, "datasets", "data", "digits.csv.gz")
        if file.exists():
            rows = np.loadtxt(file, delimiter=",")
            return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].astype(int)
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.images, digits.target


def from_keras(name: str, splits: Splits | None) -> ArraySource:
    """`keras.datasets.NAME`, downloaded at first use. Raises DataError for another name or a failed download."""
    where = f"keras:{name}"
    if name not in KERAS:
        raise DataError(f"{where}: unknown; there is {', '.join(KERAS)}")
    import keras

    try:
        with redirect_stdout(sys.stderr):
            train, test = getattr(keras.datasets, name).load_data()
    except Exception as exc:
        raise DataError(f"{where}: cannot be downloaded ({_one_line(exc)}); try again when there is a network") from exc
    return _source({"train": train, "test": test}, where, splits)


def from_function(reference: str, splits: Splits | None) -> ArraySource:
    """What `module:function` returns: (x, y), or ((x_train, y_train), (x_test, y_test)).

    The working directory can be imported from. Raises DataError naming what the import or the function raised.
    """
    module, _, name = reference.partition(":")
    try:
        with _importing_from_here(), redirect_stdout(sys.stderr):
            result = getattr(importlib.import_module(module), name)()
        return _source(_parts(result, reference), reference, splits)
    except DataError:
        raise
    except Exception as exc:
        raise DataError(f"{reference}: {type(exc).__name__}: {_one_line(exc)}") from exc


def _parts(result: Any, where: str) -> dict[str, tuple[Any, Any]]:
    if _is_pair(result) and all(_is_pair(part) and np.ndim(part[0]) > 2 for part in result):
        return {"train": tuple(result[0]), "test": tuple(result[1])}
    if _is_pair(result):
        return {WHOLE: tuple(result)}
    raise DataError(
        f"{where}: returned {type(result).__name__}; expected (x, y) or ((x_train, y_train), (x_test, y_test))"
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2


def _source(pairs: Mapping[str, tuple[Any, Any]], where: str, splits: Splits | None) -> ArraySource:
    images = {part: np.asarray(x) for part, (x, _) in pairs.items()}
    labels = {part: np.asarray(y) for part, (_, y) in pairs.items()}
    return ArraySource(lambda: images, labels, where, splits=splits)


@contextmanager
def _importing_from_here() -> Iterator[None]:
    here = os.getcwd()
    sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with suppress(ValueError):  # the module may have taken it away itself
            sys.path.remove(here)


def _one_line(exc: BaseException) -> str:
    return " ".join(str(exc).split()) or type(exc).__name__
