"""What the epochs of a trial amount to: whether it is done, and its result. Functions of the reports alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sweep.errors import SweepFailed
from sweep.records import EpochReport, Objective, TrialResult, TrialState
from sweep.space.definition import Space
from sweep.text import counted
from sweep.trial.early_stopping import should_stop


def end_state(space: Space, reports: Sequence[EpochReport], last_epoch: int) -> TrialState | None:
    """How the trial has ended after these epochs, the first to the latest; None while it is to go on.

    Raises SweepFailed where no epoch reports the sweep's objective: no trial would ever have one.
    """
    if not reports:
        return None
    values = objective_values(space.goal, reports)
    latest = reports[-1].metrics
    if any(not math.isfinite(value) for value in (latest["loss"], latest["val_loss"]) if value is not None):
        return TrialState.DIVERGED
    if len(reports) >= last_epoch or _stops_early(space, values):
        return TrialState.COMPLETED
    return None


def trial_result(
    space: Space, trial: int, state: TrialState, reports: Sequence[EpochReport], **facts: Any
) -> TrialResult:
    """The result after these epochs, with the best of them. `facts` are further fields of `TrialResult`.

    A trial that has completed without a finite objective in any epoch has failed: nothing can be learned from it.
    """
    values = objective_values(space.goal, reports)
    best_epoch = space.goal.best_epoch(values)
    if state is TrialState.COMPLETED and best_epoch is None:
        state, facts["error"] = TrialState.FAILED, _no_objective(space.goal, values)
    objective = None if best_epoch is None else values[best_epoch - 1]
    return TrialResult(trial, state, len(reports), best_epoch, objective, **facts)


def objective_values(goal: Objective, reports: Sequence[EpochReport]) -> list[float | None]:
    """The objective of each epoch. Raises SweepFailed where an epoch does not report it."""
    for report in reports:
        if goal.metric not in report.metrics:
            known = ", ".join(report.metrics)
            raise SweepFailed(f"no trial reports the objective {goal.metric!r}; choose one of: {known}")
    return [report.metrics[goal.metric] for report in reports]


def _no_objective(goal: Objective, values: Sequence[float | None]) -> str:
    epochs = counted(len(values), "epoch")
    if any(value is not None for value in values):
        return f"{goal.metric} was never a finite number in {epochs}"
    why = "; it needs validation images of two classes or more" if goal.metric == "val_auc" else ""
    return f"{goal.metric} could not be computed in {epochs}{why}"


def _stops_early(space: Space, values: Sequence[float | None]) -> bool:
    rule = space.early_stopping
    return rule is not None and should_stop(values, space.goal, rule.patience, rule.min_delta)
