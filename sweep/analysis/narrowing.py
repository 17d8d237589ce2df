"""One parameter's domain, narrowed to what the best trials had; kept wide where the evidence is thin."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from sweep.records import Value
from sweep.space import domains
from sweep.space.definition import (
    BooleanParameter,
    ChoiceParameter,
    Domain,
    FixedParameter,
    FloatParameter,
    IntParameter,
)

LEAST = 5
"""Values of the best trials: from fewer a range says nothing."""

CHANCE = 0.05
"""A choice that no good trial had is dropped where that would have happened by luck less often than this."""

WORTH = 0.9
"""A range that keeps more than this part of the old one is left as it was."""

EDGE = 0.05
"""The best value lies at an end of its range where it is nearer to it than this part of the range."""

FEW = 5
"""Of fewer values than these none is said to be at an end."""


@dataclass(frozen=True)
class Evidence:
    """The values of one parameter: of all trials that ended well, of the best part of them, and of the best one (None
    where the parameter was not active there). `needed` are values that conditions of other parameters name, `counts`
    says that layers are counted by it."""

    tried: Sequence[Value]
    good: Sequence[Value]
    best: Value | None
    needed: Set[Value] = frozenset()
    counts: bool = False


def narrow(domain: Domain, evidence: Evidence) -> tuple[Domain, str]:
    """The new domain, or the old one, and why, in a line."""
    if isinstance(domain, FixedParameter):
        return domain, ""
    if isinstance(domain, IntParameter | FloatParameter):
        return _range(domain, evidence)
    return _choice(domain, evidence)


def _choice(domain: ChoiceParameter | BooleanParameter, evidence: Evidence) -> tuple[Domain, str]:
    values = domains.finite_values(domain) or ()
    tried, good = Counter(evidence.tried), Counter(evidence.good)
    share = len(evidence.good) / len(evidence.tried) if evidence.tried else 1.0
    lucky = {value: (1 - share) ** tried[value] for value in values}
    hopeless = [value for value in values if not good[value] and lucky[value] < CHANCE]
    dropped = [value for value in hopeless if value not in evidence.needed]
    kept = [value for value in values if value not in dropped]
    told = ", ".join(f"{good[value]} of {tried[value]} with {_word(value)}" for value in values)
    among = f"among the best are {told}"
    if not dropped:
        held = f"; {', '.join(map(_word, hopeless))} is named by `when`" if hopeless else ""
        return domain, f"kept: {among}{held}"
    reason = f"without {', '.join(map(_word, dropped))}: {among}"
    if isinstance(domain, BooleanParameter):
        return FixedParameter(type="fixed", value=kept[0], per=domain.per, when=domain.when), reason
    return domain.model_copy(update={"values": tuple(kept)}), reason


def _range(domain: IntParameter | FloatParameter, evidence: Evidence) -> tuple[Domain, str]:
    good = [float(value) for value in evidence.good]
    edge = _edge(domain, evidence.best)
    if len(good) < LEAST:
        return domain, f"kept: only {_trials(len(good))} of the best have it{edge}"
    if evidence.needed:
        return domain, f"kept: `when` of another parameter names values of it{edge}"
    if domain.min == domain.max:
        return domain, ""
    log = domain.sampling == "log"
    at = math.log if log else float
    low, high = at(min(good)), at(max(good))
    gap = (high - low) / (len(good) - 1)
    bounds = max(low - gap, at(domain.min)), min(high + gap, at(domain.max))
    if (bounds[1] - bounds[0]) > WORTH * (at(domain.max) - at(domain.min)):
        return domain, f"kept: the best {_trials(len(good))} lie all over it{edge}"
    new = _fitted(domain, *(math.exp(one) if log else one for one in bounds), counts=evidence.counts)
    if new == domain:
        return domain, f"kept: the best {_trials(len(good))} need all of its steps{edge}"
    found = f"the best {_trials(len(good))} have {_short(min(good))} to {_short(max(good))}"
    return new, f"was {domains.describe(domain)}: {found}, and one mean gap more on both sides{edge}"


def _fitted(domain: IntParameter | FloatParameter, low: float, high: float, *, counts: bool) -> Domain:
    """With ends that the domain can have: whole, on its steps, in few digits; never within `low` and `high`."""
    values = domains.finite_values(domain) if domain.step is not None else None
    if values is not None:
        if domain.sampling == "reverse_log":  # its steps are counted from the far end
            return domain
        inner = [float(value) for value in values]
        below = max((one for one in inner if one <= _above(low)), default=inner[0])
        above = min((one for one in inner if one >= _below(high)), default=inner[-1])
        ends: tuple[float, float] = below, above
    elif isinstance(domain, IntParameter):
        ends = max(domain.min, math.floor(_above(low))), min(domain.max, math.ceil(_below(high)))
    else:
        ends = max(domain.min, _rounded(low, math.floor)), min(domain.max, _rounded(high, math.ceil))
    if isinstance(domain, IntParameter):
        least = 1 if counts and domain.max >= 1 else domain.min  # without a layer its parameters would have no use
        return domain.model_copy(update={"min": int(ends[0]), "max": max(int(ends[1]), least)})
    return domain.model_copy(update={"min": float(ends[0]), "max": float(ends[1])})


def _above(value: float) -> float:
    """By as little as a logarithm and back may have taken from it: e to the power of ln 8 is 7.9999..."""
    return value + 1e-9 * abs(value)


def _below(value: float) -> float:
    return value - 1e-9 * abs(value)


def _rounded(value: float, way: Callable[[float], int]) -> float:
    """To two digits that matter, up or down."""
    if value == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    return float(f"{way(value * 10.0**digits)}e{-digits}")


def _edge(domain: IntParameter | FloatParameter, best: Value | None) -> str:
    """A hint where the best trial has a value at an end of its range: better ones may lie beyond."""
    if best is None or isinstance(best, str | bool) or domain.min == domain.max:
        return ""
    if (domains.size(domain) or FEW) < FEW:  # most of them are at an end
        return ""
    at = math.log if domain.sampling == "log" else float
    place = (at(best) - at(domain.min)) / (at(domain.max) - at(domain.min))
    if EDGE < place < 1 - EDGE:
        return ""
    end = "lowest" if place <= EDGE else "highest"
    return f"; the best trial has {_short(best)}, near the {end}: a wider range may hold better ones"


def _trials(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: float) -> str:
    return f"{value:.4g}"
