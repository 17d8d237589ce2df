"""One of several sweeps that are compared: all that is read of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from sweep.analysis.curves import Point, best_so_far
from sweep.result import SweepResult, read_result
from sweep.run_definition import current_space, first_space
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader
from sweep.store.store import Store


@dataclass(frozen=True)
class Contender:
    """`space` is as it is searched now; `digest` is that of the images, None where the store does not know it; `hits`
    says of each validation image whether the best trial had it right, None where that is not known."""

    directory: RunDirectory
    result: SweepResult
    space: Space
    digest: str | None
    curve: tuple[Point, ...]
    hits: tuple[bool, ...] | None = None


def read_contender(directory: RunDirectory) -> Contender:
    """Raises SweepError where the run cannot be read."""
    with Store.open(directory.database, read_only=True) as store:
        result = read_result(directory, store)
        space = current_space(first_space(directory, store), store)
        curve = tuple(best_so_far(store.decisions(), result.objective))
        hits = _hits(store, result)
        return Contender(directory, result, space, store.facts.get("dataset_digest"), curve, hits)


def _hits(store: Reader, result: SweepResult) -> tuple[bool, ...] | None:
    best = result.best_trial
    found = store.hits(best.id, best.best_epoch) if best is not None and best.best_epoch is not None else None
    if found is None:
        return None
    bits = (bool(byte >> place & 1) for byte in found for place in range(7, -1, -1))
    return tuple(itertools.islice(bits, store.facts["images"]["validation"]))
