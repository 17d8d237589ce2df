"""Every image decoded once, into one array on disk, before it is known which of them are used, and as what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sweep.data.cache import create_array
from sweep.data.facts import ImageFacts
from sweep.data.fitting import fit
from sweep.data.images import Picture, stored_size
from sweep.data.looking import look_at_each
from sweep.data.reading import Progress, read_each
from sweep.data.reduction import Use
from sweep.data.sources.source import Item, Source
from sweep.errors import DataError
from sweep.space.data_settings import DataSettings

_SIZES_SHOWN = 5


@dataclass(frozen=True)
class Staged:
    """Images uint8 (n, h, w, channels) in the order of the items, with their facts, and which of them are grey.

    The row of an undecodable image is black. Where `channels` is left to the images, all are stored with 3.
    """

    images: np.ndarray
    facts: list[ImageFacts]
    grey: list[bool]


def stage(
    path: Path, source: Source, items: Sequence[Item], settings: DataSettings, progress: Progress | None
) -> Staged:
    """Decode `items` into a .npy file at `path`. Raises DataError where sizes differ and none is set."""
    size = settings.image_size or _one_size(source, items, settings)
    images = create_array(path, (len(items), *size, settings.channels or 3))

    grey = [False] * len(items)

    def take(index: int, picture: Picture) -> None:
        images[index] = fit(picture.image, size, images.shape[3], settings.fit, picture.box)
        grey[index] = picture.image.mode == "L"

    facts = look_at_each(source, items, Use(size, settings.fit), progress, take)
    if settings.image_size is None:
        _require_one(Counter((fact.height, fact.width) for fact in facts if fact.error is None), settings)
    return Staged(images, facts, grey)


def _one_size(source: Source, items: Sequence[Item], settings: DataSettings) -> tuple[int, int]:
    known = source.sizes()
    if known is None:
        read = read_each(source, items, lambda _, load: stored_size(load))
        known = Counter(size for size in read if size is not None)
    return _require_one(known, settings)


def _require_one(sizes: Counter[tuple[int, int]], settings: DataSettings) -> tuple[int, int]:
    """The one (height, width) there is; (1, 1) where no image can be decoded, which is not for here to say."""
    if len(sizes) > 1:
        frequent = sizes.most_common(_SIZES_SHOWN)
        shown = ", ".join(f"{height}x{width} ({count} images)" for (height, width), count in frequent)
        more = f" and {len(sizes) - _SIZES_SHOWN} more" if len(sizes) > _SIZES_SHOWN else ""
        raise DataError(
            f"{settings.source}: images differ in size (height x width): {shown}{more}; set data.image_size"
        )
    return next(iter(sizes), (1, 1))
