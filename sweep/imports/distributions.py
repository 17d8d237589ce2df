"""One parameter of a W&B sweep as one of ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.text import counted

Given = Mapping[str, Any]


class NotCarried(Exception):
    """Why a parameter cannot be made one of ours, and what in it is at fault: keys and list positions, if any."""

    def __init__(self, reason: str, *at: str | int) -> None:
        super().__init__(reason)
        self.at = at


@dataclass(frozen=True)
class Converted:
    """The parameter as a definition has it, and what is different now, if anything."""

    parameter: Any
    note: str | None = None


def convert(given: Given) -> Converted:
    """Raises NotCarried, with the reason."""
    kind = given.get("distribution") or _implied(given)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise NotCarried(f"there is no distribution {kind!r} here", "distribution")
    return _KINDS[kind](given)


def _implied(given: Given) -> str:
    """As W&B infers it where the distribution is left out."""
    if "value" in given:
        return "constant"
    if "values" in given:
        return "categorical"
    if "min" in given and "max" in given:
        _bounds(given)
        if "q" in given:
            return "q_uniform"
        whole = isinstance(given["min"], int) and isinstance(given["max"], int)  # 1.0 is none to W&B
        return "int_uniform" if whole else "uniform"
    if "mu" in given or "sigma" in given:
        return "normal"
    raise NotCarried("it has neither `value`, `values`, nor `min` and `max`")


def _constant(given: Given) -> Converted:
    if "value" not in given:
        raise NotCarried("`value` is missing")
    return Converted(_scalar(given["value"], "value"))


def _categorical(given: Given) -> Converted:
    values = given.get("values")
    if not isinstance(values, list) or not values:
        raise NotCarried("`values` is no list with something in it", "values")
    scalars = [_scalar(one, "values", place) for place, one in enumerate(values)]
    kept = list(dict.fromkeys((type(one).__name__, one) for one in scalars))
    plain = [one for _, one in kept]
    note = "probabilities are not carried over: all values are as likely" if given.get("probabilities") else None
    if {type(one) for one in plain} == {bool}:
        return Converted({"type": "boolean"} if len(plain) == 2 else plain[0], note)
    kinds = {type(one) for one in plain}
    if len(kinds) > 1 and kinds != {int, float}:
        texts = [one if isinstance(one, str) else str(one).lower() for one in plain]
        mixed = "values of several kinds are texts now"
        return Converted({"type": "choice", "values": texts}, f"{note}; {mixed}" if note else mixed)
    return Converted({"type": "choice", "values": plain}, note)


def _int_uniform(given: Given) -> Converted:
    low, high = _bounds(given)
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise NotCarried(f"there is no whole number between its min, {low}, and its max, {high}", "min")
    return Converted(_between(first, last))


def _uniform(given: Given) -> Converted:
    low, high = _bounds(given)
    return Converted(_between(float(low), float(high)))


def _q_uniform(given: Given) -> Converted:
    """W&B rounds to multiples of `q`, so the ends are multiples too."""
    low, high = _bounds(given)
    step = _step(given)
    first, last = (_exact(round(end / step) * step, step) for end in (low, high))
    return Converted(_between(first, last, step=step if first < last else None))


def _log_uniform(given: Given) -> Converted:
    """Its bounds are exponents of e."""
    low, high = _bounds(given)
    return Converted(
        _between(_power(low, "min"), _power(high, "max"), sampling="log"),
        f"its bounds were exponents: e^{low:g} to e^{high:g}",
    )


def _log_uniform_values(given: Given) -> Converted:
    low, high = _bounds(given)
    return Converted(_between(_positive(low, "min"), _positive(high, "max"), sampling="log"))


def _q_log_uniform(given: Given) -> Converted:
    low, high = _bounds(given)
    note = f"its bounds were exponents: e^{low:g} to e^{high:g}"
    return _rounded_log(_power(low, "min"), _power(high, "max"), given, note)


def _q_log_uniform_values(given: Given) -> Converted:
    low, high = _bounds(given)
    return _rounded_log(_positive(low, "min"), _positive(high, "max"), given, None)


def _inv_log_uniform(given: Given) -> Converted:
    """The logarithm of 1/x lies between its bounds: x is as under a logarithm, between the inverses."""
    low, high = _bounds(given)
    note = f"its bounds were exponents of 1/x: e^{-high:g} to e^{-low:g}"
    return Converted(_between(_power(-high, "max"), _power(-low, "min"), sampling="log"), note)


def _normal(given: Given) -> Converted:
    middle, spread = _normal_facts(given)
    low, high = middle - 2 * spread, middle + 2 * spread
    note = f"there is no normal distribution here: even between mu - 2 sigma and mu + 2 sigma, {low:g} to {high:g}"
    return Converted(_between(_short(low), _short(high)), note + _without_q(given))


def _log_normal(given: Given) -> Converted:
    middle, spread = _normal_facts(given)
    low, high = _power(middle - 2 * spread), _power(middle + 2 * spread)
    note = f"there is no log-normal distribution here: log sampling over mu ± 2 sigma, {low:g} to {high:g}"
    return Converted(_between(low, high, sampling="log"), note + _without_q(given))


def _beta(given: Given) -> Converted:
    note = "there is no beta distribution here: even between 0 and 1"
    return Converted(_between(0.0, 1.0), note + _without_q(given))


def _rounded_log(low: float, high: float, given: Given, note: str | None) -> Converted:
    """Whole numbers can be had, other multiples of `q` cannot: a step multiplies here where sampling is log."""
    step = _step(given)
    lost = f"rounding to multiples of q: {step:g} is not carried over"
    if isinstance(step, int) and round(high) >= 1:
        whole = _between(max(1, round(low)), round(high), sampling="log")
        lost = "" if step == 1 else f"{lost}, only to whole numbers"
        return Converted(whole, "; ".join(one for one in (note, lost) if one) or None)
    return Converted(_between(float(low), float(high), sampling="log"), f"{note}; {lost}" if note else lost)


def _between(low: float, high: float, **more: Any) -> Any:
    if low == high:
        return low
    kind = "int" if isinstance(low, int) and isinstance(high, int) else "float"
    return {"type": kind, "min": low, "max": high, **{key: one for key, one in more.items() if one is not None}}


def _normal_facts(given: Given) -> tuple[float, float]:
    middle, spread = _numbers({"mu": 0, "sigma": 1, **given}, "mu", "sigma")
    if spread <= 0:
        raise NotCarried(f"its sigma, {spread}, is not above 0", "sigma")
    return middle, spread


def _without_q(given: Given) -> str:
    return f"; rounding to multiples of q: {given['q']} is not carried over" if "q" in given else ""


def _bounds(given: Given) -> list[int | float]:
    low, high = _numbers(given, "min", "max")
    if low > high:
        raise NotCarried(f"its min, {low}, is above its max, {high}", "min")
    return [low, high]


def _numbers(given: Given, *keys: str) -> list[int | float]:
    for key in keys:
        value = given.get(key)
        if value is None:
            raise NotCarried(f"`{key}` is missing")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise NotCarried(f"`{key}` is no number: {value!r}", key)
    return [given[key] for key in keys]


def _step(given: Given) -> int | float:
    (step,) = _numbers({"q": 1, **given}, "q")
    if step <= 0:
        raise NotCarried(f"`q`, {step}, is not above 0", "q")
    return int(step) if _is_int(step) else step


def _exact(value: float, step: float) -> int | float:
    """A multiple of the step without what binary fractions add: 0.3, not 0.30000000000000004."""
    return int(value) if isinstance(step, int) else float(f"{value:.12g}")


def _is_int(value: int | float) -> bool:
    return isinstance(value, int) or (value.is_integer() and abs(value) < 2**53)


def _power(exponent: float, *bound: str) -> float:
    try:
        power = _short(math.exp(exponent))
    except OverflowError:
        power = 0.0
    if power == 0:
        hint = "; are its bounds values, not exponents?" if bound else ""
        raise NotCarried(f"e^{exponent:g} is beyond any number{hint}", *bound)
    return power


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _positive(value: float, key: str) -> float:
    if value <= 0:
        raise NotCarried(f"its bounds must be above 0 under a logarithm, not {value}", key)
    return float(value)


def _scalar(value: Any, *at: str | int) -> Any:
    if isinstance(value, bool | int | float | str):
        return value
    what = "nothing" if value is None else f"a {type(value).__name__} of {counted(len(value), 'item')}"
    raise NotCarried(f"{what} cannot be a value here, only a number, a text, true or false", *at)


_KINDS: dict[str, Callable[[Given], Converted]] = {
    "constant": _constant,
    "categorical": _categorical,
    "categorical_w_probabilities": _categorical,
    "int_uniform": _int_uniform,
    "uniform": _uniform,
    "q_uniform": _q_uniform,
    "log_uniform": _log_uniform,
    "log_uniform_values": _log_uniform_values,
    "q_log_uniform": _q_log_uniform,
    "q_log_uniform_values": _q_log_uniform_values,
    "inv_log_uniform": _inv_log_uniform,
    "inv_log_uniform_values": _log_uniform_values,
    "normal": _normal,
    "q_normal": _normal,
    "log_normal": _log_normal,
    "q_log_normal": _log_normal,
    "beta": _beta,
    "q_beta": _beta,
}
