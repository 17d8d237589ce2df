"""Who is told what happens in a sweep, besides TensorBoard: the tables, and whoever reports to the user."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sweep.records import EpochReport, TrialLost, TrialRecord, Workload
from sweep.space.definition import Space
from sweep.store.export import write_tables
from sweep.store.layout import RunDirectory
from sweep.store.store import Store

if TYPE_CHECKING:
    from sweep.final.requests import RetrainEpoch
    from sweep.final.winner import Winner
    from sweep.loop import Ending
    from sweep.preparation import Ready


TABLE_SHARE = 0.02
"""Of the time of a sweep, at most about this part is spent on its tables."""


class TableObserver:
    """Refreshes `trials.csv` and `trials.json` after a trial, unless the last time took so long that it is not due yet:
    with thousands of rows a table costs more than a trial."""

    def __init__(self, directory: RunDirectory, store: Store) -> None:
        self._directory, self._store = directory, store
        self._due = time.monotonic()

    def trial(self, record: TrialRecord) -> None:
        if record.state.is_finished and time.monotonic() >= self._due:
            self.refresh()

    def refresh(self) -> None:
        """Write them now."""
        began = time.monotonic()
        write_tables(self._directory, self._store)
        ended = time.monotonic()
        self._due = ended + (ended - began) / TABLE_SHARE

    def epoch(self, report: EpochReport) -> None:
        """A table has rows for trials, not for epochs."""

    def lost(self, loss: TrialLost) -> None:
        """The trial has not ended."""


class Reporter:
    """Is told of every step of a sweep, in this order, and says nothing. Override what should be shown."""

    def data(self, done: int, total: int) -> None:
        """`done` of `total` images have been read."""

    def ready(self, ready: Ready) -> None:
        """Data and space are checked; nothing has been written yet."""

    def searching(self, store: Store, space: Space, workers: int, workload: Workload) -> None:
        """The search begins, or goes on."""

    def trial(self, record: TrialRecord) -> None:
        """A trial was started, or ended for now."""

    def epoch(self, report: EpochReport) -> None:
        """A trial has trained one more epoch."""

    def lost(self, loss: TrialLost) -> None:
        """The worker of a trial died; it goes on from its checkpoint in another one."""

    def stopping(self) -> None:
        """A stop was requested: the running epochs are the last ones. Called from a signal handler."""

    def winding_down(self) -> None:
        """Another process asked for a stop: the trials that run now are trained to their end, and no more are begun."""

    def searched(self, ending: Ending | None) -> None:
        """Nothing more is trained, and why; None where a fault is the reason."""

    def retraining(self, winner: Winner, space: Space) -> None:
        """The winner is frozen, and about to be retrained."""

    def retrain(self, report: RetrainEpoch) -> None:
        """The winner has been retrained for one more epoch."""

    def evaluated(self, metrics: dict[str, Any]) -> None:
        """The final model has been evaluated on test."""

    def note(self, text: str) -> None:
        """A line on what the sweep begins with."""

    def warning(self, text: str) -> None:
        """Something beside the sweep went wrong; its answer is not touched."""
