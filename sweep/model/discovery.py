"""Meeting all the hyperparameters that a user's code asks for, by running it before anything is searched."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST_COUNT = 32
"""A number that goes up to this may count layers, so its largest value is tried. Larger ones are sizes, and a model
with all of them at their largest might not fit into memory."""

MOST_VISITS = 100
"""Enough for any space that is written by hand; an end for one whose names never do."""


@dataclass(frozen=True)
class _Trip:
    """Values to visit with: those of an earlier visit, and the changes that are to show something new."""

    base: Mapping[str, Any]
    changes: Mapping[str, Any]


def explore(declare: Callable[[], Any], visit: Callable[[Any], None]) -> list[Any]:
    """KerasTuner's parameters as the user's code declares them, in the order in which they were met.

    `declare` makes a fresh `HyperParameters` with what is known beforehand, `visit` runs the user's code with it: first
    with the defaults, then so that every string and boolean value, the ends of every small number and every conditional
    scope are met. Several values change in one visit; a parameter that was hidden by it is tried again alone.
    Raises what the first visit raises; a later one may fail as a trial may.
    """
    exploration = _Exploration()
    for count in range(MOST_VISITS):
        if not exploration.queue:
            break
        trip = exploration.queue.popleft()
        hp = declare()
        hp.values.update({**trip.base, **trip.changes})
        _complete(hp)
        with contextlib.suppress(Exception) if count else contextlib.nullcontext():
            visit(hp)
        exploration.learn(hp, trip)
    return exploration.parameters


class _Exploration:
    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self.queue = deque([_Trip({}, {})])
        self._active_once: set[str] = set()
        self._scopes: list[Any] = []  # conditions that were met, or will be

    def learn(self, hp: Any, trip: _Trip) -> None:
        """Notes what a visit met, and queues what it makes worth trying."""
        active = {one.name: one for one in hp.space if hp.is_active(one)}
        values = {name: hp.values[name] for name in active}
        self.parameters += [one for one in hp.space if not self._has(one)]
        fresh = [one for name, one in active.items() if name not in self._active_once]
        self._active_once |= active.keys()
        if len(trip.changes) > 1:
            hidden = {name: value for name, value in trip.changes.items() if name not in active}
            self.queue.extend(_Trip(trip.base, {name: value}) for name, value in hidden.items())
        self.queue.extend(_Trip(values, changes) for changes in (*_rounds(fresh, values), *self._unmet_scopes(hp)))

    def _has(self, parameter: Any) -> bool:
        """By name and conditions, as KerasTuner does: the first of several domains counts."""
        return any(one.name == parameter.name and one.conditions == parameter.conditions for one in self.parameters)

    def _unmet_scopes(self, hp: Any) -> Iterator[dict[str, Any]]:
        self._scopes += [scope for scope in hp.active_scopes if scope not in self._scopes]
        for scope in hp.inactive_scopes:
            if scope not in self._scopes:
                self._scopes.append(scope)
                yield {condition.name: condition.values[0] for condition in scope}


def _complete(hp: Any) -> None:
    """Gives those that the changes made active their defaults; KerasTuner's own way gives them random values."""
    for one in hp.space:
        if not hp.is_active(one):
            hp.values.pop(one.name, None)
        elif one.name not in hp.values:
            hp.values[one.name] = one.default


def _rounds(fresh: list[Any], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All the values worth trying besides those of the visit, one of each parameter at a time."""
    others = {one.name: [value for value in _worth_trying(one) if value != values[one.name]] for one in fresh}
    for row in itertools.zip_longest(*others.values()):
        yield {name: value for name, value in zip(others, row, strict=True) if value is not None}


def _worth_trying(parameter: Any) -> list[Any]:
    kind = type(parameter).__name__
    if kind not in ("Int", "Choice", "Boolean"):
        return []
    if kind == "Int" and not parameter.step:
        return _small_ends((parameter.min_value, parameter.max_value))
    values = list(parameter.values)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)
    return _small_ends(values) if numbers else values


def _small_ends(values: list[Any] | tuple[Any, ...]) -> list[int]:
    return [end for end in (min(values), max(values)) if isinstance(end, int) and end <= LARGEST_COUNT]
