"""The best configurations of an earlier sweep, enqueued in the next one: they become part of its definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sweep.errors import InputError
from sweep.records import Config, TrialRecord, TrialState
from sweep.result import SweepResult
from sweep.space import domains
from sweep.space.definition import FixedParameter, HyperbandSearch, Space
from sweep.space.dimensions import Dimension, complete, expand
from sweep.space.load import validate_again

MOST = 10
PART = 0.25
"""So many of the earlier trials are the best, and at most so many of the next search's are taken from them."""


@dataclass(frozen=True)
class WarmStart:
    """`space` has `taken` more enqueued configurations; `misfits` of the best were none of this space."""

    space: Space
    taken: int
    misfits: int

    def told(self, name: str) -> str:
        """In a line."""
        left_out = f" ({self.misfits} that do not fit this space are left out)" if self.misfits else ""
        best = "best configuration" if self.taken == 1 else f"{self.taken} best configurations"
        return f"warm start: the {best} of {name} first{left_out}"


def warm_start(space: Space, earlier: SweepResult, seeds: Mapping[int, int]) -> WarmStart:
    """The best configurations first, after those that the definition enqueues itself, none twice, each with its earlier
    trial's seed, of which `seeds` are by trial: so a training on the same images is the same training.

    Raises InputError where the earlier sweep has no trial that completed, or none of its best fits the space.
    """
    ranked = _ranked(earlier)
    if not ranked:
        raise InputError(f"{earlier.name} has no completed trial to begin with")
    limit = space.search.max_trials
    room = MOST if limit is None else min(MOST, max(1, int(PART * limit)), limit - len(space.enqueue))
    best = ranked[: math.ceil(PART * len(ranked))]
    dimensions = {one.name: one for one in expand(space)}
    known: list[Config] = [_completed(dimensions, one) or one for one in space.enqueue]
    taken: list[Config] = []
    own = [*space.enqueue_seeds, *[None] * (len(space.enqueue) - len(space.enqueue_seeds))]
    taken_seeds: list[int] = []
    misfits = 0
    for trial in best:
        config = _fitted(space, dimensions, trial)
        misfits += config is None
        if config is not None and config not in known and len(taken) < room:
            known.append(config)
            taken.append(config)
            taken_seeds.append(seeds[trial.id])
    if not taken and misfits == len(best):
        which = "the best configuration" if len(best) == 1 else f"each of the {len(best):,} best configurations"
        raise InputError(f"{which} of {earlier.name} is none of {space.name}'s")
    enqueue = (*space.enqueue, *(dict(one) for one in taken))
    longer = space.model_copy(update={"enqueue": enqueue, "enqueue_seeds": (*own, *taken_seeds)})
    # What a model of one's own declares itself is not known yet, and looked at with it.
    return WarmStart(validate_again(longer) if space.is_builtin else longer, len(taken), misfits)


def _ranked(earlier: SweepResult) -> list[TrialRecord]:
    """The best first; where some trials got Hyperband's full budget, these before the others, as for the winner."""
    done = [
        one
        for one in earlier.trials
        if one.state is TrialState.COMPLETED and one.objective is not None and math.isfinite(one.objective)
    ]
    full, sign = earlier.full_budget or 0, -1.0 if earlier.objective.direction == "max" else 1.0
    return sorted(done, key=lambda one: (one.budget < full, sign * (one.objective or 0.0), one.id))


def _fitted(space: Space, dimensions: dict[str, Dimension], trial: TrialRecord) -> Config | None:
    """The configuration as this space has it, None where it is none of it. How long trials train is the space's own, or
    as the earlier trial was let."""
    given: Config = {"epochs": trial.budget, **trial.config} if "epochs" in dimensions else trial.config
    epochs = dimensions.get("epochs")
    if isinstance(space.search, HyperbandSearch) or (epochs is not None and isinstance(epochs.domain, FixedParameter)):
        given = {name: value for name, value in given.items() if name != "epochs"}
    strange = [name for name in given if name not in dimensions]
    if strange and space.is_builtin:
        return None
    if any(not domains.contains(dimensions[name].domain, value) for name, value in given.items() if name in dimensions):
        return None
    completed = _completed(dimensions, given)
    if completed is None or not set(given) - set(strange) <= set(completed):
        return None
    return {**completed, **{name: given[name] for name in strange}}


def _completed(dimensions: dict[str, Dimension], given: Config) -> Config | None:
    try:
        return complete(tuple(dimensions.values()), given)
    except KeyError:
        return None
