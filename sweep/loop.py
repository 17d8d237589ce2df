"""The one place where searcher, executor, store and observers meet."""

from __future__ import annotations

import enum
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sweep.errors import SweepFailed
from sweep.executors.base import Executor, WorkerLost
from sweep.records import (
    Config,
    EpochReport,
    KnownTraining,
    Proposal,
    TrialLost,
    TrialRecord,
    TrialRequest,
    TrialResult,
    TrialState,
)
from sweep.search.searcher import Searcher
from sweep.stop import StopSignal
from sweep.store.store import Store

POLL_SECONDS = 0.5


class Observer(Protocol):
    """Is told what the store has just been told: TensorBoard, tables, the terminal."""

    def trial(self, record: TrialRecord) -> None:
        """A trial was started, or ended for now."""

    def epoch(self, report: EpochReport) -> None:
        """A trial has trained one more epoch."""

    def lost(self, loss: TrialLost) -> None:
        """The worker of a trial died; it goes on from its checkpoint in another one."""


class Ending(enum.Enum):
    """Why nothing more is trained."""

    FINISHED = enum.auto()  # all that the searcher asked for is
    OUT_OF_TIME = enum.auto()  # `max_time` is up, and what was running then has ended
    STOPPED = enum.auto()  # by the user


class TooManyFailures(SweepFailed):
    """`max_failures` trials in a row have failed: more likely the fault of all than of each."""


@dataclass(frozen=True)
class Limits:
    """`seconds` is what is left of `max_time`; `retries` how often a trial whose worker died is tried again;
    `trial_seconds` how long one training may take; `failures` how many trials in a row may fail."""

    seconds: float | None = None
    retries: int = 2
    trial_seconds: float | None = None
    failures: int = 10


class Loop:
    """Trains what the searcher asks for until it asks for nothing more, the time is up, or a stop is requested.

    `begun` is called when the first trials run and are in the store, before any observer hears of anything. `known`
    finds, by seed and configuration, a training that need not be done again.
    """

    def __init__(
        self,
        searcher: Searcher,
        executor: Executor,
        store: Store,
        *,
        seed_of: Callable[[int], int],
        checkpoints: Path,
        observers: Sequence[Observer] = (),
        limits: Limits = Limits(),
        stop: StopSignal | None = None,
        begun: Callable[[], None] = lambda: None,
        known: Callable[[int, Config], KnownTraining | None] = lambda seed, config: None,
    ) -> None:
        self._begun: Callable[[], None] | None = begun
        self._searcher, self._executor, self._store = searcher, executor, store
        self._seed_of, self._checkpoints, self._observers, self._limits = seed_of, checkpoints, observers, limits
        self._stop, self._known = stop or StopSignal(), known
        self._pending: deque[Proposal] = deque()
        self._lost: dict[int, int] = {}
        self._proposals: dict[int, Proposal] = {}
        self._running: dict[int, tuple[TrialRequest, float]] = {}  # with the moment it was started
        self._stored: dict[int, dict[int, EpochReport]] = {}  # what the store has of the running trials
        self._failures: list[str] = []  # of the last trials, as long as no other came between
        self._has_results = True  # that are new; those of a session that was killed may have left checkpoints
        self._news: list[Callable[[Observer], None]] = []  # what the observers are told once it is on disk

    def run(self, open_proposals: Iterable[Proposal] = ()) -> Ending:
        """Train to the end. `open_proposals` were asked for before and have no result yet. Raises TooManyFailures."""
        with self._store.gathering():
            return self._run(open_proposals)

    def _run(self, open_proposals: Iterable[Proposal]) -> Ending:
        self._pending.extend(open_proposals)
        deadline = None if self._limits.seconds is None else time.monotonic() + self._limits.seconds
        while True:
            in_time = deadline is None or time.monotonic() < deadline
            self._stop.look()
            if self._stop.requested:
                self._executor.stop()
            elif in_time and not self._stop.winding_down:
                self._fill()
            self._publish()
            if not self._executor.busy:
                return self._ending(in_time)
            for request, event in self._executor.collect(POLL_SECONDS):
                self._handle(request, event)
            self._end_overdue()
            self._require_success()

    def _ending(self, in_time: bool) -> Ending:
        if self._stop.requested or self._stop.winding_down:
            return Ending.STOPPED
        return Ending.FINISHED if in_time else Ending.OUT_OF_TIME

    def _publish(self) -> None:
        """One write to the disk for all that has happened since the last one; then the observers hear of it."""
        self._store.commit()
        if self._begun is not None:
            self._begun()
            self._begun = None
        if self._has_results:
            self._has_results = False
            self._drop_checkpoints()  # not before the results they led to are on disk
        news, self._news = self._news, []
        for tell in news:
            for observer in self._observers:
                tell(observer)

    def _fill(self) -> None:
        while self._executor.free:
            proposal = self._pending.popleft() if self._pending else self._ask()
            if proposal is None:
                return
            self._start(proposal)

    def _ask(self) -> Proposal | None:
        proposal = self._searcher.ask()
        if proposal is not None:
            self._store.record_ask(proposal, self._seed_of(proposal.trial))
        return proposal

    def _start(self, proposal: Proposal) -> None:
        self._proposals[proposal.trial] = proposal
        attempt = self._store.start_attempt(proposal.trial)
        self._stored[proposal.trial] = {report.epoch: report for report in self._store.epochs(proposal.trial)}
        seed = self._seed_of(proposal.trial)
        known = self._known(seed, proposal.config)
        request = TrialRequest(proposal.trial, proposal.config, seed, proposal.last_epoch, attempt, known)
        self._running[proposal.trial] = (request, time.monotonic())
        self._executor.submit(request)
        self._announce(proposal.trial)

    def _handle(self, request: TrialRequest, event: Any) -> None:
        if self._running.get(request.trial, (None,))[0] is not request:
            return  # its result is here already; its worker died before it could say so
        if isinstance(event, EpochReport):
            self._note_epoch(event)
        elif isinstance(event, WorkerLost):
            self._handle_lost(request, event)
        else:
            self._finish(event)

    def _note_epoch(self, report: EpochReport) -> None:
        """A trial that goes on gives its earlier epochs again, in case one was lost on its way; most are no news."""
        stored = self._stored[report.trial].get(report.epoch)
        if stored is not None and stored.metrics == report.metrics:
            return
        self._store.record_epoch(report)
        self._news.append(lambda observer: observer.epoch(report))

    def _end_overdue(self) -> None:
        limit = self._limits.trial_seconds
        if limit is None:
            return
        for request, since in list(self._running.values()):
            if time.monotonic() - since > limit:
                self._executor.cancel(request)
                self._fail(request.trial, f"took longer than trial_timeout, {limit:g} seconds")

    def _handle_lost(self, request: TrialRequest, event: WorkerLost) -> None:
        trial = request.trial
        loss = TrialLost(trial, event.reason)
        self._store.record_lost(loss)
        self._lost[trial] = self._lost.get(trial, 0) + 1
        if self._lost[trial] <= self._limits.retries:
            del self._running[trial]
            self._pending.appendleft(self._proposals[trial])
            self._news.append(lambda observer: observer.lost(loss))
        else:
            self._fail(trial, event.reason, event.log)

    def _fail(self, trial: int, error: str, traceback: str | None = None) -> None:
        """A result for a trial that could not give one itself; what it had trained is kept."""
        done = len(self._store.epochs(trial))
        self._finish(TrialResult(trial, TrialState.FAILED, epochs_trained=done, error=error, traceback=traceback))

    def _finish(self, result: TrialResult) -> None:
        self._store.record_result(result)
        self._searcher.tell(result)
        del self._proposals[result.trial]
        del self._running[result.trial], self._stored[result.trial]
        self._announce(result.trial)
        self._count_failure(result)
        self._has_results = True

    def _count_failure(self, result: TrialResult) -> None:
        """A diverged or skipped trial is an answer about its configuration and neither counts nor begins the count
        anew; failures in a row are more likely a fault of all."""
        if result.state is TrialState.COMPLETED:
            self._failures = []
        if result.state is TrialState.FAILED:
            self._failures.append(result.error or "no reason given")

    def _require_success(self) -> None:
        if len(self._failures) >= self._limits.failures:
            self._publish()
            cause, times = Counter(self._failures).most_common(1)[0]
            raise TooManyFailures(f"{len(self._failures)} trials in a row failed, {times} of them with: {cause}")

    def _announce(self, trial: int) -> None:
        record = self._store.trial(trial)
        self._news.append(lambda observer: observer.trial(record))

    def _drop_checkpoints(self) -> None:
        """Only trials that are running, waiting or may be promoted need theirs."""
        paths = list(self._checkpoints.glob("trial-*"))
        if not paths:
            return
        needed = self._searcher.promotable() | set(self._proposals) | {proposal.trial for proposal in self._pending}
        for path in paths:
            number = path.name.removeprefix("trial-").partition(".")[0]  # unfinished ones, `.ckpt.tmp`, go too
            if number.isdigit() and int(number) not in needed:
                path.unlink(missing_ok=True)
