"""One of several sweeps that are compared: all that is read of it."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.analysis.curves import Point, best_so_far
from sweep.result import SweepResult, read_result
from sweep.run_definition import current_space, first_space
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory
from sweep.store.store import Store


@dataclass(frozen=True)
class Contender:
    """`space` is as it is searched now; `digest` is that of the images, None where the store does not know it."""

    directory: RunDirectory
    result: SweepResult
    space: Space
    digest: str | None
    curve: tuple[Point, ...]


def read_contender(directory: RunDirectory) -> Contender:
    """Raises SweepError where the run cannot be read."""
    with Store.open(directory.database, read_only=True) as store:
        result = read_result(directory, store)
        space = current_space(first_space(directory, store), store)
        curve = tuple(best_so_far(store.decisions(), result.objective))
        return Contender(directory, result, space, store.facts.get("dataset_digest"), curve)
