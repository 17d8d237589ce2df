"""The lines that a sweep leaves on the screen, as markup: one for its data, one for each trial that ended, ..."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sweep.cli.pace import Pace
from sweep.cli.tables import STATE_STYLES
from sweep.cli.terminal import literal, seconds
from sweep.records import Objective, TrialRecord, TrialState, Workload
from sweep.text import counted, number

if TYPE_CHECKING:
    from sweep.preparation import Ready

LONG_READING = 5.0
"""Seconds after which also those hear of it who see no bar."""


def data_lines(ready: Ready, pace: Pace) -> Iterator[str]:
    """What the data is, and what is wrong with it."""
    dataset = ready.dataset
    shape = "x".join(map(str, dataset.image_shape))
    source = "cached" if ready.prepared.from_cache else "decoded"
    if source == "decoded" and pace.seconds > LONG_READING:
        source = f"decoded in {seconds(pace.seconds)} ({pace})"
    yield (
        f"data: {dataset.train_size:,} train, {dataset.validation_size:,} validation, {dataset.test_size:,} test "
        f"images, {shape}, {counted(len(dataset.classes), 'class', 'classes')}, {source}"
    )
    for problem in (*ready.prepared.report.problems, *ready.prepared.report.warnings):
        yield f"[yellow]warning:[/] {literal(problem)}"
    if ready.prepared.excluded:
        yield f"[yellow]left out:[/] {len(ready.prepared.excluded):,} images; the run's store lists them"


def run_line(name: str, method: str, workers: int, workload: Workload) -> str:
    about = "" if workload.exact else "about "
    amount = f"{counted(workload.trials, 'trial')}, {about}{counted(workload.epochs, 'epoch')}"
    where = f"on {counted(workers, 'worker')}" if workers else "in this process"
    return f"run {literal(name)}: {method}, {amount} {where}"


def trial_line(record: TrialRecord, goal: Objective, is_best: bool) -> str:
    """At most 80 characters, but for errors."""
    head = f"trial {record.id:>3}  [{STATE_STYLES[record.state]}]{record.state.value:9}[/]"
    rung = "" if record.rung is None else f"  rung {record.rung}"
    if record.state is not TrialState.COMPLETED:
        why = record.error or f"the loss became NaN or infinite in epoch {record.epochs_trained}"
        return f"{head}  {literal(why)}{rung}"
    best = "  [bold]best[/]" if is_best else ""
    early = f" of {record.budget}" if record.epochs_trained < record.budget else ""
    reached = f"{goal.metric} {number(record.objective)} at epoch {record.best_epoch}/{record.epochs_trained}{early}"
    return f"{head}  {reached}{rung}  {seconds(record.seconds)}{best}"
