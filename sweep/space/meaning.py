"""Does the definition make sense? Checks that need more than one key at a time, over a space of sound shape."""

from __future__ import annotations

from collections.abc import Iterator, Set

from sweep.records import METRICS, Value
from sweep.space import domains
from sweep.space.builtin import CNN_PARAMETERS, CnnParameter
from sweep.space.definition import (
    BooleanParameter,
    ChoiceParameter,
    Domain,
    FloatParameter,
    GridSearch,
    HyperbandSearch,
    IntParameter,
    ObjectiveSettings,
    Space,
)
from sweep.space.dependence import find_dependence_mistakes, find_impossible, is_fixed_int
from sweep.space.dimensions import count_grid, expand
from sweep.space.enqueued import find_incomplete, find_unknown
from sweep.space.structure import did_you_mean
from sweep.space.yaml_source import Mistake, Path_

MAX_GRID = 10_000
NOT_COMPILED = ("light", "strong")
"""The augmentations that XLA has no operations for."""


def find_mistakes(space: Space, unsound: Set[str] = frozenset(), *, final: bool = True) -> list[Mistake]:
    """Every mistake with the path it stands at.

    `unsound` are parameters of unsound shape: nothing is said of them. Where the space is not `final`, a user's model
    may still declare parameters, which `enqueue` may name already.
    """
    ranges = list(_range_mistakes(space))
    unsound = unsound | {str(path[1]) for path, _ in ranges}
    dependence = list(find_dependence_mistakes(space, unsound))
    mistakes = [
        *ranges,
        *dependence,
        *_objective_mistakes(space),
        *_training_mistakes(space, unsound),
        *_split_mistakes(space),
        *_jit_mistakes(space, unsound),
        *(_builtin_mistakes(space, unsound) if space.is_builtin else ()),
    ]
    enqueued = list(find_unknown(space, unsound, may_grow=not final and not space.is_builtin))
    if not unsound and not dependence:  # what follows needs every dimension
        mistakes += [*find_impossible(space), *_grid_mistakes(space)]
        enqueued = enqueued or list(find_incomplete(space))
    return mistakes + enqueued


def _range_mistakes(space: Space) -> Iterator[Mistake]:
    for name, parameter in space.parameters.items():
        if isinstance(parameter, IntParameter | FloatParameter) and (found := domains.mistake(parameter)):
            key, what = found
            yield ("parameters", name, key), f"parameters.{name}: {what}"


def _objective_mistakes(space: Space) -> Iterator[Mistake]:
    settings, metric = space.objective, space.goal.metric
    at: Path_ = ("objective", "metric") if isinstance(settings, ObjectiveSettings) else ("objective",)
    if metric not in METRICS:
        hint = did_you_mean(metric, METRICS) or f"; a run reports {', '.join(METRICS)}"
        yield at, f"objective: no run reports {metric!r}{hint}"
        return
    right = "min" if metric.endswith("loss") else "max"
    if space.goal.direction != right:
        what = f"objective: {metric} gets better towards {right}, not {space.goal.direction}"
        yield ("objective", "direction"), what


def _training_mistakes(space: Space, unsound: Set[str]) -> Iterator[Mistake]:
    """`epochs` and `batch_size` steer the training itself, whatever the model."""
    for name in ("epochs", "batch_size"):
        parameter = space.parameters.get(name)
        if parameter is None or name in unsound:
            continue
        at: Path_ = ("parameters", name)
        if not space.is_builtin and parameter.per is not None:
            yield (*at, "per"), f"parameters.{name} steers the whole training and cannot be per layer"
        if not space.is_builtin and not _is_positive_int(parameter):
            yield at, f"parameters.{name} must have whole numbers of at least 1 as values"
    epochs = space.parameters.get("epochs")
    if not isinstance(space.search, HyperbandSearch) or epochs is None or "epochs" in unsound:
        return
    if not isinstance(epochs, IntParameter) and not is_fixed_int(epochs):
        what = "parameters.epochs must be an int with min and max under hyperband: its smallest and full budget"
        yield ("parameters", "epochs"), what
    elif epochs.when:
        what = "parameters.epochs cannot have a condition under hyperband: it is the budget of every trial"
        yield ("parameters", "epochs", "when"), what


def _is_positive_int(domain: Domain) -> bool:
    values = (domain.min,) if isinstance(domain, IntParameter) else domains.finite_values(domain) or (None,)
    return all(isinstance(one, int) and not isinstance(one, bool) and one >= 1 for one in values)


def _split_mistakes(space: Space) -> Iterator[Mistake]:
    splits = space.data.splits
    if splits is None:
        return
    folders = [(part, folder) for part, folder in splits.model_dump().items() if folder is not None]
    for index, (part, folder) in enumerate(folders):
        for other, same in folders[:index]:
            if folder == same:
                yield ("data", "splits", part), f"data.splits: {folder!r} cannot be both {other} and {part}"


def _jit_mistakes(space: Space, unsound: Set[str]) -> Iterator[Mistake]:
    if not space.jit:
        return
    if space.deterministic:
        what = "jit: with deterministic ops XLA cannot compile all of a network (max pooling, for one)"
        yield ("jit",), f"{what}; set `deterministic: false`, or leave jit out"
    augmentation = space.parameters.get("augmentation")
    if not space.is_builtin or augmentation is None or "augmentation" in unsound:
        return
    refused = [str(value) for _, value in _written_values(augmentation) if value in NOT_COMPILED]
    if refused:
        what = f"jit: XLA cannot compile the shifts, turns and zooms of augmentation {' and '.join(refused)}"
        yield ("jit",), f"{what}; leave only none and flip, or leave jit out"


def _builtin_mistakes(space: Space, unsound: Set[str]) -> Iterator[Mistake]:
    for name, parameter in space.parameters.items():
        at: Path_ = ("parameters", name)
        known = CNN_PARAMETERS.get(name)
        if known is None:
            hint = did_you_mean(name, CNN_PARAMETERS) or f"; it knows {', '.join(CNN_PARAMETERS)}"
            yield at, f"parameters.{name}: the built-in model cnn knows no such parameter{hint}"
            continue
        if parameter.per in space.parameters and parameter.per != known.per_layer:
            right = f"only `per: {known.per_layer}` works" if known.per_layer else "one value serves the whole model"
            yield (*at, "per"), f"parameters.{name} cannot be per {parameter.per} in the built-in model: {right}"
        if name not in unsound:
            yield from (((*at, *where), f"parameters.{what}") for where, what in _refused(known, parameter))
    filters = space.parameters.get("filters")
    if "growth" in space.parameters and filters is not None and filters.per is not None:
        what = "parameters.growth has no effect where filters has a value for each layer; leave one out"
        yield ("parameters", "growth"), what


def _refused(known: CnnParameter, parameter: Domain) -> Iterator[Mistake]:
    """Values that the built-in model does not take, and where in the parameter they stand."""
    if known.kind == "int" and isinstance(parameter, FloatParameter):
        yield ("type",), f"{known.name} is {known.domain}; use `type: int`"
        return
    for where, value in _written_values(parameter):
        if reason := known.accepts(value):
            yield where, reason + did_you_mean(str(value), known.values or ())


def _written_values(parameter: Domain) -> list[tuple[Path_, Value]]:
    if isinstance(parameter, IntParameter | FloatParameter):
        return [(("min",), parameter.min), (("max",), parameter.max)]
    if isinstance(parameter, ChoiceParameter):
        return [(("values", index), value) for index, value in enumerate(parameter.values)]
    return [((), True)] if isinstance(parameter, BooleanParameter) else [(("value",), parameter.value)]


def _grid_mistakes(space: Space) -> Iterator[Mistake]:
    if not isinstance(space.search, GridSearch) or space.search.max_trials is not None:
        return
    size = count_grid(expand(space))
    if size > MAX_GRID:
        what = f"a grid over this space has {size:,} configurations, above {MAX_GRID:,}"
        yield ("search", "method"), f"search: {what}; set search.max_trials, give ranges a step, or search at random"
