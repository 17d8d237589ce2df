"""A search's first sound forecast, kept by its store, and how wrong it was afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sweep.estimates.estimate import LEAST_TRUTH
from sweep.estimates.time_left import EpochCount, time_left
from sweep.records import EpochReport, TrialLost, TrialRecord, Workload
from sweep.store.facts import Event
from sweep.store.store import Store

FORECAST_SHARE = 0.1
"""When so much of a search is done, what it will take is written down; where it cannot be told, so much later again."""


class ForecastKeeper:
    """An observer that writes the first sound forecast of a search into its store, `began` being when the search did,
    by the `clock`. `workers` train side by side."""

    def __init__(
        self,
        store: Store,
        planned: Workload,
        workers: int,
        began: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._planned, self._workers, self._began, self._clock = store, planned, workers, began, clock
        self._pause = max(2.0, FORECAST_SHARE * (planned.epochs - store.count_epochs()))
        self._due, self._heard = self._pause, 0

    def epoch(self, report: EpochReport) -> None:
        self._heard += report.seconds > 0  # what was taken over says nothing of what follows
        if self._heard >= self._due:
            self._due = float("inf") if self._keep() else self._heard + self._pause

    def trial(self, record: TrialRecord) -> None:
        """Its epochs have been told."""

    def lost(self, loss: TrialLost) -> None:
        """Its epochs will be trained by another attempt."""

    def _keep(self) -> bool:
        """Whether there is one."""
        trials, after = self._store.trials(), self._clock() - self._began
        epochs = EpochCount(self._planned.epochs, trials).left
        left = time_left(self._store.costs(), self._planned.trials - len(trials), epochs, self._workers)
        if left is not None:
            self._store.record_event("forecast", seconds=after + left, after=after)
        return left is not None


@dataclass(frozen=True)
class Outcome:
    """What a search was to take, in seconds, as told `after` so many of them, and what it took."""

    forecast: float
    took: float
    after: float

    @property
    def error(self) -> float:
        """Of the forecast, as a part of the truth: -0.06 where it was 6 % too short."""
        return self.forecast / self.took - 1 if self.took >= LEAST_TRUTH else 0.0

    def to_json(self) -> dict[str, float]:
        """In seconds, but for the error."""
        figures = {"seconds": self.forecast, "took_seconds": self.took, "after_seconds": self.after}
        return {name: round(value, 3) for name, value in {**figures, "error": self.error}.items()}


def forecast_outcome(events: Sequence[Event]) -> Outcome | None:
    """Of the session in which a search came to its end; None where it has not, or was over too soon for a forecast."""
    told: Event | None = None
    pair: Outcome | None = None
    found: Outcome | None = None
    for event in events:
        if event.kind in ("started", "resumed"):
            told = pair = None
        elif event.kind == "forecast":
            told = event
        elif event.kind == "searched" and told is not None:
            pair = Outcome(told.payload["seconds"], event.payload["seconds"], told.payload["after"])
        elif event.kind == "search_finished":
            found = pair
    return found
