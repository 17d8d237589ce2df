"""The best trials of two sweeps on the same validation images, and their final models on the same test images: what was
kept when each was evaluated is looked at, so this is no new look at test."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sweep.analysis.bootstrap import PairedBootstrap, paired_bootstrap
from sweep.errors import SweepError
from sweep.final.predictions import PREDICTIONS, read_predictions

if TYPE_CHECKING:
    import numpy as np

    from sweep.analysis.contender import Contender
    from sweep.final.predictions import Predictions


class NotComparable(SweepError):
    """Why chance cannot be judged, and what would help."""


def compare_on_validation(first: Contender, second: Contender) -> PairedBootstrap:
    """The best trials, each at the end of its best epoch. Raises NotComparable as `compare_on_test`."""
    hits = [_hits(one) for one in (first, second)]
    order = _same_images("validation", first, second, [len(one) for one in hits])
    return paired_bootstrap(hits[0], hits[1][order])


def compare_on_test(first: Contender, second: Contender) -> PairedBootstrap:
    """The final models. Raises NotComparable where the predictions of one were not kept, or the images are not surely
    the same."""
    predictions = [_predictions(one) for one in (first, second)]
    order = _same_images("test", first, second, [len(one.labels) for one in predictions])
    right = [one.labels == one.predicted for one in predictions]
    return paired_bootstrap(right[0], right[1][order])


def _hits(one: Contender) -> np.ndarray:
    import numpy as np

    if one.result.best_trial is None:
        raise NotComparable(f"{one.directory.name} has no completed trial")
    if one.hits is None:
        raise NotComparable(f"{one.directory.name} has not kept that of each image: an earlier version trained it")
    return np.array(one.hits)


def _predictions(one: Contender) -> Predictions:
    run = one.directory
    if one.result.metrics is None:
        raise NotComparable(one.result.damage or f"{run.name} has no final model: {run.command('retrain-best')}")
    found, path = read_predictions(run.final), run.final / PREDICTIONS
    if found is None:
        kept = f"what the final model of {run.name} said of each image was not kept"
        raise NotComparable(
            f"{f'{path} is damaged' if path.exists() else kept}; to evaluate anew is one more look at test: "
            f"{run.command('evaluate')}"
        )
    return found


def _same_images(split: str, first: Contender, second: Contender, counts: list[int]) -> list[int]:
    """Where each image of the first's split is among those of the second's."""
    names = f"{first.directory.name} and {second.directory.name}"
    if first.digest == second.digest and counts[0] == counts[1]:
        return list(range(counts[0]))
    if first.space.data.source != second.space.data.source:
        raise NotComparable(f"{names} have images of different sources, so perhaps not the same {split} images")
    rows = [_rows(split, one) for one in (first, second)]
    if sorted(rows[0]) != sorted(rows[1]) or [len(one) for one in rows] != counts:
        raise NotComparable(f"{names} have different {split} images, as their labels.csv say")
    places = {row: index for index, row in enumerate(rows[1])}
    return [places[row] for row in rows[0]]


def _rows(split: str, one: Contender) -> list[tuple[str, str]]:
    """Name and label of the images of a split, in the order of the data set."""
    path = one.directory.labels_csv
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["image"], row["label"]) for row in csv.DictReader(file) if row["split"] == split]
    except (OSError, ValueError, KeyError, csv.Error) as exc:
        raise NotComparable(f"{path} cannot be read, so nothing says which {split} images there were") from exc
    if len(set(rows)) < len(rows):
        raise NotComparable(f"{path} has {split} images of the same name, which cannot be told apart")
    return rows
