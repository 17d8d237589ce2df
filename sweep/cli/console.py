"""A sweep on the terminal: one line for each trial that ends, a bar below them; plain lines where there is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sweep.cli.tables import STATE_STYLES, config_text, make_console, number, seconds
from sweep.observers import Reporter
from sweep.records import EpochReport, Objective, TrialRecord, TrialState
from sweep.space.definition import Space
from sweep.store.store import Store

if TYPE_CHECKING:
    from sweep.final.requests import RetrainEpoch
    from sweep.preparation import Ready


class ConsoleReporter(Reporter):
    """Use as a context manager, so that the bar is taken down whatever happens."""

    def __init__(self, to_stderr: bool = False) -> None:
        self._console = make_console(stderr=to_stderr)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._goal = Objective("", "max")
        self._incumbent: TrialRecord | None = None
        self._running: set[int] = set()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def data(self, done: int, total: int) -> None:
        self._bar("reading images", done, total)

    def ready(self, ready: Ready) -> None:
        self._clear()
        dataset = ready.dataset
        shape = " x ".join(map(str, dataset.image_shape))
        source = "from the cache" if ready.prepared.from_cache else "decoded"
        self._say(
            f"data: {dataset.train_size:,} training, {dataset.validation_size:,} validation, {dataset.test_size:,} test "
            f"images of {shape}, {len(dataset.classes)} classes ({source})"
        )
        for problem in (*ready.prepared.report.problems, *ready.prepared.report.warnings):
            self._say(f"[yellow]warning:[/] {escape(problem)}")
        if ready.prepared.excluded:
            self._say(f"[yellow]left out:[/] {len(ready.prepared.excluded)} images; they are listed in the run's store")

    def searching(self, store: Store, space: Space, workers: int) -> None:
        from sweep.search.plan import make_plan

        self._goal = space.goal
        plan = make_plan(space)
        about = "" if plan.exact else "about "
        where = "in this process" if workers == 0 else f"on {workers} worker{'s' if workers > 1 else ''}"
        self._say(f"{plan.method}: {plan.trials:,} trials, {about}{plan.epochs:,} epochs {where}")
        done = store.trials(live=False)
        for record in done:
            self._note_incumbent(record)
        self._epochs = {(record.id, epoch) for record in done for epoch in range(1, record.epochs_trained + 1)}
        if self._epochs:
            self._say(f"resumed: {len(self._epochs)} epochs of {len(done)} trials are done already")
        self._bar("starting", len(self._epochs), plan.epochs)

    def trial(self, record: TrialRecord) -> None:
        if record.state is TrialState.RUNNING:
            self._running.add(record.id)
        elif record.state.is_finished:
            self._running.discard(record.id)
            self._note_incumbent(record)
            self._say(self._trial_line(record))
        self._describe()

    def epoch(self, report: EpochReport) -> None:
        self._epochs.add((report.trial, report.epoch))
        if self._task is not None:
            self._progress.update(self._task, completed=len(self._epochs))

    def searched(self, stopped: bool) -> None:
        self._clear()

    def retraining(self, store: Store, space: Space) -> None:
        from sweep.final.finalize import freeze_winner
        from sweep.space.budget import full_budget

        winner = freeze_winner(store, space.goal, full_budget(space))
        self._say(
            f"[bold]winner:[/] trial {winner.id}, {space.goal.metric} {number(winner.objective)} at epoch {winner.best_epoch}"
        )
        self._say(f"  {escape(config_text(winner.config))}")
        if winner.note:
            self._say(f"  {escape(winner.note)}")
        self._bar("retraining on train+validation", 0, 1)

    def retrain(self, report: RetrainEpoch) -> None:
        self._bar("retraining on train+validation", report.epoch, report.epochs)

    def evaluated(self, metrics: dict[str, Any]) -> None:
        from sweep.final.screen import render

        self._clear()
        render(metrics, self._console)

    def _note_incumbent(self, record: TrialRecord) -> None:
        best = self._incumbent
        if record.objective is None or record.state is not TrialState.COMPLETED:
            return
        if best is None or best.objective is None or self._goal.better(record.objective, best.objective):
            self._incumbent = record

    def _trial_line(self, record: TrialRecord) -> str:
        state = f"[{STATE_STYLES[record.state]}]{record.state.value:9}[/]"
        rung = "" if record.rung is None else f"  bracket {record.bracket} rung {record.rung}"
        head = f"trial {record.id:4}  {state}"
        if record.state is not TrialState.COMPLETED:
            why = record.error or f"the loss became NaN or infinite in epoch {record.epochs_trained}"
            return f"{head}  {escape(why)}{rung}"
        best = "  [bold]best so far[/]" if self._incumbent is not None and self._incumbent.id == record.id else ""
        return (
            f"{head}  {self._goal.metric} {number(record.objective)} at epoch {record.best_epoch} of "
            f"{record.epochs_trained}{rung}  {seconds(record.seconds)}{best}"
        )

    def _describe(self) -> None:
        if self._task is not None:
            best = self._incumbent
            incumbent = f"best {number(best.objective)} (trial {best.id})" if best else "no result yet"
            self._progress.update(self._task, description=f"{len(self._running)} running, {incumbent}, epochs")

    def _bar(self, description: str, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(description, total=total)
        self._progress.update(self._task, description=description, completed=done, total=total)

    def _clear(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None

    def _say(self, text: str) -> None:
        self._progress.console.print(text)
