"""Label arrays of every usual shape as class names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sweep.errors import DataError


def class_names(
    labels: Mapping[str, np.ndarray], names: Sequence[str] | None, where: str
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """The class name of every image of every part, and the classes that occur, in order.

    Labels are integers, whole floats, text, either as (n,) or (n, 1), or one-hot (n, k). Integers are ordered as
    numbers; `names`, if given, are what integers 0, 1 ... are called. Raises DataError for anything else.
    """
    flat = {part: _flat(np.asarray(y), f"{where}: labels of {part}") for part, y in labels.items()}
    texts = {y.dtype.kind == "U" for y in flat.values()}
    if len(texts) > 1:
        raise DataError(f"{where}: some labels are text and others numbers")
    occurring = sorted({label for y in flat.values() for label in np.unique(y).tolist()})
    if True in texts:
        return {part: y.tolist() for part, y in flat.items()}, tuple(occurring)
    called = _called(occurring, names, where)
    return {part: [called[label] for label in y.tolist()] for part, y in flat.items()}, tuple(called.values())


def _called(labels: list[int], names: Sequence[str] | None, where: str) -> dict[int, str]:
    if names is None:
        return {label: str(label) for label in labels}
    if labels and not 0 <= labels[0] <= labels[-1] < len(names):
        raise DataError(f"{where}: labels go from {labels[0]} to {labels[-1]}, but there are {len(names)} class names")
    if len(set(names)) < len(names):
        raise DataError(f"{where}: two classes have the same name")
    return {label: names[label] for label in labels}


def _flat(y: np.ndarray, where: str) -> np.ndarray:
    """(n,) of integers or of text."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.shape[1] > 0 and y.dtype.kind in "biuf":
        return _from_one_hot(y, where)
    if y.ndim != 1:
        raise DataError(f"{where}: have the shape {y.shape}; expected (n,), (n, 1) or one-hot (n, classes)")
    if y.dtype.kind in "biu":
        return y.astype(np.int64)
    if y.dtype.kind == "f":
        return _from_floats(y, where)
    return _from_text(y, where)


def _from_one_hot(y: np.ndarray, where: str) -> np.ndarray:
    if not (((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()):
        raise DataError(f"{where}: have the shape {y.shape}, but not every row is one-hot (a single 1, all else 0)")
    return y.argmax(axis=1)


def _from_floats(y: np.ndarray, where: str) -> np.ndarray:
    if not (np.isfinite(y).all() and (y == np.rint(y)).all()):
        raise DataError(f"{where}: are floats that are not whole; labels are classes, not quantities")
    return y.astype(np.int64)


def _from_text(y: np.ndarray, where: str) -> np.ndarray:
    if y.dtype.kind == "S":
        try:
            return np.char.decode(y, "utf-8")
        except UnicodeDecodeError as exc:
            raise DataError(f"{where}: are bytes that are no UTF-8 text") from exc
    if y.dtype.kind in "OT" and all(isinstance(label, str) for label in y):
        return y.astype(np.str_)
    if y.dtype.kind == "U":
        return y
    raise DataError(f"{where}: are {y.dtype}; expected integers or text")
