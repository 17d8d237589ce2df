"""How good the best trial was after so many epochs of the whole search."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sweep.records import Decision, Objective, Proposal, TrialResult


@dataclass(frozen=True)
class Point:
    """After `epochs` epochs of all trials together the best value was `best`."""

    epochs: int
    best: float


def best_so_far(decisions: Iterable[Decision], goal: Objective) -> list[Point]:
    """A point for each result that was better than all before it, and one at the end; none where no result is finite.

    Results count in the order in which they were asked for: which of two workers is done first depends on the clock.
    """
    points: list[Point] = []
    best: float | None = None
    spent = 0
    for epochs, result in _in_order_of_asks(decisions):
        spent += epochs
        value = result.objective
        if value is not None and math.isfinite(value) and (best is None or goal.better(value, best)):
            best = value
            points.append(Point(spent, best))
    if best is not None and points[-1].epochs < spent:
        points.append(Point(spent, best))
    return points


def value_at(points: Iterable[Point], epochs: float) -> float | None:
    """The best value after so many epochs, None where there was none yet."""
    reached = [point.best for point in points if point.epochs <= epochs]
    return reached[-1] if reached else None


def _in_order_of_asks(decisions: Iterable[Decision]) -> list[tuple[int, TrialResult]]:
    """Each result with the epochs that it took beyond the trial's earlier ones."""
    places: dict[int, list[int]] = {}
    found: list[tuple[int, TrialResult] | None] = []
    trained: dict[int, int] = {}
    for one in decisions:
        if isinstance(one, Proposal):
            places.setdefault(one.trial, []).append(len(found))
            found.append(None)
        elif isinstance(one, TrialResult):
            new = max(0, one.epochs_trained - trained.get(one.trial, 0))
            trained[one.trial] = one.epochs_trained
            found[places[one.trial].pop(0)] = new, one
    return [one for one in found if one is not None]
