"""How far a search is, how quickly its epochs come, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from sweep.records import EpochReport, TrialRecord
from sweep.store.facts import Costs

LEAST_SECONDS = 0.5
"""A shorter time tells nothing of what follows."""

MOST_SAMPLES = 256

ENOUGH_EPOCHS = 3
"""So many tell how long others take."""


class EpochCount:
    """The epochs of a search of `planned` in all: `done` are trained; `spared` will not be, since their trials ended
    before their budget. What a trial has done is counted once, however often it is told."""

    def __init__(self, planned: int, records: Iterable[TrialRecord] = ()) -> None:
        self.planned, self.done, self.spared = planned, 0, 0
        self._trials: dict[int, tuple[int, int]] = {}
        for record in records:
            self.trial(record)

    def trial(self, record: TrialRecord) -> None:
        spared = max(0, record.budget - record.epochs_trained) if record.state.is_finished else 0
        self._set(record.id, record.epochs_trained, spared)

    def epoch(self, trial: int, epoch: int) -> None:
        known, spared = self._trials.get(trial, (0, 0))
        self._set(trial, max(known, epoch), spared)

    @property
    def left(self) -> int:
        return max(0, self.planned - self.done - self.spared)

    def _set(self, trial: int, done: int, spared: int) -> None:
        before = self._trials.get(trial, (0, 0))
        self.done += done - before[0]
        self.spared += spared - before[1]
        self._trials[trial] = done, spared


class CostCount:
    """The costs of a search, from what is heard of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[int, tuple[float, int]] = {}
        self.so_far = Costs()

    def begin(self, trial: int, epochs: int) -> None:
        """It trains on from the end of so many epochs."""
        self._begun[trial] = self._clock(), epochs

    def epoch(self, report: EpochReport) -> None:
        if report.epoch > 1 + self._begun.get(report.trial, (0.0, 0))[1]:
            costs = self.so_far
            later = costs.later_epochs + 1, costs.later_seconds + report.seconds
            self.so_far = replace(costs, later_epochs=later[0], later_seconds=later[1])

    def end(self, trial: int, epochs: int) -> None:
        """It has trained so many epochs in all."""
        began, before = self._begun.pop(trial, (self._clock(), epochs))
        costs, seconds = self.so_far, self._clock() - began
        self.so_far = replace(
            costs,
            trainings=costs.trainings + 1,
            seconds=costs.seconds + seconds,
            epochs=costs.epochs + max(0, epochs - before),
        )


class Speed:
    """Epochs a second, over the last half of the time since the first count: trials differ, and what came long ago says
    less of what follows. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: list[tuple[float, int]] = []

    def count(self, done: int, at: float | None = None) -> None:
        """`done` epochs, now or `at` another moment of the clock."""
        self._samples.append((self._clock() if at is None else at, done))
        if len(self._samples) > MOST_SAMPLES:
            self._samples = [*self._samples[:-1:2], self._samples[-1]]

    @property
    def rate(self) -> float | None:
        """None where it is too early to tell."""
        if len(self._samples) < 2:
            return None
        last, done = self._samples[-1]
        half = last - (last - self._samples[0][0]) / 2
        since, before = [sample for sample in self._samples if sample[0] <= half][-1]
        return (done - before) / (last - since) if last - since >= LEAST_SECONDS and done > before else None


def time_left(costs: Costs, trials: int, epochs: int, workers: int) -> float | None:
    """Seconds until so many `trials` that have not begun, and so many `epochs` in all, are trained; None where it is
    too early to tell: what the later epochs of a training take nobody knows before there are some."""
    side_by_side = max(1, workers)
    if costs.later_epochs < ENOUGH_EPOCHS:
        if not costs.trainings or epochs > trials:
            return None
        return trials * costs.seconds / costs.trainings / side_by_side
    epoch = costs.later_seconds / costs.later_epochs
    begin = max(0.0, costs.seconds - epoch * costs.epochs) / max(1, costs.trainings)
    return (trials * begin + epochs * epoch) / side_by_side
