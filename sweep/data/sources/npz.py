"""A NumPy archive: x_train, y_train, x_test, y_test (and x_val, y_val), or x, y, or images, labels; maybe `classes`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sweep.data.sources.arrays import WHOLE, ArraySource
from sweep.data.sources.zip_limits import require_fair
from sweep.errors import DataError
from sweep.space.data_settings import DEFAULT_MAX_UNPACKED, Splits
from sweep.text import one_line, printable

_WHOLE_KEYS = (("x", "y"), ("images", "labels"))
_PART_KEYS = {part: (f"x_{part}", f"y_{part}") for part in ("train", "val", "test")}


def from_npz(path: Path, splits: Splits | None, max_unpacked: int = DEFAULT_MAX_UNPACKED) -> ArraySource:
    """Images are read only when they are asked for. Nothing in it is ever unpickled.

    Raises DataError where the keys or arrays are not as above, or make more than `max_unpacked` bytes.
    """
    with _opened(path, max_unpacked) as archive:
        keys = _keys(set(archive.files), path)
        labels = {part: _array(archive, y) for part, (_, y) in keys.items()}
        names = _names(_array(archive, "classes"), path) if "classes" in archive.files else None
    images = {part: x for part, (x, _) in keys.items()}
    return ArraySource(
        lambda: _read(path, images, max_unpacked), labels, str(path), splits=splits, names=names, file=path
    )


def _keys(found: set[str], path: Path) -> dict[str, tuple[str, str]]:
    """Part to its two keys."""
    for pair in _WHOLE_KEYS:
        if found.issuperset(pair):
            return {WHOLE: pair}
    keys = {part: pair for part, pair in _PART_KEYS.items() if found.issuperset(pair)}
    if "train" not in keys:
        raise DataError(
            f"{path}: expected the keys x_train, y_train, x_test, y_test (and x_val, y_val), or x, y; "
            f"found: {printable(', '.join(sorted(found))) or 'none'}"
        )
    return keys


def _names(classes: np.ndarray, path: Path) -> list[str]:
    if classes.ndim != 1:
        raise DataError(f"{path}: classes have the shape {classes.shape}; expected one name for each")
    return classes.astype(np.str_).tolist()


def _read(path: Path, keys: dict[str, str], max_unpacked: int) -> dict[str, np.ndarray]:
    with _opened(path, max_unpacked) as archive:
        return {part: _array(archive, key) for part, key in keys.items()}


def _array(archive: np.lib.npyio.NpzFile, key: str) -> np.ndarray:
    """Raises ValueError for values that take no room at all, of which a few bytes could claim any number."""
    array = archive[key]
    if array.size and array.itemsize == 0:
        raise ValueError(f"{key} has {array.size:,} values of no size")
    return array


@contextmanager
def _opened(path: Path, max_unpacked: int) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise DataError(f"{path}: is a single array, no .npz archive")
        with archive:
            require_fair(path, archive.zip, max_unpacked)  # type: ignore[arg-type]  # None once it is closed
            yield archive
    except DataError:
        raise
    except Exception as exc:  # damaged bytes make zipfile and NumPy raise anything at all
        raise DataError(f"{path}: cannot be read as .npz ({one_line(exc)})") from exc
