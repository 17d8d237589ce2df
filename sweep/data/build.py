"""A new entry of the cache: images decoded, parts assigned, arrays written in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweep.data import dataset as files
from sweep.data.cache import create_array
from sweep.data.check import check
from sweep.data.dataset import Dataset, Excluded
from sweep.data.exclusion import exclude
from sweep.data.facts import ImageFacts
from sweep.data.reading import Progress
from sweep.data.requirements import require_images
from sweep.data.sources.source import Item, Source
from sweep.data.split import PARTS, assign
from sweep.data.staging import Staged, stage
from sweep.space.data_settings import DataSettings

_CHUNK_BYTES = 4 * 2**20  # of images copied or counted at a time; counting takes eight times as many


def build(
    folder: Path, digest: str, source: Source, items: Sequence[Item], settings: DataSettings, progress: Progress | None
) -> None:
    """Write a whole entry into `folder`. Raises DataError where the images cannot be used as `settings` say."""
    staging = folder / "staging.npy"
    staged = stage(staging, source, items, settings, progress)
    parts, excluded = _parts(staged.facts, source.classes, settings)
    used = [replace(staged.facts[index], split=part) for part in PARTS for index in parts[part]]
    grey = all(staged.grey[index] for part in PARTS for index in parts[part])
    _write_arrays(folder, staged, parts, settings.channels or (1 if grey else 3), source.classes)
    staging.unlink()
    files.write_facts(folder, used)
    files.write_report(folder, check(used, source.classes))
    files.write_manifest(folder, _described(folder, digest, source.classes, parts, excluded))


def _parts(
    facts: Sequence[ImageFacts], classes: Sequence[str], settings: DataSettings
) -> tuple[dict[str, list[int]], list[Excluded]]:
    """Indices of the images of each part, and what is in none."""
    kept, excluded = exclude(facts, settings)
    used = [facts[index] for index in kept]
    require_images(used, classes, settings)
    return {part: [kept[place] for place in places] for part, places in assign(used, settings).items()}, excluded


def _described(
    folder: Path, digest: str, classes: Sequence[str], parts: dict[str, list[int]], excluded: Sequence[Excluded]
) -> Dataset:
    images = np.load(folder / files.DEVELOPMENT, mmap_mode="r")
    train, validation, test = (len(parts[part]) for part in PARTS)
    mean, variance = moments(images[:train])
    shape = (images.shape[1], images.shape[2], images.shape[3])
    return Dataset(folder, digest, tuple(classes), shape, train, validation, test, mean, variance, tuple(excluded))


def _write_arrays(
    folder: Path, staged: Staged, parts: dict[str, list[int]], channels: int, classes: Sequence[str]
) -> None:
    development = parts["train"] + parts["validation"]
    (folder / files.TEST).parent.mkdir()
    for indices, images, labels in (
        (development, files.DEVELOPMENT, files.DEVELOPMENT_LABELS),
        (parts["test"], files.TEST, files.TEST_LABELS),
    ):
        _copy_rows(staged.images, indices, folder / images, channels)
        np.save(folder / labels, _encoded([staged.facts[index] for index in indices], classes))


def _copy_rows(images: np.ndarray, indices: Sequence[int], path: Path, channels: int) -> None:
    """A grey image has the same value in each of its channels, so one of them is all there is to keep."""
    rows = create_array(path, (len(indices), *images.shape[1:3], channels))
    for chunk in _chunks(len(indices), images):
        rows[chunk] = images[indices[chunk]][..., :channels]
    rows.flush()


def _encoded(facts: Sequence[ImageFacts], classes: Sequence[str]) -> np.ndarray:
    """int32 (n,): indices of `classes`."""
    codes = {label: code for code, label in enumerate(classes)}
    return np.array([codes[fact.label] for fact in facts], np.int32)


def _chunks(count: int, images: np.ndarray) -> Iterator[slice]:
    step = max(1, _CHUNK_BYTES // int(np.prod(images.shape[1:])))
    yield from (slice(start, start + step) for start in range(0, count, step))


def moments(images: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and variance of each channel of uint8 images (n, h, w, channels).

    From counts of the 256 values, which are exact, so the result depends neither on the order of the images nor on
    how many are added at a time.
    """
    counts = np.zeros((images.shape[3], 256), np.int64)
    for chunk in _chunks(len(images), images):
        for channel, count in enumerate(counts):
            count += np.bincount(images[chunk, ..., channel].ravel(), minlength=256)
    values = np.arange(256)
    exact = [(int(c.sum()), int((c * values).sum()), int((c * values**2).sum())) for c in counts]
    means = tuple(total / n for n, total, _ in exact)
    return means, tuple((n * squares - total**2) / n**2 for n, total, squares in exact)
