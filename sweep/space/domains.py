"""What values a parameter may take: pure functions of one parameter of the definition."""

from __future__ import annotations

import math
from decimal import Decimal

from sweep.records import Value
from sweep.space.definition import (
    BooleanParameter,
    ChoiceParameter,
    Domain,
    FixedParameter,
    FloatParameter,
    IntParameter,
)

GRID_POINTS = 10
"""How many values a grid takes from a float without a step, as KerasTuner's grid search does."""

MAX_STEPS = 100_000
NEAR = 1e-9
"""What part of a step, or of a value, is rounding and no difference."""


def mistake(domain: IntParameter | FloatParameter) -> tuple[str, str] | None:
    """The key of a range that makes no sense, and why; None where all is well."""
    if domain.min > domain.max:
        return "min", f"min {number(domain.min)} is above max {number(domain.max)}"
    if domain.sampling != "linear" and domain.min <= 0:
        return "min", f"{domain.sampling} sampling needs a min above 0, not {number(domain.min)}"
    if domain.step is None:
        return None
    if domain.sampling != "linear" and domain.step <= 1:
        return "step", f"step {number(domain.step)} must be above 1: with {domain.sampling} sampling it multiplies"
    if has_too_many_steps(domain):
        return "step", f"step {number(domain.step)} makes more than {MAX_STEPS:,} values"
    steps = _exact_steps(domain)
    if steps - _whole(steps) <= NEAR:
        return None
    end = _stepped(domain)[0 if domain.sampling == "reverse_log" else -1]
    way = f"from min {number(domain.min)} to max {number(domain.max)}"
    return "step", f"step {number(domain.step)} does not lead {way}: it ends at {number(end)}"


def has_too_many_steps(domain: IntParameter | FloatParameter) -> bool:
    """Whether a step makes so many values that listing them is out of the question."""
    return domain.step is not None and _exact_steps(domain) >= MAX_STEPS


def finite_values(domain: Domain) -> tuple[Value, ...] | None:
    """Every value in the domain, in order; None for a float without a step, which has no end of them."""
    if isinstance(domain, FixedParameter):
        return (domain.value,)
    if isinstance(domain, ChoiceParameter):
        return domain.values
    if isinstance(domain, BooleanParameter):
        return (False, True)
    if domain.step is not None:
        return _stepped(domain)
    if isinstance(domain, IntParameter):
        return tuple(range(domain.min, domain.max + 1))
    return (domain.min,) if domain.min == domain.max else None


def _stepped(domain: IntParameter | FloatParameter) -> tuple[int | float, ...]:
    # Decimal, so that the third step of 0.1 is 0.3 and not 0.30000000000000004.
    low, high, step = (Decimal(str(one)) for one in (domain.min, domain.max, domain.step))
    steps = _exact_steps(domain)
    values = [_after(low, step, index, domain) for index in range(_whole(steps) + 1)]
    if steps - _whole(steps) <= NEAR:
        values[-1] = high
    if domain.sampling == "reverse_log":
        values = [high + low - value for value in reversed(values)]
    kind = int if isinstance(domain, IntParameter) else float
    return tuple(dict.fromkeys(kind(value) for value in values))


def _after(low: Decimal, step: Decimal, index: int, domain: IntParameter | FloatParameter) -> Decimal:
    return low + index * step if domain.sampling == "linear" else low * step**index


def _exact_steps(domain: IntParameter | FloatParameter) -> float:
    """How many steps lead from min to max, with the fraction that is left over."""
    assert domain.step is not None
    if domain.sampling == "linear":
        return (domain.max - domain.min) / domain.step
    return (math.log(domain.max) - math.log(domain.min)) / math.log(domain.step)


def _whole(steps: float) -> int:
    return math.floor(steps + NEAR)


def size(domain: Domain) -> int | None:
    """How many values the domain has, without listing them; None where it has no end of them."""
    if isinstance(domain, IntParameter) and domain.step is None:
        return domain.max - domain.min + 1
    values = finite_values(domain)
    return None if values is None else len(values)


def grid_values(domain: Domain) -> tuple[Value, ...]:
    """The values a grid search takes: all of them, or `GRID_POINTS` even steps on the scale that is sampled."""
    values = finite_values(domain)
    if values is not None:
        return values
    assert isinstance(domain, FloatParameter)
    parts = [index / (GRID_POINTS - 1) for index in range(GRID_POINTS)]
    low, high = domain.min, domain.max
    if domain.sampling == "linear":
        points = [low + part * (high - low) for part in parts]
    elif domain.sampling == "log":
        points = [low * (high / low) ** part for part in parts]
    else:
        points = [low + high - low * (high / low) ** (1 - part) for part in parts]
    return tuple(dict.fromkeys(min(max(point, low), high) for point in points))


def grid_size(domain: Domain) -> int:
    """How many values a grid search takes."""
    return size(domain) or len(grid_values(domain))


def contains(domain: Domain, value: Value) -> bool:
    """Whether the value lies in the domain, on its steps where it has some."""
    if isinstance(domain, FloatParameter | IntParameter):
        if isinstance(value, bool | str) or not domain.min <= value <= domain.max:
            return False
        if isinstance(domain, IntParameter) and int(value) != value:
            return False
        return domain.step is None or any(abs(value - one) <= _tolerance(domain, one) for one in _stepped(domain))
    values = finite_values(domain)
    assert values is not None
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in values)


def _tolerance(domain: IntParameter | FloatParameter, value: float) -> float:
    return NEAR * (abs(value) if domain.sampling != "linear" or domain.step is None else domain.step)


def spelled(domain: Domain, value: Value) -> Value:
    """A value of the domain as the domain spells it, so that equal configurations look equal: 1 for a float parameter
    is 1.0, and what is as good as a step is that step."""
    if isinstance(domain, FloatParameter | IntParameter):
        assert not isinstance(value, str)
        if domain.step is not None:
            return min(_stepped(domain), key=lambda one: abs(one - value))
        return int(value) if isinstance(domain, IntParameter) else float(value)
    return next((one for one in finite_values(domain) or () if one == value), value)


def number(value: int | float) -> str:
    """A number as messages show it: whole ones in full."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe(domain: Domain) -> str:
    """The domain in a few words, for tables and messages."""
    if isinstance(domain, FixedParameter):
        return repr(domain.value)
    if isinstance(domain, ChoiceParameter):
        return ", ".join(str(value) for value in domain.values)
    if isinstance(domain, BooleanParameter):
        return "false, true"
    sampling = "" if domain.sampling == "linear" else f", {domain.sampling}"
    step = "" if domain.step is None else f", step {number(domain.step)}"
    return f"{number(domain.min)} to {number(domain.max)}{step}{sampling}"
