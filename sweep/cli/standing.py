"""Where a search stands at one moment: all that a screen about a running sweep shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sweep.cli.terminal import by_layer, is_number
from sweep.records import Config, EpochReport, Objective, TrialRecord, TrialResult, TrialState


@dataclass(frozen=True)
class Running:
    """A trial in training: the objective's value at the end of each of its epochs so far, of `budget`, which take
    `seconds` each."""

    id: int
    config: Config
    budget: int
    rung: int | None = None
    values: tuple[float | None, ...] = ()
    seconds: float = 0.0

    @property
    def left(self) -> float:
        """Seconds until it has trained all of them."""
        return max(0, self.budget - len(self.values)) * self.seconds

    @property
    def value(self) -> float | None:
        """The latest."""
        return self.values[-1] if self.values else None


@dataclass(frozen=True)
class Incumbent:
    """The best value so far, and whose it is."""

    id: int
    objective: float
    epoch: int | None
    config: Config


@dataclass(frozen=True)
class Standing:
    """Times are in seconds: `elapsed` since the session began, `left` until the search ends; `rate` is in epochs a
    second. `trials_done` have ended at least once; a promotion may train them further. `states` count what has ended
    otherwise than completed. `common` is what all configurations share. `beaten` was the best before `best`."""

    name: str
    method: str
    goal: Objective
    workers: int
    trials_planned: int
    trials_done: int
    epochs_planned: int
    epochs_done: int
    exact: bool
    elapsed: float
    rate: float | None = None
    left: float | None = None
    states: Mapping[TrialState, int] = field(default_factory=dict)
    running: tuple[Running, ...] = ()
    best: Incumbent | None = None
    beaten: Incumbent | None = None
    common: Mapping[str, str] = field(default_factory=dict)


class Incumbents:
    """The best of the results told so far, and what it beat: the best one before of another trial."""

    def __init__(self, goal: Objective) -> None:
        self._goal = goal
        self.best: Incumbent | None = None
        self.beaten: Incumbent | None = None

    def note(self, trial: TrialRecord | TrialResult, number: int, config: Config) -> bool:
        """Whether this result of trial `number` is the best so far."""
        objective = trial.objective
        if trial.state is not TrialState.COMPLETED or objective is None or not is_number(objective):
            return False
        if self.best is not None and not self._goal.better(objective, self.best.objective):
            return False
        if self.best is not None and self.best.id != number:
            self.beaten = self.best
        self.best = Incumbent(number, objective, trial.best_epoch, config)
        return True


class CommonValues:
    """What all configurations noted so far share, as texts by name; nothing as long as there is only one."""

    def __init__(self) -> None:
        self._noted = 0
        self._shared: dict[str, str] = {}

    def note(self, config: Config) -> None:
        texts = by_layer(config)
        if not self._noted:
            self._shared = texts
        elif self._shared:
            self._shared = {name: text for name, text in self._shared.items() if texts.get(name) == text}
        self._noted += 1

    @property
    def texts(self) -> dict[str, str]:
        return dict(self._shared) if self._noted > 1 else {}


def seconds_left(of_all: float | None, running: Iterable[Running]) -> float | None:
    """As the epochs of all come, `of_all`, but no sooner than the longest of the trials that run is done."""
    return None if of_all is None else max(of_all, *(one.left for one in running), 0.0)


def as_running(record: TrialRecord, reports: Iterable[EpochReport], goal: Objective) -> Running:
    """A trial with the reports of its epochs so far."""
    by_epoch = {report.epoch: report for report in reports}
    curve = [by_epoch.get(epoch) for epoch in range(1, max(by_epoch, default=0) + 1)]
    values = tuple(None if report is None else report.metrics.get(goal.metric) for report in curve)
    seconds = sum(report.seconds for report in by_epoch.values()) / max(1, len(by_epoch))
    return Running(record.id, record.config, record.budget, record.rung, values, seconds)
