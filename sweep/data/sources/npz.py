"""A NumPy archive: x_train, y_train, x_test, y_test (and x_val, y_val), or x, y, or images, labels; maybe `classes`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sweep.data.sources.arrays import WHOLE, ArraySource
from sweep.errors import DataError
from sweep.space.definition import Splits

_WHOLE_KEYS = (("x", "y"), ("images", "labels"))
_PART_KEYS = {part: (f"x_{part}", f"y_{part}") for part in ("train", "val", "test")}


def from_npz(path: Path, splits: Splits | None) -> ArraySource:
    """Images are read only when they are asked for. Raises DataError where the keys or arrays are not as above."""
    with _opened(path) as archive:
        keys = _keys(set(archive.files), path)
        labels = {part: archive[y] for part, (_, y) in keys.items()}
        names = archive["classes"].astype(np.str_).tolist() if "classes" in archive.files else None
    images = {part: x for part, (x, _) in keys.items()}
    return ArraySource(lambda: _read(path, images), labels, str(path), splits=splits, names=names, file=path)


def _keys(found: set[str], path: Path) -> dict[str, tuple[str, str]]:
    """Part to its two keys."""
    for pair in _WHOLE_KEYS:
        if found.issuperset(pair):
            return {WHOLE: pair}
    keys = {part: pair for part, pair in _PART_KEYS.items() if found.issuperset(pair)}
    if "train" not in keys:
        raise DataError(
            f"{path}: expected the keys x_train, y_train, x_test, y_test (and x_val, y_val), or x, y; "
            f"found: {', '.join(sorted(found)) or 'none'}"
        )
    return keys


def _read(path: Path, keys: dict[str, str]) -> dict[str, np.ndarray]:
    with _opened(path) as archive:
        return {part: archive[key] for part, key in keys.items()}


@contextmanager
def _opened(path: Path) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise DataError(f"{path}: is a single array, no .npz archive")
        with archive:
            yield archive
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as exc:
        raise DataError(f"{path}: cannot be read as .npz ({exc})") from exc
