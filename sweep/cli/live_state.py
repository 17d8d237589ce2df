"""What is known of a search while it runs, gathered from what a reporter hears."""

from __future__ import annotations

import threading
import time
from collections import Counter

from sweep.cli.standing import CommonValues, Incumbents, Running, Standing, as_running, seconds_left
from sweep.estimates.time_left import CostCount, EpochCount, Speed, time_left
from sweep.records import EpochReport, Objective, TrialRecord, TrialState, Workload
from sweep.store.reading import Reader

ENOUGH = 100
"""Of so many earlier configurations what they share is looked for: there may be thousands."""


class LiveState:
    """`standing` may be asked for by another thread than the one that hears."""

    def __init__(
        self, store: Reader, goal: Objective, method: str, workers: int, workload: Workload, done: list[TrialRecord]
    ) -> None:
        """`done` are the trials of earlier sessions."""
        self._lock = threading.RLock()  # a signal may come while it is held
        self.goal = goal
        self._store, self._method, self._workers, self._workload = store, method, workers, workload
        self._name = str(store.facts["name"])
        self._began = time.monotonic()
        self._epochs, self._speed = EpochCount(workload.epochs, done), Speed()
        self._running: dict[int, TrialRecord] = {}
        self._curves: dict[int, dict[int, EpochReport]] = {}
        self._ended: dict[int, TrialState] = {}
        self._begun, self._costs = {record.id for record in done}, CostCount()
        self._common, self._incumbents = CommonValues(), Incumbents(goal)
        for record in done[:ENOUGH]:
            self._common.note(record.config)
        for record in done:
            self._note_end(record)
        self._incumbents.beaten = None  # the order in which they came is not known here

    @property
    def epochs_done(self) -> int:
        return self._epochs.done

    def trial(self, record: TrialRecord) -> bool:
        """Whether it has ended with the best value so far."""
        with self._lock:
            self._epochs.trial(record)
            if record.state is TrialState.RUNNING:
                self._begin(record)
            if not record.state.is_finished:
                return False
            self._costs.end(record.id, record.epochs_trained)
            self.gone(record.id)
            return self._note_end(record)

    def epoch(self, report: EpochReport) -> None:
        with self._lock:
            self._epochs.epoch(report.trial, report.epoch)
            self._speed.count(self._epochs.done)
            self._costs.epoch(report)
            self._curves.setdefault(report.trial, {})[report.epoch] = report

    def gone(self, trial: int) -> None:
        """It does not run any more."""
        with self._lock:
            self._running.pop(trial, None)
            self._curves.pop(trial, None)

    def standing(self) -> Standing:
        with self._lock:
            states, to_begin = Counter(self._ended.values()), max(0, self._workload.trials - len(self._begun))
            running = tuple(self._as_running(record) for _, record in sorted(self._running.items()))
            return Standing(
                name=self._name,
                method=self._method,
                goal=self.goal,
                workers=self._workers,
                trials_planned=self._workload.trials,
                trials_done=len(self._ended),
                epochs_planned=self._workload.epochs,
                epochs_done=self._epochs.done,
                exact=self._workload.exact,
                elapsed=time.monotonic() - self._began,
                rate=self._speed.rate,
                left=seconds_left(time_left(self._costs.so_far, to_begin, self._epochs.left, self._workers), running),
                states={state: count for state, count in states.items() if state is not TrialState.COMPLETED},
                running=running,
                best=self._incumbents.best,
                beaten=self._incumbents.beaten,
                common=self._common.texts,
            )

    def _begin(self, record: TrialRecord) -> None:
        self._running[record.id] = record
        self._begun.add(record.id)
        self._costs.begin(record.id, record.epochs_trained)
        if record.id not in self._ended:
            self._common.note(record.config)
        if record.epochs_trained:
            self._curves[record.id] = {report.epoch: report for report in self._store.epochs(record.id)}

    def _note_end(self, record: TrialRecord) -> bool:
        if record.state.is_finished or record.objective is not None:  # else it has not ended yet
            self._ended[record.id] = record.state if record.state.is_finished else TrialState.COMPLETED
        return self._incumbents.note(record, record.id, record.config)

    def _as_running(self, record: TrialRecord) -> Running:
        return as_running(record, self._curves.get(record.id, {}).values(), self.goal)
