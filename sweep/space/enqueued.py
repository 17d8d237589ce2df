"""Are the configurations of `enqueue:` ones that the space has?"""

from __future__ import annotations

from collections.abc import Iterator, Set

from sweep.records import Value
from sweep.space import domains
from sweep.space.definition import Space
from sweep.space.dependence import layer_stem
from sweep.space.dimensions import complete, expand
from sweep.space.structure import did_you_mean
from sweep.space.yaml_source import Mistake, Path_
from sweep.text import counted


def find_unknown(space: Space, unsound: Set[str], *, may_grow: bool) -> Iterator[Mistake]:
    """Names and values one by one. Where the space may grow, a name that is not known yet is let pass."""
    for index, given in enumerate(space.enqueue):
        for key, value in given.items():
            at: Path_ = ("enqueue", index, key)
            name = _owner(space, key)
            if name is None:
                if not may_grow and not {key, key.rpartition("_")[0]} & unsound:
                    yield at, f"enqueue[{index}]: {key!r} is no parameter{did_you_mean(key, space.parameters)}"
            elif name not in unsound and not domains.contains(domain := space.parameters[name], value):
                yield at, f"enqueue[{index}]: {key} is {value!r}; its values are {domains.describe(domain)}"


def find_incomplete(space: Space) -> Iterator[Mistake]:
    """Whether names and values, each sound by itself, make configurations."""
    dimensions = expand(space)
    names = {dimension.name for dimension in dimensions}
    configs: list[dict[str, Value]] = []
    for index, given in enumerate(space.enqueue):
        at: Path_ = ("enqueue", index)
        config = {key: value for key, value in given.items() if _owner(space, key) is None}  # not declared yet
        try:
            config |= complete(dimensions, given)
        except KeyError as exc:
            yield at, f"enqueue[{index}]: {exc.args[0]} is active here and has no value"
            continue
        for key in given:
            # A bare per-layer name speaks for the layers there are, and epochs is Hyperband's own to give.
            if key not in config and (key in names or layer_stem(space, key)):
                yield (*at, key), f"enqueue[{index}]: {key} is not active in this configuration"
        if config in configs:
            yield at, f"enqueue[{index}] is the same configuration as one before it"
        configs.append(config)
    if len(space.enqueue_seeds) > len(space.enqueue):
        seeds, known = counted(len(space.enqueue_seeds), "seed"), counted(len(space.enqueue), "configuration")
        yield ("enqueue_seeds",), f"enqueue_seeds has {seeds} for {known} of enqueue"
    most = space.search.max_trials
    if most is not None and len(space.enqueue) > most:
        yield ("enqueue",), f"enqueue has {len(space.enqueue)} configurations, but search.max_trials is {most}"


def _owner(space: Space, key: str) -> str | None:
    return key if key in space.parameters else layer_stem(space, key)
