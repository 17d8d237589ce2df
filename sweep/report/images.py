"""The data: images of each class, what the check found, some to look at, and the surest mistakes on test."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sweep.data.dataset import Dataset
from sweep.errors import SweepError
from sweep.report.pictures import Picture, picture
from sweep.report.run_facts import RunFacts
from sweep.report.words import label, percent
from sweep.store.layout import RunDirectory
from sweep.text import counted, printable

SPLITS = ("train", "validation", "test")
SAMPLES = 24
LISTED = 100
"""Rows of a table of classes, and of images left out."""


@dataclass(frozen=True)
class Images:
    """`counts` by split, in the order of `classes`. `problems` and `warnings` are None where the cache, which has the
    report of the check, has gone."""

    classes: list[str]
    counts: dict[str, list[int]]
    problems: list[str] | None
    warnings: list[str] | None
    excluded: list[tuple[str, str]]
    excluded_count: int
    samples: list[Picture]
    about: str


def images(run: RunFacts) -> Images:
    """Nothing of the test images but their number is read."""
    classes = [printable(name) for name in run.facts.get("classes", [])]
    excluded = [(printable(name), printable(why)) for name, why in run.facts.get("excluded", [])]
    check = run.check
    return Images(
        classes=classes,
        counts=image_counts(run.directory, len(classes)),
        problems=None if check is None else list(map(printable, check.problems)),
        warnings=None if check is None else list(map(printable, check.warnings)),
        excluded=excluded[:LISTED],
        excluded_count=len(excluded),
        samples=[] if run.dataset is None else _samples(run.dataset),
        about=_about(run),
    )


def mistakes(run: RunFacts) -> list[Picture]:
    """The test images that the final model mistook, the surest mistake first, as its evaluation kept them."""
    found = run.predictions
    if found is None or run.result.metrics is None:
        return []
    classes = [printable(name) for name in run.result.metrics["classes"]]
    return [
        picture(
            pixels,
            printable(str(name)),
            f"is {label(classes[found.labels[index]])}",
            f"taken for {label(classes[found.predicted[index]])}",
            percent(float(found.probability[index])),
        )
        for index, pixels, name in zip(found.worst, found.worst_images, found.worst_names, strict=True)
    ]


def _about(run: RunFacts) -> str:
    sizes = run.facts.get("images", {})
    parts = ", ".join(f"{sizes[split]:,} {split}" for split in SPLITS if split in sizes)
    shape = "" if run.dataset is None else f", {' x '.join(map(str, run.dataset.image_shape))}"
    classes = counted(len(run.facts.get("classes", [])), "class", "classes")
    return f"{printable(run.space.data.source)}: {parts} images{shape}, {classes}" if parts else run.space.data.source


def image_counts(directory: RunDirectory, classes: int) -> dict[str, list[int]]:
    """From the run's own `labels.csv`, by class number; nothing where it has gone."""
    counts = {split: [0] * classes for split in SPLITS}
    try:
        with directory.labels_csv.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            for row in csv.DictReader(file):
                counts[row["split"]][int(row["class"])] += 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, csv.Error):
        return {}
    return {split: numbers for split, numbers in counts.items() if any(numbers)}


def _samples(dataset: Dataset) -> list[Picture]:
    """Training images of as many classes as there is room for, evenly."""
    try:
        pixels, labels = dataset.train()
        names = [fact.name for fact in dataset.facts()[: dataset.train_size]]
    except (SweepError, OSError, ValueError, KeyError):
        return []
    return [
        picture(pixels[index], printable(names[index]), label(dataset.classes[labels[index]]))
        for index in _chosen(labels, len(dataset.classes))
    ]


def _chosen(labels: np.ndarray, classes: int) -> Sequence[int]:
    """Indices of the first images of each class, by class."""
    shown = np.linspace(0, classes - 1, min(classes, SAMPLES)).astype(int)
    each = max(1, SAMPLES // len(shown)) if len(shown) else 0
    return [int(index) for code in shown for index in np.flatnonzero(labels == code)[:each]]
