"""Everything that must hold before anything trains: data prepared, the model's own parameters found, sizes that fit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import InputError
from sweep.model.image_input import ImageInput
from sweep.space.definition import IntParameter, Space
from sweep.space.domains import describe, finite_values
from sweep.space.load import validate_again
from sweep.text import csv_cell

if TYPE_CHECKING:
    from sweep.data.dataset import Dataset
    from sweep.data.prepare import Prepared

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Ready:
    """A space with every parameter that its model has, and the data that it will train on. `code` is the digest of the
    user's module, None for the built-in model."""

    space: Space
    prepared: Prepared
    code: str | None = None

    @property
    def dataset(self) -> Dataset:
        return self.prepared.dataset

    @property
    def image_input(self) -> ImageInput:
        return image_input_of(self.dataset)


def get_ready(space: Space, progress: Progress | None = None, images: str | None = None) -> Ready:
    """Prepare the data (decoded once, then taken from the cache) and complete the space. `images` is the digest of
    those that a run began with.

    Raises DataError where the images cannot be used, InputError where space and data or model do not fit together.
    A model of one's own is built here, in this process.
    """
    from sweep.data.prepare import prepare

    prepared, code = prepare(space.data, progress=progress, expected=images), None
    if not space.is_builtin:
        from sweep.trial.runtime import import_tensorflow

        import_tensorflow()
        from sweep.model.user import discover
        from sweep.model.user_code import code_digest

        space = validate_again(discover(space, image_input_of(prepared.dataset)))
        code = code_digest(space.model)
    _check_batch_size(space, prepared.dataset)
    return Ready(space, prepared, code)


def image_input_of(dataset: Dataset) -> ImageInput:
    """What a model is told about this data."""
    return ImageInput(dataset.image_shape, len(dataset.classes), dataset.mean, dataset.variance)


def write_labels(path: Path, dataset: Dataset) -> None:
    """A CSV row `image,split,label,class` for every image: what was trained, validated and tested on, and as what."""
    codes = {label: code for code, label in enumerate(dataset.classes)}
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "split", "label", "class"])
        for one in dataset.facts():
            writer.writerow(map(csv_cell, (one.name, one.split, one.label, codes[one.label])))


def _check_batch_size(space: Space, dataset: Dataset) -> None:
    parameter = space.parameters.get("batch_size")
    if parameter is None:
        return  # a small data set trains in one batch of the default size
    if isinstance(parameter, IntParameter) and parameter.step is None:
        largest = parameter.max  # the values between may be too many to be listed
    else:
        largest = max((value for value in finite_values(parameter) or () if isinstance(value, int)), default=0)
    if largest > dataset.train_size:
        raise InputError(
            f"parameters.batch_size ({describe(parameter)}): {largest} is above the {dataset.train_size} training "
            "images"
        )
