"""One parameter of a W&B sweep as one of ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.text import counted

Given = Mapping[str, Any]


class NotCarried(Exception):
    """Why a parameter cannot be made one of ours."""


@dataclass(frozen=True)
class Converted:
    """The parameter as a definition has it, and what is different now, if anything."""

    parameter: Any
    note: str | None = None


def convert(given: Given) -> Converted:
    """Raises NotCarried, with the reason."""
    kind = given.get("distribution") or _implied(given)
    if kind not in _KINDS:
        raise NotCarried(f"there is no distribution {kind!r} here")
    return _KINDS[kind](given)


def _implied(given: Given) -> str:
    """As W&B infers it where the distribution is left out."""
    if "value" in given:
        return "constant"
    if "values" in given:
        return "categorical"
    if "min" in given and "max" in given:
        _numbers(given, "min", "max")
        if "q" in given:
            return "q_uniform"
        whole = isinstance(given["min"], int) and isinstance(given["max"], int)  # 1.0 is none to W&B
        return "int_uniform" if whole else "uniform"
    if "mu" in given or "sigma" in given:
        return "normal"
    raise NotCarried("it has neither `value`, `values`, nor `min` and `max`")


def _constant(given: Given) -> Converted:
    return Converted(_scalar(given.get("value")))


def _categorical(given: Given) -> Converted:
    values = given.get("values")
    if not isinstance(values, list) or not values:
        raise NotCarried("`values` is no list with something in it")
    kept = list(dict.fromkeys((type(one).__name__, _scalar(one)) for one in values))
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
    low, high = _numbers(given, "min", "max")
    return Converted(_between(math.ceil(low), math.floor(high)))


def _uniform(given: Given) -> Converted:
    low, high = _numbers(given, "min", "max")
    return Converted(_between(float(low), float(high)))


def _q_uniform(given: Given) -> Converted:
    """W&B rounds to multiples of `q`, so the ends are multiples too."""
    low, high = _numbers(given, "min", "max")
    step = _step(given)
    first, last = (_exact(round(end / step) * step, step) for end in (low, high))
    return Converted(_between(first, last, step=step if first < last else None))


def _log_uniform(given: Given) -> Converted:
    """Its bounds are exponents of e."""
    low, high = _numbers(given, "min", "max")
    return Converted(
        _between(_power(low), _power(high), sampling="log"), f"its bounds were exponents: e^{low:g} to e^{high:g}"
    )


def _log_uniform_values(given: Given) -> Converted:
    low, high = _numbers(given, "min", "max")
    return Converted(_between(_positive(low), _positive(high), sampling="log"))


def _q_log_uniform(given: Given) -> Converted:
    low, high = _numbers(given, "min", "max")
    return _rounded_log(_power(low), _power(high), given, f"its bounds were exponents: e^{low:g} to e^{high:g}")


def _q_log_uniform_values(given: Given) -> Converted:
    low, high = _numbers(given, "min", "max")
    return _rounded_log(_positive(low), _positive(high), given, None)


def _inv_log_uniform(given: Given) -> Converted:
    """The logarithm of 1/x lies between its bounds: x is as under a logarithm, between the inverses."""
    low, high = _numbers(given, "min", "max")
    note = f"its bounds were exponents of 1/x: e^{-high:g} to e^{-low:g}"
    return Converted(_between(_power(-high), _power(-low), sampling="log"), note)


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
    if low > high:
        raise NotCarried(f"its min, {low:g}, is above its max, {high:g}")
    if low == high:
        return low
    kind = "int" if isinstance(low, int) and isinstance(high, int) else "float"
    return {"type": kind, "min": low, "max": high, **{key: one for key, one in more.items() if one is not None}}


def _normal_facts(given: Given) -> tuple[float, float]:
    middle, spread = _numbers({"mu": 0, "sigma": 1, **given}, "mu", "sigma")
    if spread <= 0:
        raise NotCarried("its sigma is not above 0")
    return middle, spread


def _without_q(given: Given) -> str:
    return f"; rounding to multiples of q: {given['q']} is not carried over" if "q" in given else ""


def _numbers(given: Given, *keys: str) -> list[int | float]:
    for key in keys:
        value = given.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise NotCarried(f"`{key}` is no number")
    return [given[key] for key in keys]


def _step(given: Given) -> int | float:
    (step,) = _numbers({"q": 1, **given}, "q")
    if step <= 0:
        raise NotCarried("`q` is not above 0")
    return int(step) if _is_int(step) else step


def _exact(value: float, step: float) -> int | float:
    """A multiple of the step without what binary fractions add: 0.3, not 0.30000000000000004."""
    return int(value) if isinstance(step, int) else float(f"{value:.12g}")


def _is_int(value: int | float) -> bool:
    return isinstance(value, int) or (value.is_integer() and abs(value) < 2**53)


def _power(exponent: float) -> float:
    try:
        return _short(math.exp(exponent))
    except OverflowError as exc:
        raise NotCarried(f"e^{exponent:g} is beyond any number; are its bounds values, not exponents?") from exc


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _positive(value: float) -> float:
    if value <= 0:
        raise NotCarried(f"its bounds must be above 0 under a logarithm, not {value:g}")
    return float(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool | int | float | str):
        return value
    what = "nothing" if value is None else f"a {type(value).__name__} of {counted(len(value), 'item')}"
    raise NotCarried(f"{what} cannot be a value here, only a number, a text, true or false")


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
