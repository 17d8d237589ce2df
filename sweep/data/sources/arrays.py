"""Images that come as arrays: one for each part of the data, or one for all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from sweep.data.pixels import Conversion, to_eight_bits
from sweep.data.sources.labels import class_names
from sweep.data.sources.parts import parts
from sweep.data.sources.source import Item, Load, file_digest
from sweep.errors import DataError
from sweep.space.data_settings import Splits

WHOLE = "image"
"""The part of a source that ships with no splits."""


class ArraySource:
    """Arrays (n, h, w) or (n, h, w, 1 | 3 | 4) with their labels, by part: `train`, `val`, `test`, or only `image`.

    `images` gives the arrays when they are needed; `file`, where they lie in one, stands for their contents.
    Raises DataError where labels, shapes or ranges of values make no sense.
    """

    encoded = False
    threads = 1  # there is little to decode, and two threads took twice as long, waiting for Python's lock

    def __init__(
        self,
        images: Callable[[], Mapping[str, np.ndarray]],
        labels: Mapping[str, np.ndarray],
        where: str,
        *,
        splits: Splits | None = None,
        names: Sequence[str] | None = None,
        file: Path | None = None,
    ) -> None:
        self._images, self._where, self._file = images, where, file
        played = parts(labels, splits, where) if splits is not None or WHOLE not in labels else {WHOLE: None}
        called, self.classes = class_names({part: labels[part] for part in played}, names, where)
        self.items = tuple(
            Item(f"{part}[{place}]", label, played[part], place)
            for part in played
            for place, label in enumerate(called[part])
        )
        self._counts = {part: len(labels) for part, labels in called.items()}

    def contents(self, items: Sequence[Item]) -> list[str]:
        if self._file is not None:
            return [file_digest(self._file)]
        return [array_digest(self._image(item)) for item in items]

    def sizes(self) -> Counter[tuple[int, int]]:
        sizes: Counter[tuple[int, int]] = Counter()
        for x in self._arrays.values():
            sizes[x.shape[1], x.shape[2]] += len(x)
        return sizes

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        for index, item in enumerate(items):
            yield index, partial(self._image, item)

    def _image(self, item: Item) -> np.ndarray:
        part = item.name.partition("[")[0]
        return self._conversion(self._arrays[part][int(item.place)])

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray]:
        """(n, h, w, channels) of each part, in their own type."""
        return {part: self._checked(part, np.asarray(x)) for part, x in self._images().items() if part in self._counts}

    @cached_property
    def _conversion(self) -> Conversion:
        """One for all parts: the largest value of each alone could mean something else."""
        arrays = [x for x in self._arrays.values() if x.size]
        if len({x.dtype for x in arrays}) > 1:
            raise DataError(
                f"{self._where}: images are of several types: {', '.join(sorted({str(x.dtype) for x in arrays}))}"
            )
        low, high = min(float(x.min()) for x in arrays), max(float(x.max()) for x in arrays)
        try:
            return to_eight_bits(arrays[0].dtype, low, high)
        except ValueError as exc:
            raise DataError(f"{self._where}: {exc}; scale them to 0..255") from exc

    def _checked(self, part: str, x: np.ndarray) -> np.ndarray:
        where = f"{self._where}: images of {part}"
        if x.ndim == 3:
            x = x[..., np.newaxis]
        if x.ndim != 4 or x.shape[3] not in (1, 3, 4) or 0 in x.shape[1:3]:
            raise DataError(f"{where}: have the shape {x.shape}; expected (n, h, w) or (n, h, w, 1, 3 or 4 channels)")
        if x.dtype.kind not in "iuf":
            raise DataError(f"{where}: are {x.dtype}; expected integers or floats")
        if len(x) != self._counts[part]:
            raise DataError(f"{where}: are {len(x)}, but there are {self._counts[part]} labels")
        return x


def array_digest(image: np.ndarray) -> str:
    """SHA-256 (hex) of a uint8 image and its shape."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()
