"""One session of a sweep: its parts put together, from the first ask to the test accuracy."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Any

from sweep.boards import make_tracker
from sweep.errors import Interrupted, SweepFailed
from sweep.estimates.forecast import ForecastKeeper
from sweep.estimates.kept import kept_estimate
from sweep.executors.base import Executor
from sweep.executors.inline import InlineExecutor
from sweep.executors.launch import Launcher
from sweep.executors.pool import PoolExecutor
from sweep.final.finalize import Runner, count_test_evaluations, evaluate_again, finalize, freeze_winner
from sweep.final.folder import restore
from sweep.final.metrics_file import read_metrics
from sweep.final.runners import runner_here, runner_through
from sweep.final.winner import Winner, choose_winner, no_winner_reason
from sweep.final.work import work
from sweep.hosted_searcher import HostedSearcher, SearcherTask
from sweep.loop import Ending, Limits, Loop, TooManyFailures
from sweep.machine import this_machine
from sweep.model.graph_key import graph_key
from sweep.observers import Reporter, TableObserver
from sweep.parting import parting
from sweep.preparation import Ready
from sweep.records import Proposal, TrialRequest, Workload
from sweep.report.ending import report_at_end
from sweep.run_definition import current_space
from sweep.space.budget import full_budget
from sweep.stop import Stop, StopSignal
from sweep.store.known import KnownTrainings
from sweep.store.layout import RunDirectory
from sweep.store.state import search_has_ended
from sweep.store.stop_request import requested_stop
from sweep.store.store import Store
from sweep.text import counted, one_line
from sweep.trial.context import TrialContext
from sweep.trial.environment import runtime_environment
from sweep.trial.task import TrialTask
from sweep.workers import choose_workers, gpu_environments

if TYPE_CHECKING:
    from sweep.search.searcher import Searcher
    from sweep.space.definition import Space


class Session:
    """A run directory whose lock is held, with its store open, its data ready and a number of workers (0: none, all
    runs in this process; None: as many as the machine has room for), which the launcher starts."""

    def __init__(
        self,
        directory: RunDirectory,
        store: Store,
        ready: Ready,
        workers: int | None,
        launcher: Launcher,
        reporter: Reporter,
        trials_per_gpu: int = 1,
    ) -> None:
        self._directory, self._store, self._reporter, self._launcher = directory, store, reporter, launcher
        self._ready, self._dataset = ready, ready.dataset
        self._space = current_space(ready.space, store)
        self._machine, self._trials_per_gpu = this_machine(), trials_per_gpu
        self._workers = choose_workers(self._space, self._machine, trials_per_gpu) if workers is None else workers
        self._tracker = make_tracker(directory, store, self._space)
        self._tables = TableObserver(directory, store)

    def search(self) -> None:
        """Train all that the searcher asks for, unless that is done already. Raises Interrupted where the user stopped
        it."""
        if search_has_ended(self._store):
            return
        began = time.monotonic()
        self._store.release_running()
        kind = "resumed" if self._store.events("started") else "started"
        self._store.record_event(kind, workers=self._workers, epochs=self._store.count_epochs())
        if kind == "started" and (estimate := kept_estimate(self._ready, self._workers)) is not None:
            self._store.record_event("estimated", **estimate.to_json())
        with (
            self._stop_signal() as stop,
            self._trial_executor() as executor,
            self._searcher() as (searcher, open_proposals, count_workload),
        ):
            workload = self._workload(count_workload)
            self._reporter.searching(self._store, self._space, self._workers, workload)
            keeper = ForecastKeeper(self._store, workload, self._workers, began)
            ending: Ending | None = None
            try:
                ending = self._loop(searcher, executor, stop, keeper).run(open_proposals())
            except TooManyFailures as exc:
                raise SweepFailed(
                    f"{exc}; once that is mended, go on with: {self._directory.command('resume')}"
                ) from exc
            finally:
                self._store.release_running()
                self._store.record_event("searched", seconds=time.monotonic() - began)
                self._tables.refresh()
                self._reporter.searched(ending)
        if ending is Ending.STOPPED:
            raise Interrupted(parting(self._directory))
        self._tracker.finish()
        self._store.record_event("search_finished")

    @property
    def has_answer(self) -> bool:
        """Whether the winner was retrained and evaluated."""
        restore(self._directory.final)
        return read_metrics(self._directory) is not None

    def finalize(self) -> None:
        """Retrain the winner and evaluate it on test. Raises SweepFailed where no trial can win."""
        if looks := count_test_evaluations(self._store):  # while Ctrl-C can still prevent one more
            self._reporter.note(f"test has been looked at {counted(looks, 'time')} already; this look is counted, too")
        self._reporter.retraining(self._freeze(), self._space)
        with self._runner() as runner:
            metrics = finalize(
                self._directory, self._store, self._space, self._dataset.path, runner, self._reporter.retrain
            )
        self._after_evaluation(metrics)

    def evaluate_again(self) -> None:
        """Evaluate the saved model once more."""
        with self._runner() as runner:
            metrics = evaluate_again(self._directory, self._store, self._space, self._dataset.path, runner)
        self._after_evaluation(metrics)

    def finish(self) -> None:
        """Nothing more is to be done in this sweep. Raises SweepFailed where no trial can win."""
        self._close()
        report_at_end(self._directory, self._reporter.warning)

    def _close(self) -> None:
        metrics = read_metrics(self._directory)
        if metrics is not None:
            self._show_on_board(metrics)  # a kill may have come between the answer and this
        self._store.record_event("finished")
        trials = self._store.trials()
        if choose_winner(trials, self._space.goal, full_budget(self._space)) is None:
            raise SweepFailed(no_winner_reason(trials))

    def _freeze(self) -> Winner:
        try:
            return freeze_winner(self._store, self._space.goal, full_budget(self._space))
        except SweepFailed:
            self._store.record_event("finished")  # to train again would change nothing
            raise

    def _after_evaluation(self, metrics: dict[str, Any]) -> None:
        self._close()
        with contextlib.suppress(BrokenPipeError):  # `| head` has seen enough; all is done and stored
            self._reporter.evaluated(metrics)
        report_at_end(self._directory, self._reporter.warning)

    def _show_on_board(self, metrics: dict[str, Any]) -> None:
        """What goes wrong with that costs nothing else: to try again would be one more look at test."""
        from sweep.tracking.final import write_final

        try:
            write_final(self._directory.tensorboard, metrics, metrics["classes"])
        except Exception as exc:
            again = self._directory.command("tensorboard --rebuild")
            self._reporter.warning(f"TensorBoard does not show the final model: {one_line(exc)}; then: {again}")

    @contextlib.contextmanager
    def _searcher(self) -> Iterator[tuple[Searcher, Callable[[], list[Proposal]], Callable[[Space], Workload]]]:
        """The searcher as the decisions so far have left it; what gives, once they are known, those of its proposals
        that have not ended; and what tells how much a search is."""
        if self._workers == 0:
            from sweep.search.oracle_searcher import replay
            from sweep.search.plan import make_plan

            searcher, open_proposals = replay(self._ready.space, self._store.decisions())
            yield searcher, lambda: list(open_proposals.values()), lambda space: make_plan(space).workload
            return
        task = SearcherTask(self._ready.space)
        with PoolExecutor(task, self._launcher, [runtime_environment(1)], self._directory.logs, name="search") as host:
            hosted = HostedSearcher(host, self._store.decisions)
            yield hosted, lambda: hosted.open_proposals, hosted.workload

    def _workload(self, count: Callable[[Space], Workload]) -> Workload:
        """Counted once for all sessions: to rehearse a search of thousands of trials takes seconds."""
        limit = self._space.search.max_trials
        for event in self._store.events("planned"):
            if event.payload["max_trials"] == limit:
                return Workload(event.payload["trials"], event.payload["epochs"], event.payload["exact"])
        workload = count(self._space)
        self._store.record_event("planned", max_trials=limit, **dataclasses.asdict(workload))
        return workload

    def _begin_board(self) -> None:
        """While the first trials run: it may be made anew from thousands of them."""
        self._tracker.rebuild(self._store.trials(), self._store.all_epochs())

    def _stop_signal(self) -> StopSignal:
        return StopSignal(self._reporter.stopping, self._asked_to_stop, self._reporter.winding_down)

    def _asked_to_stop(self) -> Stop | None:
        return requested_stop(self._directory)

    def _loop(self, searcher: Searcher, executor: Executor, stop: StopSignal, keeper: ForecastKeeper) -> Loop:
        return Loop(
            searcher,
            executor,
            self._store,
            seed_of=self._space.trial_seed,
            checkpoints=self._directory.checkpoints,
            observers=[self._tracker, self._tables, keeper, self._reporter],
            limits=Limits(
                seconds=self._seconds_left(),
                retries=self._space.retries,
                trial_seconds=self._space.trial_timeout,
                failures=self._space.max_failures,
            ),
            stop=stop,
            begun=self._begin_board,
            known=KnownTrainings(self._store.known()).training,
        )

    def _seconds_left(self) -> float | None:
        limit = self._space.search.max_time
        spent = sum(event.payload["seconds"] for event in self._store.events("searched"))
        return None if limit is None else limit - spent

    def _trial_executor(self) -> Executor:
        context = TrialContext(
            self._space, self._dataset.path, self._directory.checkpoints, self._store.facts.get("code")
        )
        function = TrialTask(context)
        if self._workers == 0:
            return InlineExecutor(function)
        environments = self._environments(self._workers, self._space.threads_per_trial)
        return PoolExecutor(function, self._launcher, environments, self._directory.logs, self._kind)

    def _environments(self, workers: int, threads: int) -> list[dict[str, str]]:
        cards = gpu_environments(workers, self._machine, self._trials_per_gpu)
        return [{**runtime_environment(threads), **card} for card in cards]

    def _kind(self, request: TrialRequest) -> Hashable:
        """A worker that has had one of this kind may have kept its graph."""
        return graph_key(self._space, request.config) or request.trial

    @contextlib.contextmanager
    def _runner(self) -> Iterator[Runner]:
        """Where the winner is retrained and evaluated: one more process, or here where trials are trained here too."""
        if self._workers == 0:
            with self._stop_signal() as stop:
                yield runner_here(stop)
            return
        threads = self._space.retrain_threads or self._space.threads_per_trial
        environments = self._environments(1, threads)
        with PoolExecutor(work, self._launcher, environments, self._directory.logs, name="final") as executor:
            yield runner_through(executor, self._asked_to_stop)
