"""Training made up: what the loop, the store and the screens need to be tested without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sweep.records import METRICS, EpochReport, Proposal, TrialRequest, TrialResult, TrialState


def metrics(value: float) -> dict[str, float | None]:
    """All metrics of an epoch, `value` each."""
    return dict.fromkeys(METRICS, value)


def score(trial: int, epoch: int) -> float:
    """What a trial reaches: better with every epoch, and no two trials alike."""
    return round((trial * 37 % 101) / 101 + epoch / 1000, 6)


def train(request: TrialRequest) -> Iterator[EpochReport | TrialResult]:
    """As `run_trial` from nothing: a report for each epoch, then the result."""
    for epoch in range(1, request.last_epoch + 1):
        yield EpochReport(request.trial, epoch, metrics(score(request.trial, epoch)), 0.5)
    last = request.last_epoch
    yield TrialResult(request.trial, TrialState.COMPLETED, last, last, score(request.trial, last), 100)


class ListSearcher:
    """Proposes what it is given, in order; `after` says how many results must have been told before each."""

    def __init__(self, proposals: list[Proposal], after: Callable[[int], int] = lambda index: 0) -> None:
        self.proposals, self.after = list(proposals), after
        self.told: list[TrialResult] = []
        self.asked = 0

    def ask(self) -> Proposal | None:
        if self.asked == len(self.proposals) or self.after(self.asked) > len(self.told):
            return None
        self.asked += 1
        return self.proposals[self.asked - 1]

    def tell(self, result: TrialResult) -> None:
        self.told.append(result)

    def promotable(self) -> set[int]:
        return {proposal.trial for proposal in self.proposals[self.asked :]}


class Watcher:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def trial(self, record: Any) -> None:
        self.seen.append(("trial", record.id, record.state.value))

    def epoch(self, report: Any) -> None:
        self.seen.append(("epoch", report.trial, report.epoch))

    def lost(self, loss: Any) -> None:
        self.seen.append(("lost", loss.trial, loss.reason))
