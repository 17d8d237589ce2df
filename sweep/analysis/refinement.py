"""A narrower space around the best trials of a sweep."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sweep.analysis.narrowing import Evidence, narrow
from sweep.errors import InputError
from sweep.records import Config, Objective, TrialRecord, TrialState, Value
from sweep.result import SweepResult
from sweep.space.definition import Domain, HyperbandSearch, Space
from sweep.space.dimensions import expand
from sweep.text import counted, number

BEST_PART = 0.25
LEAST_TRIALS = 8
"""That ended well: of fewer there is no best quarter worth the name."""

MAX_NAME = 100


@dataclass(frozen=True)
class Refinement:
    """`comments` say of each parameter what was changed, or why not; `head` what all of it was made from."""

    space: Space
    head: tuple[str, ...]
    comments: dict[str, str]
    changed: tuple[str, ...]


def refine(result: SweepResult, space: Space) -> Refinement:
    """From the best quarter of the trials that completed, by objective. Raises InputError where there are too few."""
    done = [one for one in result.trials if one.state is TrialState.COMPLETED and _is_finite(one.objective)]
    if len(done) < LEAST_TRIALS:
        raise InputError(
            f"{result.name} has {counted(len(done), 'trial')} that completed; a narrower space needs at least "
            f"{LEAST_TRIALS}: go on with the search first"
        )
    good = _best(done, result.objective)
    winner = result.best_trial or good[0]
    parameters: dict[str, Domain] = {}
    comments: dict[str, str] = {}
    for name, domain in space.parameters.items():
        if name == "epochs" and isinstance(space.search, HyperbandSearch):
            parameters[name], comments[name] = domain, "kept: it is the budget"
            continue
        parameters[name], comments[name] = narrow(domain, _evidence(space, name, done, good, winner))
    changed = tuple(name for name, domain in parameters.items() if domain != space.parameters[name])
    untried = {"enqueue": (), "enqueue_seeds": ()}
    new = space.model_copy(update={"name": _name(space.name), "parameters": parameters, **untried})
    return Refinement(new, tuple(_head(result, done, good, space)), {k: v for k, v in comments.items() if v}, changed)


def _best(done: Sequence[TrialRecord], goal: Objective) -> list[TrialRecord]:
    """Hyperband gives more epochs to what was best with fewer: a promoted trial has beaten the others of its rung."""
    sign = -1.0 if goal.direction == "max" else 1.0
    ranked = sorted(done, key=lambda one: (sign * (one.objective or 0.0), one.id))
    return ranked[: math.ceil(BEST_PART * len(ranked))]


def _evidence(
    space: Space, name: str, done: Sequence[TrialRecord], good: Sequence[TrialRecord], winner: TrialRecord
) -> Evidence:
    names = [one.name for one in expand(space) if name in (one.name, one.parameter)]
    others = space.parameters.values()
    needed = {value for other in others for value in (other.when or {}).get(name, ())}
    return Evidence(
        tried=[value for one in done for value in _values(one.config, names)],
        good=[value for one in good for value in _values(one.config, names)],
        best=next(_values(winner.config, names), None),
        needed=needed,
        counts=any(other.per == name for other in others),
    )


def _values(config: Config, names: Sequence[str]) -> Iterator[Value]:
    """Of all layers."""
    yield from (config[name] for name in names if name in config)


def _head(result: SweepResult, done: Sequence[TrialRecord], good: Sequence[TrialRecord], space: Space) -> Iterator[str]:
    metric = result.objective.metric
    worst, best = (number(one.objective) for one in (good[-1], good[0]))
    yield (
        f"Narrowed from the {len(good)} best of {counted(len(done), 'completed trial')} of {result.name} "
        f"({metric} {best} to {worst})."
    )
    budgets = Counter(one.budget for one in good)
    if len(budgets) > 1:
        told = ", ".join(f"{count} with {budget}" for budget, count in sorted(budgets.items()))
        yield f"They were granted different numbers of epochs: {told}."
    if space.enqueue:
        yield f"Without the configurations of `enqueue`: {result.name} has tried them."


def _name(name: str) -> str:
    return name if name.endswith("-refined") else f"{name[: MAX_NAME - len('-refined')]}-refined"


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
