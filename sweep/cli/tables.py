"""What the reading commands print."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sweep.records import Config, TrialRecord, TrialState
from sweep.result import SweepResult

STATE_STYLES = {
    TrialState.COMPLETED: "green",
    TrialState.RUNNING: "cyan",
    TrialState.WAITING: "dim",
    TrialState.DIVERGED: "yellow",
    TrialState.FAILED: "red",
}


def make_console(stderr: bool = False) -> Console:
    """A console that is as wide as the terminal, and wide enough for any row where the output is none."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_plain_width())


def _plain_width() -> int:
    return max(200, shutil.get_terminal_size((200, 24)).columns)


def number(value: float | None) -> str:
    """Four digits that matter, as a metric is read."""
    return "-" if value is None else f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"


def short(value: Any) -> str:
    """A hyperparameter's value: floats to four digits, booleans as the file writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def seconds(value: float) -> str:
    """`4.2 s`, `3:05`, `2:03:05`."""
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def config_text(config: Config, leave_out: Mapping[str, Any] | None = None) -> str:
    """`conv_layers=2 filters=32,64 ...`: values of layers together, those all trials share left out."""
    grouped: dict[str, list[str]] = {}
    for name, value in config.items():
        if leave_out and leave_out.get(name) == value:
            continue
        stem, _, index = name.rpartition("_")
        grouped.setdefault(stem if index.isdigit() and stem else name, []).append(short(value))
    return "  ".join(f"{name}={','.join(values)}" for name, values in grouped.items())


def common_values(trials: Sequence[TrialRecord]) -> dict[str, Any]:
    """Hyperparameters that have one value in all of these trials."""
    if len(trials) < 2:
        return {}
    first = dict(trials[0].config)
    return {name: value for name, value in first.items() if all(one.config.get(name) == value for one in trials)}


def sorted_trials(result: SweepResult, by: str) -> list[TrialRecord]:
    """By id, or the best objective first and those without one last."""
    if by == "id":
        return list(result.trials)
    sign = -1 if result.objective.direction == "max" else 1
    return sorted(
        result.trials, key=lambda trial: (trial.objective is None, sign * (trial.objective or 0.0), trial.id)
    )


def show_runs(results: Sequence[SweepResult]) -> None:
    """One row for each run."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("run", "state"):
        table.add_column(name)
    table.add_column("trials", justify="right")
    table.add_column("epochs", justify="right")
    table.add_column("best", justify="right")
    table.add_column("objective")
    table.add_column("test accuracy", justify="right")
    for result in results:
        best = result.best_trial
        table.add_row(
            escape(result.name),
            result.state,
            str(len(result.trials)),
            str(result.epochs_trained),
            number(best.objective if best else None),
            result.objective.metric,
            number(result.test_accuracy),
        )
    make_console().print(table)


def show_result(result: SweepResult) -> None:
    """A sweep on one screen."""
    console = make_console()
    counts = Counter(trial.state for trial in result.trials)
    states = ", ".join(f"{counts[state]} {state.value}" for state in TrialState if counts[state])
    rows = [
        ("run", f"{result.name} ({result.state})"),
        ("objective", f"{result.objective.metric}, {result.objective.direction}"),
        ("trials", f"{len(result.trials)}: {states}" if result.trials else "none yet"),
        ("epochs trained", str(result.epochs_trained)),
    ]
    best = result.best_trial
    if best is not None:
        kind = "winner" if result.winner else "best so far"
        rows.append((kind, f"trial {best.id}: {number(best.objective)} at epoch {best.best_epoch}"))
        rows.append(("", config_text(best.config)))
    if result.metrics is not None:
        rows.append(("test", test_line(result.metrics)))
    rows.append(("test evaluations", str(result.test_evaluations)))
    rows.append(("digest", result.digest))
    _print_pairs(console, rows)
    if result.state == "interrupted":
        console.print(f"go on with: sweep resume {escape(result.name)}")


def test_line(metrics: Mapping[str, Any]) -> str:
    """The one number, with its interval."""
    test = metrics["test"]
    low, high = test["accuracy_ci95"]
    return f"accuracy {test['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f}, {test['n']} images)"


def show_trials(trials: Sequence[TrialRecord], result: SweepResult) -> None:
    """One row for each trial; what all of them share is said once, above."""
    console = make_console()
    common = common_values(result.trials)
    if common:
        console.print(f"all trials: {escape(config_text(common))}", style="dim")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("trial", justify="right")
    table.add_column("state")
    table.add_column(f"best {result.objective.metric}", justify="right")
    table.add_column("at epoch", justify="right")
    table.add_column("epochs", justify="right")
    if any(trial.rung is not None for trial in trials):
        table.add_column("bracket/rung", justify="right")
    table.add_column("time", justify="right")
    table.add_column("configuration", overflow="fold")
    for trial in trials:
        cells = [
            str(trial.id),
            f"[{STATE_STYLES[trial.state]}]{trial.state.value}[/]",
            number(trial.objective),
            str(trial.best_epoch or "-"),
            f"{trial.epochs_trained}/{trial.budget}",
        ]
        if len(table.columns) == 8:
            cells.append("-" if trial.rung is None else f"{trial.bracket}/{trial.rung}")
        error = f"\n[red]{escape(trial.error)}[/]" if trial.error else ""
        cells += [seconds(trial.seconds), escape(config_text(trial.config, common)) + error]
        table.add_row(*cells)
    console.print(table if trials else "no trials yet")


def show_best(trial: TrialRecord, result: SweepResult) -> None:
    """The winner, or the incumbent, with its configuration one value a line."""
    console = make_console()
    kind = "winner" if result.winner else "best so far (no winner is frozen yet)"
    console.print(
        f"{escape(result.name)}: {kind}: trial {trial.id}, {result.objective.metric} {number(trial.objective)} "
        f"at epoch {trial.best_epoch} of {trial.epochs_trained}"
    )
    _print_pairs(console, [(name, short(value)) for name, value in trial.config.items()], indent=True)


def _print_pairs(console: Console, rows: Sequence[tuple[str, str]], indent: bool = False) -> None:
    table = Table.grid(padding=(0, 2, 0, 2 if indent else 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(escape(name), escape(value))
    console.print(table)
