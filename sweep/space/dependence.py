"""Do the parameters depend on each other in a way that can hold? `per:`, `when:`, cycles and contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Set
from graphlib import CycleError, TopologicalSorter

from sweep.records import Value
from sweep.space import domains
from sweep.space.definition import Domain, FixedParameter, FloatParameter, HyperbandSearch, IntParameter, Space
from sweep.space.dimensions import spread
from sweep.space.structure import did_you_mean
from sweep.space.yaml_source import Mistake, Path_

MAX_LAYERS = 100


def find_dependence_mistakes(space: Space, unsound: Set[str]) -> Iterator[Mistake]:
    """Mistakes of `per:` and `when:`; where there are none, the space can be spread into its dimensions."""
    yield from _name_mistakes(space)
    for name, parameter in space.parameters.items():
        if parameter.per is not None and parameter.per not in unsound:
            yield from _per_mistakes(space, name, parameter.per)
        for parent, values in (parameter.when or {}).items():
            if parent not in unsound:
                yield from _when_mistakes(space, name, parent, values)
    yield from _cycles(space)


def _per_mistakes(space: Space, name: str, per: str) -> Iterator[Mistake]:
    at: Path_ = ("parameters", name, "per")
    counter = space.parameters.get(per)
    label = f"parameters.{name}.per: {per!r}"
    if counter is None:
        yield at, f"{label} is no parameter{did_you_mean(per, space.parameters)}"
    elif _is_budget(space, per):
        yield at, f"{label} is the budget of a trial under hyperband, and counts no layers"
    elif not isinstance(counter, IntParameter) and not is_fixed_int(counter):
        yield at, f"{label} is a {counter.type}; layers are counted by an int parameter"
    elif counter.per is not None:
        yield at, f"{label} is itself per layer; layers are counted by a parameter that is there once"
    else:
        least, most = layer_bounds(counter)
        if most > MAX_LAYERS:
            yield at, f"{label} goes up to {most:,} layers; {MAX_LAYERS} are the most"
        elif least < 0:
            yield at, f"{label} goes down to {least}; a count of layers is at least 0"


def is_fixed_int(parameter: Domain) -> bool:
    """Whether a parameter is a plain whole number."""
    if not isinstance(parameter, FixedParameter):
        return False
    return isinstance(parameter.value, int) and not isinstance(parameter.value, bool)


def layer_bounds(counter: Domain) -> tuple[int, int]:
    """The fewest and the most layers of an int parameter or a plain whole number."""
    if isinstance(counter, IntParameter):
        return counter.min, counter.max
    assert isinstance(counter, FixedParameter)
    return int(counter.value), int(counter.value)


def _is_budget(space: Space, name: str) -> bool:
    return name == "epochs" and isinstance(space.search, HyperbandSearch)


def _when_mistakes(space: Space, name: str, parent: str, values: tuple[Value, ...]) -> Iterator[Mistake]:
    at: Path_ = ("parameters", name, "when", parent)
    label = f"parameters.{name}.when"
    parameter, known = space.parameters[name], space.parameters.get(parent)
    if known is None:
        yield at, f"{label}: {parent!r} is no parameter{did_you_mean(parent, space.parameters)}"
    elif _is_budget(space, parent):
        yield at, f"{label}: epochs is the budget of a trial under hyperband, and nothing can depend on it"
    elif not values:
        yield at, f"{label}: {parent} has no values; then {name} would never be active"
    elif known.per is not None and known.per != parameter.per:
        yield at, f"{label}: {parent!r} is per layer, so {name} must be `per: {known.per}` too"
    elif wrong := [value for value in values if not domains.contains(known, value)]:
        possible = domains.describe(known)
        yield at, f"{label}: {parent} is never {', '.join(map(repr, wrong))}; its values are {possible}"
    elif isinstance(known, FloatParameter) and domains.size(known) is None:
        yield at, f"{label}: {parent} is a float without a step, which as good as never has one certain value"


def _cycles(space: Space) -> Iterator[Mistake]:
    graph = {
        name: [parent for parent in (parameter.per, *(parameter.when or {})) if parent in space.parameters]
        for name, parameter in space.parameters.items()
    }
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as exc:
            cycle = list(reversed(exc.args[1]))  # graphlib gives parents first
            yield ("parameters", cycle[0]), f"parameters.{cycle[0]} depends on itself: {' -> '.join(cycle)}"
            for name in cycle:
                graph[name] = []
        else:
            return


def _name_mistakes(space: Space) -> Iterator[Mistake]:
    """`filters` per layer makes `filters_0`; a parameter written with that name would be a second one."""
    for name in space.parameters:
        stem = layer_stem(space, name)
        if stem is not None:
            yield ("parameters", name), f"parameters.{name}: {stem} per layer has this name already; rename one"


def layer_stem(space: Space, name: str) -> str | None:
    """The per-layer parameter that `name` is one layer of, if there is one."""
    stem, _, index = name.rpartition("_")
    known = space.parameters.get(stem)
    return stem if index.isdecimal() and known is not None and known.per is not None else None


def find_impossible(space: Space) -> Iterator[Mistake]:
    """Parameters that no configuration has. One of a per-layer parameter's layers may well be so."""
    dimensions = spread(space)
    possible = {dimension.parameter or dimension.name for dimension in dimensions if dimension.is_possible}
    excluded = {
        dimension.parameter or dimension.name: condition.parent
        for dimension in dimensions
        for condition in dimension.conditions
        if not condition.values
    }
    for name, parameter in space.parameters.items():
        if name not in possible and not _is_budget(space, name):
            conflict = f"its conditions on {excluded.get(name)} exclude each other"
            why = conflict if name in excluded else f"{parameter.per} is never above 0"
            yield ("parameters", name), f"parameters.{name} can never be active: {why}"
