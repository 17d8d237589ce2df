"""The vocabulary: plain, frozen, picklable facts that searcher, executor, store and trackers exchange."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = bool | int | float | str
Config = Mapping[str, Value]
"""The active hyperparameters of a trial, name to value. An inactive one never appears."""

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy", "val_precision", "val_recall", "val_f1", "val_auc")
"""Reported at every epoch of every trial; precision, recall, F1 and AUC are macro averages over the classes."""


class TrialState(enum.StrEnum):
    """Where a trial stands. Only facts decide it: see `Store`."""

    WAITING = "waiting"  # asked for, not started (or to be started again)
    RUNNING = "running"
    COMPLETED = "completed"  # has trained all epochs granted so far, or stopped early
    DIVERGED = "diverged"  # its loss became NaN or infinite
    FAILED = "failed"  # raised, its worker died, or its objective could not be computed
    SKIPPED = "skipped"  # too large a model: refused before anything of it was trained

    @property
    def is_finished(self) -> bool:
        return self not in (TrialState.WAITING, TrialState.RUNNING)


@dataclass(frozen=True)
class Objective:
    """A metric and the direction in which it gets better, `max` or `min`."""

    metric: str
    direction: str

    def better(self, a: float, b: float) -> bool:
        """Whether `a` is strictly better than `b`."""
        return a > b if self.direction == "max" else a < b

    def best_epoch(self, values: Sequence[float | None]) -> int | None:
        """The 1-based epoch of the best value, the earliest of equals; None where no value is finite."""
        best: int | None = None
        for index, value in enumerate(values):
            if value is None or not math.isfinite(value):
                continue
            if best is None or self.better(value, values[best]):  # type: ignore[arg-type]
                best = index
        return None if best is None else best + 1


@dataclass(frozen=True)
class Proposal:
    """What a searcher decided: train this trial from the end of `first_epoch` to the end of `last_epoch`.

    `trial` counts from 0. `first_epoch` is 0 for a new trial and the last trained epoch for a promotion.
    `bracket` and `rung` are None for methods that have none.
    """

    trial: int
    config: Config
    first_epoch: int
    last_epoch: int
    bracket: int | None = None
    rung: int | None = None


@dataclass(frozen=True)
class LimitsRaised:
    """The user's decision, between two of the searcher's: how far the search may go from now on, None: without end.

    `max_time` is in seconds.
    """

    max_trials: int | None
    max_time: float | None


@dataclass(frozen=True)
class TrialRequest:
    """A proposal made ready to run: everything that a worker needs besides the `TrialContext` of the sweep."""

    trial: int
    config: Config
    seed: int
    last_epoch: int
    attempt: int = 1
    known: KnownTraining | None = None


@dataclass(frozen=True)
class EpochReport:
    """One trained epoch. `epoch` is absolute and 1-based, whatever rung or attempt trained it.

    `hits`, of an epoch that was its trial's best so far, has a bit for each validation image, the first one's the
    highest of the first byte: whether it was classified correctly.
    """

    trial: int
    epoch: int
    metrics: Mapping[str, float | None]
    seconds: float
    hits: bytes | None = None

    def facts(self) -> list[Any]:
        """As JSON, without trial and epoch."""
        return [dict(self.metrics), self.seconds, None if self.hits is None else self.hits.hex()]

    @classmethod
    def of_facts(
        cls, trial: int, epoch: int, metrics: Mapping[str, float | None], seconds: float, hits: str | None = None
    ) -> EpochReport:
        """Back from `facts`; an earlier version wrote no hits."""
        return cls(trial, epoch, metrics, seconds, None if hits is None else bytes.fromhex(hits))


@dataclass(frozen=True)
class KnownTraining:
    """The epochs of an equal training, of the same configuration, seed, images and code: another sweep's."""

    reports: tuple[EpochReport, ...]
    parameter_count: int | None


@dataclass(frozen=True)
class TrialResult:
    """How the training of one request ended. `objective` is the best value over all epochs so far."""

    trial: int
    state: TrialState
    epochs_trained: int
    best_epoch: int | None = None
    objective: float | None = None
    parameter_count: int | None = None
    error: str | None = None  # one line
    traceback: str | None = None


@dataclass(frozen=True)
class TrialLost:
    """The worker of a trial died before it could give a result; the trial itself may be sound."""

    trial: int
    reason: str


TrialEvent = EpochReport | TrialResult | TrialLost


Decision = Proposal | TrialResult | LimitsRaised
"""What a search is a function of, in the order in which they came."""


@dataclass(frozen=True)
class Workload:
    """What a search will train where nothing fails and nothing stops early. `exact` is False where the epochs depend on
    results that are not known yet."""

    trials: int
    epochs: int
    exact: bool


@dataclass(frozen=True)
class TrialRecord:
    """A row of the results table: one trial as the store knows it."""

    id: int
    state: TrialState
    config: Config
    budget: int
    epochs_trained: int = 0
    best_epoch: int | None = None
    objective: float | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)  # of the last epoch
    bracket: int | None = None
    rung: int | None = None
    attempts: int = 0
    seconds: float = 0.0
    parameter_count: int | None = None
    error: str | None = None
