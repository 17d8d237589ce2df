"""The definition's parameters spread out: one dimension for each layer of a `per:`, each with all its conditions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweep.records import Config, Value
from sweep.space import domains
from sweep.space.definition import Domain, FixedParameter, Space


@dataclass(frozen=True)
class Condition:
    """The parent dimension must be active and have one of these values."""

    parent: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Dimension:
    """One parameter as it is sampled. `conditions` has those of its ancestors too, at most one for each parent.

    `parameter` is its name in the definition, which all layers of a `per:` share; None where that is `name` itself.
    """

    name: str
    domain: Domain
    conditions: tuple[Condition, ...] = ()
    parameter: str | None = None

    @property
    def is_fixed(self) -> bool:
        return isinstance(self.domain, FixedParameter)

    @property
    def is_possible(self) -> bool:
        """Whether there is any configuration that the dimension is active in."""
        return all(condition.values for condition in self.conditions)

    def is_active(self, config: Config) -> bool:
        """Whether the dimension appears in a configuration that has these values."""
        return all(one.parent in config and config[one.parent] in one.values for one in self.conditions)


def layer_name(name: str, index: int) -> str:
    """The name of a per-layer parameter in one layer, counted from 0."""
    return f"{name}_{index}"


def expand(space: Space) -> tuple[Dimension, ...]:
    """The dimensions in an order in which parents come before children, otherwise as written.

    Under Hyperband `epochs` is a budget, not a dimension. The space must be valid: see `validate`.
    """
    return tuple(dimension for dimension in spread(space) if dimension.is_possible)


def spread(space: Space) -> tuple[Dimension, ...]:
    """As `expand`, with those dimensions that can never be active."""
    found: dict[str, Dimension] = {}
    for name in _parents_first(space):
        parameter = space.parameters[name]
        domain = parameter.model_copy(update={"per": None, "when": None})
        if parameter.per is None:
            found[name] = Dimension(name, domain, _conditions(space, name, None, found))
            continue
        for index in range(max(_counts(space, parameter.per), default=0)):
            layer = layer_name(name, index)
            found[layer] = Dimension(layer, domain, _conditions(space, name, index, found), name)
    if space.search.method == "hyperband":
        found.pop("epochs", None)
    return tuple(found.values())


def _parents_first(space: Space) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        parameter = space.parameters[name]
        for parent in [*([parameter.per] if parameter.per else []), *(parameter.when or {})]:
            visit(parent)
        ordered[name] = None

    for name in space.parameters:
        visit(name)
    return list(ordered)


def _counts(space: Space, counter: str) -> tuple[int, ...]:
    values = domains.finite_values(space.parameters[counter])
    return tuple(value for value in values or () if isinstance(value, int))


def _conditions(space: Space, name: str, index: int | None, found: Mapping[str, Dimension]) -> tuple[Condition, ...]:
    merged: dict[str, tuple[Value, ...]] = {}

    def require(parent: str, values: tuple[Value, ...]) -> None:
        known = merged.get(parent, values)
        merged[parent] = tuple(value for value in known if value in values)

    for parent, values in _wanted(space, name, index):
        for ancestor in found[parent].conditions:
            require(ancestor.parent, ancestor.values)
        require(parent, values)
    return tuple(Condition(parent, values) for parent, values in merged.items())


def _wanted(space: Space, name: str, index: int | None) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """The parameter's own conditions, each parent as the dimension it is in this layer."""
    parameter = space.parameters[name]
    if parameter.per is not None and index is not None:
        counts = _counts(space, parameter.per)
        enough = tuple(count for count in counts if count > index)
        if enough != counts or space.parameters[parameter.per].when:  # otherwise every model has this layer
            yield parameter.per, enough
    for parent, values in (parameter.when or {}).items():
        domain = space.parameters[parent]
        same_layer = layer_name(parent, index) if index is not None and domain.per else parent
        yield same_layer, tuple(domains.spelled(domain, value) for value in values)


def enumerate_configs(dimensions: tuple[Dimension, ...]) -> Iterator[dict[str, Value]]:
    """Every configuration of the grid once, the last dimension changing fastest."""

    def descend(index: int, config: dict[str, Value]) -> Iterator[dict[str, Value]]:
        if index == len(dimensions):
            yield dict(config)
        elif not dimensions[index].is_active(config):
            yield from descend(index + 1, config)
        else:
            for value in domains.grid_values(dimensions[index].domain):
                yield from descend(index + 1, {**config, dimensions[index].name: value})

    return descend(0, {})


def count_configs(dimensions: Sequence[Dimension]) -> int | None:
    """How many different configurations there are; None where a float without a step makes that endless."""
    endless = any(domains.size(dimension.domain) is None for dimension in dimensions)
    return None if endless else count_grid(dimensions)


def count_grid(dimensions: Sequence[Dimension]) -> int:
    """How many configurations `enumerate_configs` gives, without going through them."""
    return _count(dimensions, {})


def _count(dimensions: Sequence[Dimension], decided: Mapping[str, object]) -> int:
    """Dimensions that do not depend on each other are multiplied: a space of 100 layers is counted at once."""
    possible = [
        dimension
        for dimension in dimensions
        if all(decided[one.parent] in one.values for one in dimension.conditions if one.parent in decided)
    ]
    product = 1
    for first, *rest in _connected(possible):
        values = _told_apart(first, rest).items()
        product *= sum(weight * _count(rest, {**decided, first.name: value}) for value, weight in values)
    return product


def _connected(dimensions: Sequence[Dimension]) -> list[list[Dimension]]:
    """In groups, so that conditions lead to no other group; parents still come first."""
    groups: list[list[Dimension]] = []
    for dimension in dimensions:
        parents = {condition.parent for condition in dimension.conditions}
        joined = [group for group in groups if any(one.name in parents for one in group)]
        apart = [group for group in groups if not any(one.name in parents for one in group)]
        groups = [*apart, [*itertools.chain(*joined), dimension]]
    return groups


def _told_apart(dimension: Dimension, others: Sequence[Dimension]) -> dict[object, int]:
    """The values that conditions of others name, each once, and one that stands for all the rest of them."""
    conditions = [one for other in others for one in other.conditions if one.parent == dimension.name]
    named: dict[object, int] = {value: 1 for condition in conditions for value in condition.values}
    return named | {object(): domains.grid_size(dimension.domain) - len(named)}


def is_config(dimensions: Sequence[Dimension], config: Config) -> bool:
    """Whether these are values of exactly the dimensions that are active with them."""
    active = [dimension for dimension in dimensions if dimension.is_active(config)]
    return {dimension.name for dimension in active} == set(config) and all(
        domains.contains(dimension.domain, config[dimension.name]) for dimension in active
    )


def complete(dimensions: tuple[Dimension, ...], given: Config) -> dict[str, Value]:
    """A configuration from given values: fixed ones filled in, a per-layer name taken for all its layers.

    Raises KeyError with the name of an active dimension that has no value.
    """
    config: dict[str, Value] = {}
    for dimension in dimensions:
        if not dimension.is_active(config):
            continue
        shared = dimension.parameter or dimension.name
        if dimension.name not in given and shared not in given:
            if not isinstance(dimension.domain, FixedParameter):
                raise KeyError(dimension.name)
            config[dimension.name] = dimension.domain.value
        else:
            value = given[dimension.name] if dimension.name in given else given[shared]
            config[dimension.name] = domains.spelled(dimension.domain, value)
    return config
