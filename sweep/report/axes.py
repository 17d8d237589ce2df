"""A hyperparameter as an axis: its values as numbers, on a scale that fits them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sweep.records import TrialRecord, Value
from sweep.report.words import label, short
from sweep.space.definition import (
    BooleanParameter,
    ChoiceParameter,
    FixedParameter,
    FloatParameter,
    IntParameter,
    Space,
)
from sweep.space.dimensions import expand


@dataclass(frozen=True)
class Axis:
    """`categories` are the values, in order, of a parameter that is chosen from a list; a number has none."""

    name: str
    log: bool = False
    categories: tuple[Value, ...] = ()

    @property
    def ticks(self) -> list[str]:
        """The names of the categories."""
        return [label(short(value)) for value in self.categories]

    def position(self, value: Value | None) -> float | None:
        """The number, or the index of the category; None where the parameter is inactive."""
        if value is None:
            return None
        if self.categories:
            return float(_index(self.categories, value))
        return float(value)

    def scaled(self, value: Value | None) -> float | None:
        """The position, its logarithm (base 10) on a logarithmic axis."""
        position = self.position(value)
        return math.log10(position) if position is not None and self.log else position


def varying_axes(space: Space, trials: Sequence[TrialRecord]) -> list[Axis]:
    """Every hyperparameter that the trials differ in, in the order of the definition; one that is active in some of
    them only differs, too."""
    known = [_axis(dimension.name, dimension.domain) for dimension in expand(space)]
    names = {axis.name for axis in known}
    others = dict.fromkeys(name for trial in trials for name in trial.config if name not in names)
    found = known + [_guessed(name, trials) for name in others]
    return [axis for axis in found if len({repr(trial.config.get(axis.name)) for trial in trials}) > 1]


def _axis(name: str, domain: object) -> Axis:
    if isinstance(domain, ChoiceParameter):
        return Axis(name, categories=domain.values)
    if isinstance(domain, BooleanParameter):
        return Axis(name, categories=(False, True))
    if isinstance(domain, IntParameter | FloatParameter):
        return Axis(name, log=domain.sampling == "log")
    if isinstance(domain, FixedParameter) and isinstance(domain.value, bool | str):
        return Axis(name, categories=(domain.value,))
    return Axis(name)


def _guessed(name: str, trials: Sequence[TrialRecord]) -> Axis:
    """A parameter that the definition does not have, as `epochs` under Hyperband."""
    values = [trial.config[name] for trial in trials if name in trial.config]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return Axis(name)
    return Axis(name, categories=tuple(dict.fromkeys(values)))


def _index(categories: Sequence[Value], value: Value) -> int:
    """An unknown value, of a definition that was edited, counts as one more category."""
    return categories.index(value) if value in categories else len(categories)
