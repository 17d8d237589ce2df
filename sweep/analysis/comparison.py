"""Sweeps side by side: in what their definitions differ, how good each was after how many epochs, and whether they
differ by more than chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from sweep.analysis.bootstrap import PairedBootstrap
from sweep.analysis.contender import Contender
from sweep.analysis.curves import value_at
from sweep.analysis.same_images import NotComparable, compare_on_test, compare_on_validation
from sweep.space.differences import Difference, differences

TICKS = 5
"""Numbers of epochs at which the curves are read off, evenly up to the longest search."""


@dataclass(frozen=True)
class Duel:
    """Two sweeps on the same images: what came out, or `reason`, why chance cannot be judged."""

    first: str
    second: str
    bootstrap: PairedBootstrap | None
    reason: str | None


@dataclass(frozen=True)
class Comparison:
    """`differences` are between the first contender and each of the others, by name."""

    contenders: tuple[Contender, ...]
    differences: dict[str, list[Difference]]
    on_validation: tuple[Duel, ...]
    """Of the best trials."""
    on_test: tuple[Duel, ...]
    """Of the final models."""

    @property
    def have_one_objective(self) -> bool:
        """Whether their best values measure the same."""
        return len({one.result.objective for one in self.contenders}) == 1

    @property
    def ticks(self) -> list[int]:
        longest = max((one.curve[-1].epochs for one in self.contenders if one.curve), default=0)
        return sorted({max(1, round(longest * step / TICKS)) for step in range(1, TICKS + 1)}) if longest else []

    def to_json(self) -> dict[str, Any]:
        """The shape of `sweep compare --json`."""
        return {
            "runs": [_contender_json(one) for one in self.contenders],
            "same_objective": self.have_one_objective,
            "differences": {name: [asdict(one) for one in found] for name, found in self.differences.items()},
            "on_validation": [_duel_json(one) for one in self.on_validation],
            "on_test": [_duel_json(one) for one in self.on_test],
        }


def compare(contenders: Sequence[Contender]) -> Comparison:
    """Of at least one; with one there is nothing to differ."""
    first, *others = contenders
    found = {one.directory.name: differences(first.space, one.space) for one in others}
    return Comparison(
        tuple(contenders), found, _duels(contenders, compare_on_validation), _duels(contenders, compare_on_test)
    )


def _duels(
    contenders: Sequence[Contender], judge: Callable[[Contender, Contender], PairedBootstrap]
) -> tuple[Duel, ...]:
    """Of each with each."""
    return tuple(_duel(*pair, judge) for pair in combinations(contenders, 2))


def _duel(first: Contender, second: Contender, judge: Callable[[Contender, Contender], PairedBootstrap]) -> Duel:
    names = first.directory.name, second.directory.name
    try:
        return Duel(*names, judge(first, second), None)
    except NotComparable as exc:
        return Duel(*names, None, str(exc))


def _contender_json(one: Contender) -> dict[str, Any]:
    best = one.result.best_trial
    return {
        **one.result.to_json(),
        "method": one.space.search.method,
        "best": None
        if best is None
        else {"id": best.id, "objective": best.objective, "best_epoch": best.best_epoch, "budget": best.budget},
        "seconds": sum(trial.seconds for trial in one.result.trials),
        "curve": [{"epochs": point.epochs, "best": point.best} for point in one.curve],
    }


def _duel_json(one: Duel) -> dict[str, Any]:
    found = one.bootstrap
    about = None if found is None else {**asdict(found), "more_than_chance": found.is_more_than_chance}
    return {"first": one.first, "second": one.second, "paired_bootstrap": about, "reason": one.reason}


def curve_values(one: Contender, count: int, longest: int) -> list[float | None]:
    """The curve at `count` even steps up to `longest` epochs; None before its first value and after its end."""
    end = one.curve[-1].epochs if one.curve else 0
    steps = [longest * (index + 1) / count for index in range(count)]
    return [value_at(one.curve, step) if step - longest / count < end else None for step in steps]
