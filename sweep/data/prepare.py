"""From `data:` of a definition to arrays on disk, made once and found again by what they were made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.data.build import build
from sweep.data.cache import entries_folder, new_entry
from sweep.data.check import CheckReport
from sweep.data.dataset import FORMAT, Dataset, Excluded
from sweep.data.reading import Progress
from sweep.data.requirements import require_images
from sweep.data.sources.opening import open_source
from sweep.data.sources.source import Item, Source
from sweep.data.subset import subset
from sweep.errors import DataError
from sweep.space.data_settings import DataSettings

RESIZING = 2
"""How photos become small, by number: 2 reduces a JPEG while it is decoded; earlier versions, which gave no number, did
not. Arrays, and images that keep their size, have the same pixels under both, and the same digest."""

_SHAPING = {"validation", "test", "seed", "image_size", "channels", "fit", "on_bad_file", "leaks"}
"""Settings that change the arrays. `splits` and `limit` show in the items; `scaling` is the model's."""


@dataclass(frozen=True)
class Prepared:
    """`report` is of the images that are used, in the parts they play; `excluded` are those that are not."""

    dataset: Dataset
    report: CheckReport
    excluded: tuple[Excluded, ...]
    from_cache: bool


def prepare(
    settings: DataSettings,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    expected: str | None = None,
) -> Prepared:
    """The data as arrays: from the cache, where it is already, and otherwise decoded, split and stored there.

    `cache` defaults to SWEEP_CACHE, then to the user's cache directory. `progress(done, total)` counts decoded images.
    Raises DataError where the data cannot be used as `settings` say, or has another digest than is `expected`;
    InputError where the cache cannot be written.
    """
    source = open_source(settings.source, settings.splits, settings.max_unpacked)
    items = subset(source.items, settings)
    require_images(items, source.classes, settings)
    digest = dataset_digest(source, items, settings)
    if expected is not None and digest != expected:  # before minutes go into decoding them
        _require_earlier(entries_folder(cache) / expected, _earlier_digest(source, items, settings), settings)
        digest = expected
    entry = entries_folder(cache) / digest
    from_cache = _is_whole(entry)
    if not from_cache:
        with new_entry(entry, _is_whole) as folder:
            build(folder, digest, source, items, settings, progress)
    dataset = Dataset.open(entry)
    return Prepared(dataset, dataset.report(), dataset.excluded, from_cache)


def _require_earlier(expected: Path, earlier: str, settings: DataSettings) -> None:
    """Raises DataError unless the entry that is expected is a whole one, made of these images by an earlier version."""
    if expected.name != earlier:
        raise DataError(
            f"the images of {settings.source} have changed since the run began: results before and after would not "
            "belong together; bring the images back, or begin anew with `sweep run`"
        )
    if not _is_whole(expected):
        raise DataError(
            f"the images of {settings.source} are as they were, but the run began with an earlier version of sweep, "
            "which resized photos a little differently, and the cache has those no more: results before and after "
            "would not belong together; resume with that version, or begin anew with `sweep run`"
        )


def dataset_digest(source: Source, items: Sequence[Item], settings: DataSettings) -> str:
    """SHA-256 (hex) over what the arrays are made from: contents, names, labels and splits, and the settings.

    Where the source lies is no part of it.
    """
    resized = source.encoded and settings.image_size is not None
    return _digest({**_made_from(source, items, settings), **({"resizing": RESIZING} if resized else {})})


def _earlier_digest(source: Source, items: Sequence[Item], settings: DataSettings) -> str:
    """What the versions called them that did not number how photos become small."""
    return _digest(_made_from(source, items, settings))


def _made_from(source: Source, items: Sequence[Item], settings: DataSettings) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "settings": settings.model_dump(mode="json", include=_SHAPING),
        "classes": source.classes,
        "items": [(item.name, item.label, item.split) for item in items],
        "contents": source.contents(items),
    }


def _digest(made_from: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _is_whole(entry: Path) -> bool:
    try:
        Dataset.open(entry).report()
    except DataError:
        return False
    return True
