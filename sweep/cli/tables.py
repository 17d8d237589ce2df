"""What the reading commands print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.segment import SegmentLines
from rich.table import Table

from sweep.cli.pace import age_text, outcome_text, planned_text
from sweep.cli.printing import TABLE_WIDTH, print_pairs, print_table
from sweep.cli.terminal import by_layer, config_text, is_number, literal, make_console, seconds, short
from sweep.records import TrialRecord, TrialState
from sweep.result import SweepResult
from sweep.store.layout import RunDirectory
from sweep.text import counted, number, printable

STATE_STYLES = {
    TrialState.COMPLETED: "green",
    TrialState.RUNNING: "cyan",
    TrialState.WAITING: "dim",
    TrialState.DIVERGED: "yellow",
    TrialState.FAILED: "red",
    TrialState.SKIPPED: "magenta",
}
CONFIG_WIDTH = 40
"""A column of configurations that would have less room than this goes below the rows instead."""


def common_values(trials: Sequence[TrialRecord]) -> dict[str, str]:
    """Hyperparameters that look the same in all of these trials, as texts."""
    first, *others = (by_layer(trial.config) for trial in trials) if len(trials) > 1 else ({},)
    return {name: text for name, text in first.items() if all(other.get(name) == text for other in others)}


def sorted_trials(result: SweepResult, by: str) -> list[TrialRecord]:
    """By id, or the best objective first and those without one last."""
    if by == "id":
        return list(result.trials)
    sign = -1 if result.objective.direction == "max" else 1
    known = [trial for trial in result.trials if is_number(trial.objective)]
    others = [trial for trial in result.trials if not is_number(trial.objective)]
    return sorted(known, key=lambda trial: (sign * (trial.objective or 0.0), trial.id)) + others


def show_runs(results: Sequence[SweepResult]) -> None:
    """One row for each run, and below them what is damaged, and the labels of those that have any."""
    table = _table()
    table.add_column("run", overflow="fold")
    for name in ("state", "trials", "best", "objective", "test", "begun"):
        table.add_column(name, justify="left" if name in ("state", "objective") else "right", no_wrap=True)
    now = datetime.now(UTC)
    for result in results:
        best = result.best_trial
        table.add_row(
            literal(result.name),
            result.state,
            str(sum(trial.state.is_finished for trial in result.trials)),
            number(best.objective if best else None),
            result.objective.metric,
            number(result.test_accuracy),
            age_text(result.created, now),
        )
    console = make_console(lines=True)
    print_table(console, table)
    for result in results:
        if result.damage:
            console.print(literal(result.damage), style="red", soft_wrap=True)
        if result.labels:
            console.print(f"{literal(result.name)}: {literal(', '.join(result.labels))}", style="dim", soft_wrap=True)


def show_result(result: SweepResult) -> None:
    """A sweep on one screen."""
    counts = Counter(trial.state for trial in result.trials)
    states = ", ".join(f"{counts[state]} {state.value}" for state in TrialState if counts[state])
    rows = [
        ("run", f"{result.name} ({result.state})"),
        *(("label", label) for label in result.labels),
        ("objective", f"{result.objective.metric}, {result.objective.direction}"),
        ("trials", f"{len(result.trials)}: {states}" if result.trials else "none yet"),
        ("epochs trained", str(result.epochs_trained)),
    ]
    if result.forecast is not None:
        rows.append(("search took", outcome_text(result.forecast)))
    if result.planned is not None:
        rows.append(("planned", planned_text(result.planned)))
    best = result.best_trial
    if best is not None:
        kind = "winner" if result.winner else "best so far"
        rows.append((kind, f"trial {best.id}: {number(best.objective)} at epoch {best.best_epoch}"))
        rows.append(("", config_text(best.config)))
    if result.metrics is not None:
        rows.append(("test", test_line(result.metrics)))
    elif result.damage is not None:
        rows.append(("test", result.damage))
    rows.append(("evaluated", f"{counted(result.test_evaluations, 'time')} on test"))
    rows.append(("digest", result.digest))
    console = make_console()
    print_pairs(console, rows)
    show_next_step(console, result)


def show_next_step(console: Console, result: SweepResult) -> None:
    """The command to go on with, where there is something left to do."""
    run = RunDirectory(result.directory)
    if result.state == "interrupted":
        console.print(literal(f"go on with: {run.command('resume')}"), soft_wrap=True)
    elif result.state == "finished" and not (result.metrics or result.damage) and result.best_trial is not None:
        console.print(literal(f"retrain and test the winner with: {run.command('retrain-best')}"), soft_wrap=True)


def test_line(metrics: Mapping[str, Any]) -> str:
    """The one number, with its interval."""
    test = metrics["test"]
    low, high = test["accuracy_ci95"]
    return f"accuracy {test['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f}, {test['n']:,} images)"


def show_trials(trials: Sequence[TrialRecord], result: SweepResult) -> None:
    """One row for each trial; what all of them share is said once, above. Configurations have a column of their own, or
    lines below the rows where a terminal has no room for one."""
    console = make_console(lines=True)
    common = common_values(result.trials)
    if common:
        values = "  ".join(f"{name}={text}" for name, text in common.items())
        console.print(f"all trials: {literal(values)}", style="dim")
    about = [_about(trial, common) for trial in trials]
    if not trials:
        console.print("no trials yet")
    elif console.width - console.measure(_trial_table(_widest(trials), result)).maximum > CONFIG_WIDTH:
        console.print(_trial_table(trials, result, about))
    else:
        _print_with_lines_below(console, _trial_table(trials, result), about)


def _widest(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Of each column the trial that makes it as wide as it is: all that takes part in the width of the table, which
    takes long to measure by thousands."""
    texts = [
        (trial.state.value, *_cells(trial)[2:], f"{trial.bracket}/{trial.rung}", seconds(trial.seconds), str(trial.id))
        for trial in trials
    ]
    return [trials[max(range(len(trials)), key=lambda row: len(texts[row][column]))] for column in range(len(texts[0]))]


def _trial_table(trials: Sequence[TrialRecord], result: SweepResult, about: Sequence[str] = ()) -> Table:
    in_rungs = any(trial.rung is not None for trial in trials)
    table = _table()
    table.add_column("trial", justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for name in (result.objective.metric, "at epoch", "epochs", *(["bracket/rung"] if in_rungs else []), "time"):
        table.add_column(name, justify="right", no_wrap=True)
    if about:
        table.add_column("configuration", overflow="fold")
    for index, trial in enumerate(trials):
        rung = ["-" if trial.rung is None else f"{trial.bracket}/{trial.rung}"] if in_rungs else []
        table.add_row(*_cells(trial), *rung, seconds(trial.seconds), *about[index : index + 1])
    return table


def _cells(trial: TrialRecord) -> tuple[str, ...]:
    state = f"[{STATE_STYLES[trial.state]}]{trial.state.value}[/]"
    epochs = f"{trial.epochs_trained}/{trial.budget}"
    return str(trial.id), state, number(trial.objective), str(trial.best_epoch or "-"), epochs


def _about(trial: TrialRecord, common: Mapping[str, str]) -> str:
    error = f"\n[red]{literal(trial.error)}[/]" if trial.error else ""
    return literal(config_text(trial.config, common)) + error


def _print_with_lines_below(console: Console, table: Table, about: Sequence[str]) -> None:
    options = console.options.update(width=max(console.width, TABLE_WIDTH))
    header, *rows = console.render_lines(table, options, pad=False)
    console.print(SegmentLines([header], new_lines=True), crop=False)
    for row, text in zip(rows, about, strict=True):
        console.print(SegmentLines([row], new_lines=True), crop=False)
        console.print(Padding(text, (0, 0, 0, 7), expand=False))


def show_best(trial: TrialRecord, result: SweepResult) -> None:
    """The winner, or the incumbent, with its configuration one value a line."""
    console = make_console()
    kind = "winner" if result.winner else "best so far (no winner is frozen yet)"
    console.print(
        f"{literal(result.name)}: {kind}: trial {trial.id}, {result.objective.metric} {number(trial.objective)} "
        f"at epoch {trial.best_epoch} of {trial.epochs_trained}"
    )
    print_pairs(console, [(name, short(value)) for name, value in trial.config.items()])


def show_outcome(result: SweepResult) -> None:
    """What a command that trained leaves: where the answer is, or the trial that would win."""
    console = make_console()
    if result.metrics is None and result.best_trial is not None:
        show_best(result.best_trial, result)
    elif result.metrics is not None:
        run = RunDirectory(result.directory)
        report = f", the report is {run.report}" if run.report.exists() else ""
        text = f"{result.name} is {result.state}; model, labels and metrics are in {run.final}{report}"
        console.print(literal(text), soft_wrap=True)
    show_next_step(console, result)


def outcome_line(result: SweepResult) -> str:
    """What came out, in one line."""
    best = result.best_trial
    if result.metrics is not None:
        told = f"test {test_line(result.metrics)}"
    elif best is not None:
        told = f"best: trial {best.id}, {result.objective.metric} {number(best.objective)} at epoch {best.best_epoch}"
    else:
        told = "no trial completed"
    return f"{printable(result.name)} is {result.state}; {told}"


def _table() -> Table:
    return Table(box=None, pad_edge=False, header_style="bold")
