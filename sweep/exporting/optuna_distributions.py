"""The dimensions of a space as Optuna's distributions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sweep.records import Config, Value
from sweep.space import domains
from sweep.space.definition import Domain, FloatParameter, IntParameter, Space
from sweep.space.dimensions import expand


def distributions_of(optuna: Any, space: Space, configs: Iterable[Config]) -> dict[str, Any]:
    """One for each dimension, by name; a name that the space lacks has the values that the configurations give it.

    Optuna has no steps that multiply, and no reverse logarithm: the first are choices of their values, the second a
    plain range.
    """
    found = {dimension.name: _distribution(optuna, dimension.domain) for dimension in expand(space)}
    others: dict[str, dict[Value, None]] = {}
    for config in configs:
        for name, value in config.items():
            if name not in found:
                others.setdefault(name, {})[value] = None
    return found | {name: optuna.distributions.CategoricalDistribution(list(values)) for name, values in others.items()}


def _distribution(optuna: Any, domain: Domain) -> Any:
    kinds = optuna.distributions
    if isinstance(domain, IntParameter | FloatParameter) and not _multiplies(domain):
        log = domain.sampling == "log"
        if isinstance(domain, IntParameter):
            return kinds.IntDistribution(domain.min, domain.max, log=log, step=domain.step or 1)
        return kinds.FloatDistribution(domain.min, domain.max, log=log, step=domain.step)
    return kinds.CategoricalDistribution(domains.finite_values(domain))


def _multiplies(domain: IntParameter | FloatParameter) -> bool:
    return domain.step is not None and domain.sampling != "linear"
