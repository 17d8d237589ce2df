"""A sweep on the terminal: a line for each trial that ends, a bar below them; no bar where there is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from sweep.cli.pace import Pace
from sweep.cli.tables import STATE_STYLES
from sweep.cli.terminal import config_text, is_number, literal, make_console, seconds
from sweep.loop import Ending
from sweep.observers import Reporter
from sweep.records import EpochReport, Objective, TrialLost, TrialRecord, TrialState, Workload
from sweep.space.definition import Space
from sweep.store.store import Store
from sweep.text import counted, number

if TYPE_CHECKING:
    from sweep.final.requests import RetrainEpoch
    from sweep.final.winner import Winner
    from sweep.preparation import Ready


_LONG_READING = 5.0
"""Seconds after which also those hear of it who see no bar."""


class _Count(MofNCompleteColumn):
    def render(self, task: Task) -> Text:
        return Text() if task.total is None else super().render(task)


class _Time(TimeElapsedColumn):
    """The time that has gone by, or what a task says of its own."""

    def render(self, task: Task) -> Text:
        return Text(str(task.fields["pace"])) if task.fields.get("pace") else super().render(task)


class ConsoleReporter(Reporter):
    """Use as a context manager, so that the bar is taken down whatever happens."""

    def __init__(self, to_stderr: bool = False) -> None:
        self._console = make_console(stderr=to_stderr, least=0)
        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis")),
            BarColumn(bar_width=30),
            _Count(),
            _Time(table_column=Column(no_wrap=True)),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._pace, self._said_pace = Pace(), False
        self._goal = Objective("", "max")
        self._incumbent: TrialRecord | None = None
        self._running: set[int] = set()
        self._epochs: set[tuple[int, int]] = set()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def data(self, done: int, total: int) -> None:
        self._pace.count(done, total)
        self._bar("reading images", done, total, pace=str(self._pace))
        long = self._pace.seconds > _LONG_READING and not self._said_pace and done < total
        if long and not self._console.is_terminal:
            self._say(f"reading images: {done:,} of {total:,}, {self._pace}")
            self._said_pace = True

    def ready(self, ready: Ready) -> None:
        self._clear()
        dataset = ready.dataset
        shape = "x".join(map(str, dataset.image_shape))
        source = "cached" if ready.prepared.from_cache else "decoded"
        if source == "decoded" and self._pace.seconds > _LONG_READING:
            source = f"decoded in {seconds(self._pace.seconds)} ({self._pace})"
        self._say(
            f"data: {dataset.train_size:,} train, {dataset.validation_size:,} validation, {dataset.test_size:,} test "
            f"images, {shape}, {counted(len(dataset.classes), 'class', 'classes')}, {source}"
        )
        for problem in (*ready.prepared.report.problems, *ready.prepared.report.warnings):
            self._say(f"[yellow]warning:[/] {literal(problem)}")
        if ready.prepared.excluded:
            self._say(f"[yellow]left out:[/] {len(ready.prepared.excluded):,} images; the run's store lists them")
        self._bar("starting", 0, None)

    def searching(self, store: Store, space: Space, workers: int, workload: Workload) -> None:
        self._goal = space.goal
        about = "" if workload.exact else "about "
        amount = f"{counted(workload.trials, 'trial')}, {about}{counted(workload.epochs, 'epoch')}"
        where = f"on {counted(workers, 'worker')}" if workers else "in this process"
        self._say(f"run {literal(store.facts['name'])}: {space.search.method}, {amount} {where}")
        done = store.trials(live=False)
        for record in done:
            self._note_incumbent(record)
        self._epochs = {(record.id, epoch) for record in done for epoch in range(1, record.epochs_trained + 1)}
        if self._epochs:
            self._say(f"resumed: {counted(len(self._epochs), 'epoch')} of {counted(len(done), 'trial')} done already")
        self._bar("starting", len(self._epochs), workload.epochs)

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

    def stopping(self) -> None:
        self._say("stopping at the end of the running epochs; Ctrl-C once more stops now")

    def lost(self, loss: TrialLost) -> None:
        self._running.discard(loss.trial)
        self._say(f"trial {loss.trial:>3}  [yellow]retried[/]    {literal(loss.reason)}")

    def searched(self, ending: Ending | None) -> None:
        self._clear()
        if ending is Ending.OUT_OF_TIME:
            self._say("max_time is up: no more training is begun")

    def retraining(self, winner: Winner, space: Space) -> None:
        goal = f"{space.goal.metric} {number(winner.objective)}"
        self._clear()
        self._say(f"[bold]winner:[/] trial {winner.id}, {goal} at epoch {winner.best_epoch}")
        for text in filter(None, (config_text(winner.config), winner.note)):
            self._say(Padding(literal(text), (0, 0, 0, 2), expand=False))
        self._bar("retraining on train+validation", 0, None)

    def retrain(self, report: RetrainEpoch) -> None:
        self._bar("retraining on train+validation", report.epoch, report.epochs)

    def evaluated(self, metrics: dict[str, Any]) -> None:
        from sweep.final.screen import render

        self._clear()
        render(metrics, self._console)

    def _note_incumbent(self, record: TrialRecord) -> None:
        best = self._incumbent
        if record.objective is None or not is_number(record.objective) or record.state is not TrialState.COMPLETED:
            return
        if best is None or best.objective is None or self._goal.better(record.objective, best.objective):
            self._incumbent = record

    def _trial_line(self, record: TrialRecord) -> str:
        """At most 80 characters, but for errors."""
        head = f"trial {record.id:>3}  [{STATE_STYLES[record.state]}]{record.state.value:9}[/]"
        rung = "" if record.rung is None else f"  rung {record.rung}"
        if record.state is not TrialState.COMPLETED:
            why = record.error or f"the loss became NaN or infinite in epoch {record.epochs_trained}"
            return f"{head}  {literal(why)}{rung}"
        best = "  [bold]best[/]" if self._incumbent is not None and self._incumbent.id == record.id else ""
        goal = f"{self._goal.metric} {number(record.objective)} at epoch {record.best_epoch}/{record.epochs_trained}"
        return f"{head}  {goal}{rung}  {seconds(record.seconds)}{best}"

    def _describe(self) -> None:
        if self._task is not None:
            best = self._incumbent
            incumbent = f"best {number(best.objective)} (trial {best.id})" if best else "no result yet"
            self._progress.update(self._task, description=f"{len(self._running)} running, {incumbent}, epochs")

    def _bar(self, description: str, done: int, total: int | None, pace: str = "") -> None:
        """Where the total is not known yet, None, the bar pulses."""
        if self._task is None:
            self._task = self._progress.add_task(description, total=total)
        self._progress.update(self._task, description=description, completed=done, total=total, pace=pace)

    def _clear(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None

    def _say(self, text: RenderableType) -> None:
        self._progress.console.print(text)
