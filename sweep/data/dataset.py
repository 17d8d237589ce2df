"""Prepared data: uint8 arrays on disk that every worker maps, and what is known of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from sweep.data.check import CheckReport
from sweep.data.facts import ImageFacts
from sweep.errors import DataError, SweepFailed

FORMAT = 1
"""Of an entry's files. It is part of every digest, so an older entry is never met."""

Arrays = tuple[np.ndarray, np.ndarray]
"""Images uint8 (n, h, w, channels), mapped from disk and read-only, and their classes int32 (n,)."""

DEVELOPMENT, DEVELOPMENT_LABELS = "development.npy", "development_labels.npy"
TEST, TEST_LABELS = "test/images.npy", "test/labels.npy"
FACTS, REPORT, MANIFEST = "facts.json", "check.json", "dataset.json"


@dataclass(frozen=True)
class Excluded:
    """An image of the source that is in no part of the data, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Images of one size, split and with their labels encoded as indices of `classes`."""

    path: Path
    digest: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int, int]
    """(height, width, channels)"""
    train_size: int
    validation_size: int
    test_size: int
    mean: tuple[float, ...]
    """Of each channel, of raw pixels (0..255), over the training images only."""
    variance: tuple[float, ...]
    excluded: tuple[Excluded, ...] = ()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises DataError where the folder holds no prepared data, or not all of it."""
        path = Path(path)
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            damaged = [name for name, size in manifest["files"].items() if (path / name).stat().st_size != size]
            if damaged or manifest["format"] != FORMAT:
                raise DataError(
                    f"{path}: {', '.join(damaged) or MANIFEST} is not as it was written; prepare the data anew"
                )
            return cls(path=path, **_from_json(manifest["dataset"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise DataError(f"{path}: holds no whole prepared data; `sweep run` and `resume` prepare it anew") from exc

    def train(self) -> Arrays:
        x, y = self.development()
        return x[: self.train_size], y[: self.train_size]

    def validation(self) -> Arrays:
        x, y = self.development()
        return x[self.train_size :], y[self.train_size :]

    def development(self) -> Arrays:
        """The training images, followed by the validation images. Raises SweepFailed where they are gone: no fault of
        the trial that asks for them."""
        try:
            return self._arrays(DEVELOPMENT, DEVELOPMENT_LABELS)
        except (OSError, EOFError, ValueError) as exc:
            raise SweepFailed(
                f"{self.path}: the prepared images are gone or damaged; resume the sweep, which prepares them anew"
            ) from exc

    def test(self) -> Arrays:
        """The test images, from files that no other method opens."""
        return self._arrays(TEST, TEST_LABELS)

    def facts(self) -> list[ImageFacts]:
        """Of every image, in the order of the arrays (development, then test), `split` being the part it plays here."""
        columns = json.loads((self.path / FACTS).read_text(encoding="utf-8"))
        return [ImageFacts(*row) for row in zip(*(columns[field.name] for field in fields(ImageFacts)), strict=True)]

    def report(self) -> CheckReport:
        """The data check of these images. Raises DataError where it is damaged."""
        try:
            return CheckReport.from_json(json.loads((self.path / REPORT).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise DataError(f"{self.path / REPORT}: is not as it was written; prepare the data anew") from exc

    def _arrays(self, images: str, labels: str) -> Arrays:
        return np.load(self.path / images, mmap_mode="r"), np.load(self.path / labels)


def write_facts(path: Path, facts: Sequence[ImageFacts]) -> None:
    """By column, which is a third smaller and quicker than by image."""
    columns = {field.name: [getattr(fact, field.name) for fact in facts] for field in fields(ImageFacts)}
    (path / FACTS).write_text(json.dumps(columns, separators=(",", ":")), encoding="utf-8")


def write_report(path: Path, report: CheckReport) -> None:
    (path / REPORT).write_text(json.dumps(report.to_json(), indent=1) + "\n", encoding="utf-8")


def write_manifest(path: Path, dataset: Dataset) -> None:
    """The last file of an entry: what it holds, and how large each of its other files is."""
    names = (DEVELOPMENT, DEVELOPMENT_LABELS, TEST, TEST_LABELS, FACTS, REPORT)
    about = {name: value for name, value in asdict(dataset).items() if name != "path"}
    manifest = {"format": FORMAT, "files": {name: (path / name).stat().st_size for name in names}, "dataset": about}
    (path / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _from_json(about: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in about.items()}
    return {**values, "excluded": tuple(Excluded(**excluded) for excluded in about["excluded"])}
