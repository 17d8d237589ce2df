"""To KerasTuner's `HyperParameters` and back. Every parameter is declared up front, under all of its conditions."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import keras_tuner
from keras_tuner.engine import hyperparameters as kinds
from keras_tuner.src.engine.conditions import Parent
from pydantic import ValidationError

from sweep.errors import DefinitionError, Problem
from sweep.records import Config, Value
from sweep.space.definition import (
    BooleanParameter,
    ChoiceParameter,
    FixedParameter,
    FloatParameter,
    IntParameter,
    Parameter,
    Space,
)
from sweep.space.dimensions import Dimension, expand
from sweep.space.domains import contains, finite_values, has_too_many_steps


def to_keras_tuner(space: Space) -> keras_tuner.HyperParameters:
    """The whole space as KerasTuner declares it. A child has all its conditions in one flat list, because KerasTuner
    does not look at the conditions of a parent; `conditional_scope` cannot say that of two independent parents."""
    hp = _DeclaredSpace()
    hp.merge([_declared(dimension) for dimension in expand(space)])
    return hp


class _DeclaredSpace(keras_tuner.HyperParameters):  # type: ignore[misc]
    """Nothing is declared later on, so copies share what is declared. KerasTuner makes all of it anew from its JSON for
    every trial, which took half of the time of a proposal."""

    def copy(self) -> keras_tuner.HyperParameters:
        other = copy.copy(self)
        other.values = dict(self.values)
        return other


class WatchedHyperParameters(keras_tuner.HyperParameters):  # type: ignore[misc]
    """The space as `to_keras_tuner` declares it; adds the names that a user's code asks for to `asked`."""

    def __init__(self, space: Space, asked: set[str]) -> None:
        super().__init__()
        self._asked = asked
        self.merge([_declared(dimension) for dimension in expand(space)])

    def _retrieve(self, hp: Any) -> Any:
        self._asked.add(hp.name)
        return super()._retrieve(hp)

    def get(self, name: str) -> Any:
        self._asked.add(self._get_name(name))
        return super().get(name)


def _declared(dimension: Dimension) -> kinds.HyperParameter:
    domain = dimension.domain
    conditions = [Parent(condition.parent, list(condition.values)) for condition in dimension.conditions]
    common: dict[str, Any] = {"name": dimension.name, "conditions": conditions}
    if isinstance(domain, IntParameter | FloatParameter):
        if domain.step is not None:
            # KerasTuner counts float steps with `//`: 0 to 0.5 by 0.1 would never reach 0.5. An ordered choice is
            # sampled just as steps are.
            return kinds.Choice(values=list(finite_values(domain) or ()), ordered=True, **common)
        kind = kinds.Int if isinstance(domain, IntParameter) else kinds.Float
        return kind(min_value=domain.min, max_value=domain.max, sampling=domain.sampling, **common)
    if isinstance(domain, FixedParameter):
        return kinds.Fixed(value=domain.value, **common)
    values = finite_values(domain) or ()
    if not isinstance(values[0], bool):
        return kinds.Choice(values=list(values), **common)
    # A choice of True and False would become one of 1 and 0.
    return kinds.Boolean(**common) if len(values) > 1 else kinds.Fixed(value=values[0], **common)


def bind(space: Space, config: Config) -> keras_tuner.HyperParameters:
    """What a user's `build(hp)` is called with: the space with exactly the values of this configuration."""
    hp = to_keras_tuner(space)
    hp.values = dict(config)
    return hp


def from_keras_tuner(hp: keras_tuner.HyperParameters, source: str = "build") -> dict[str, Parameter]:
    """The parameters that a user's own `hp.Int(...)` calls declared, as the definition file writes them.

    Raises DefinitionError where one name stands for two different parameters, or a parameter has no finite bounds.
    """
    parameters: dict[str, Parameter] = {}
    for one in hp.space:
        try:
            parameter = _from_one(one, _conditions(one, parameters))
        except ValidationError as exc:
            reason = exc.errors()[0]
            message = f"{one.name!r} cannot be searched: {reason['msg']}, not {reason['input']!r}"
            raise DefinitionError(source, [Problem(0, 0, message)]) from exc
        if parameters.setdefault(one.name, parameter) != parameter:
            message = f"{one.name!r} is declared twice with different values or conditions; give each a name of its own"
            raise DefinitionError(source, [Problem(0, 0, message)])
    return parameters


def _conditions(one: Any, parents: Mapping[str, Parameter]) -> dict[str, tuple[Value, ...]] | None:
    """Without values that the parent never has, which KerasTuner lets pass."""
    when = {}
    for condition in one.conditions:
        values, parent = tuple(condition.values), parents.get(condition.name)
        when[condition.name] = tuple(value for value in values if parent and contains(parent, value)) or values
    return when or None


def _from_one(one: Any, when: dict[str, tuple[Value, ...]] | None) -> Parameter:
    if isinstance(one, kinds.Int | kinds.Float):
        # KerasTuner gives every linear int a step of 1; written out it would only be noise.
        step = None if isinstance(one, kinds.Int) and one.step == 1 and one.sampling == "linear" else one.step
        bounds: dict[str, Any] = {"min": one.min_value, "max": one.max_value, "step": step, "sampling": one.sampling}
        if isinstance(one, kinds.Int):
            return _to_last_step(IntParameter(type="int", when=when, **bounds))
        return _to_last_step(FloatParameter(type="float", when=when, **bounds))
    if isinstance(one, kinds.Choice):
        return ChoiceParameter(type="choice", values=tuple(dict.fromkeys(one.values)), when=when)
    if isinstance(one, kinds.Boolean):
        return BooleanParameter(type="boolean", when=when)
    return FixedParameter(type="fixed", value=one.value, when=when)


def _to_last_step(parameter: IntParameter | FloatParameter) -> Parameter:
    """With the last value in place of a bound that no step ends at, which KerasTuner lets pass."""
    if parameter.step is None or has_too_many_steps(parameter):
        return parameter
    values = finite_values(parameter) or ()
    return parameter.model_copy(update={"min": values[0], "max": values[-1]})
