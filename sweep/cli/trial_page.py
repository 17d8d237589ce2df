"""What `sweep show RUN TRIAL` prints: all that is known of one trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from sweep.cli.printing import print_folded, print_pairs, print_table
from sweep.cli.tables import STATE_STYLES
from sweep.cli.terminal import literal, make_console, seconds, short
from sweep.records import EpochReport
from sweep.result import SweepResult
from sweep.store.account import TrialAccount
from sweep.store.facts import Attempt
from sweep.store.layout import RunDirectory
from sweep.text import number


def show_trial(account: TrialAccount, result: SweepResult) -> None:
    """Facts and configuration, then epochs, attempts, the traceback and the last lines of logs, where there are any."""
    console, trial = make_console(), account.record
    style = STATE_STYLES[trial.state]
    console.print(f"[bold]{literal(result.name)}, trial {trial.id}[/]: [{style}]{trial.state.value}[/]")
    print_pairs(console, list(_facts(account, result)))
    console.print("\n[bold]configuration[/]")
    print_pairs(console, [(name, short(value)) for name, value in trial.config.items()] or [("none", "")], 2, "")
    if account.epochs:
        console.print()
        print_table(console, _epoch_table(account.epochs, trial.best_epoch))
    if account.attempts:
        console.print("\n[bold]attempts[/]")
        for attempt in account.attempts:
            print_folded(console, f"  {_attempt_text(attempt)}", indent=5)
    told_by_log = bool(account.logs) and account.traceback == "\n".join(account.logs[-1].lines)
    if account.traceback and not told_by_log:  # of a dead worker the end of its log is all there is
        console.print("\n[bold]traceback[/]")
        _print_lines(console, account.traceback.splitlines())
    for log in account.logs:
        console.print(f"\n[bold]log[/] {literal(str(log.path))}", soft_wrap=True)
        _print_lines(console, log.lines or ["(it is gone, or empty)"])
    if not account.logs and result.state != "finished":
        where = RunDirectory(result.directory).logs
        console.print(f"\nlogs of the workers are in {literal(str(where))}", soft_wrap=True, style="dim")


def _facts(account: TrialAccount, result: SweepResult) -> Iterator[tuple[str, str]]:
    trial = account.record
    if trial.objective is not None:
        winner = result.winner
        is_winner = ", the winner" if winner is not None and winner.id == trial.id else ""
        best = "" if trial.best_epoch is None else f" at epoch {trial.best_epoch}"
        yield result.objective.metric, f"{number(trial.objective)}{best}{is_winner}"
    yield "epochs", f"{trial.epochs_trained} trained of {trial.budget} granted"
    if len(account.proposals) > 1 or trial.rung is not None:
        spans = (
            f"{one.first_epoch} to {one.last_epoch}"
            + ("" if one.rung is None else f" (bracket {one.bracket}, rung {one.rung})")
            for one in account.proposals
        )
        yield "granted", ", ".join(spans)
    yield "training time", seconds(trial.seconds)
    if trial.parameter_count is not None:
        yield "parameters", f"{trial.parameter_count:,}"
    yield "seed", str(account.seed)
    if account.taken_over is not None:
        yield "taken over", f"from {account.taken_over}, and not trained again"
    if trial.error:
        yield "error", trial.error


def _epoch_table(epochs: Sequence[EpochReport], best: int | None) -> Table:
    """The names of metrics break after `val_`, so that the usual ones have room in 80 columns."""
    names = list(dict.fromkeys(name for one in epochs for name in one.metrics))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("epoch", justify="right", no_wrap=True)
    for name in names:
        table.add_column(_header(name), justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for one in epochs:
        values = (number(one.metrics.get(name)) for name in names)
        table.add_row(f"{'*' if one.epoch == best else ''}{one.epoch}", *values, _brief(one.seconds))
    if best is not None:
        table.caption, table.caption_justify = "* best epoch", "left"
    return table


def _brief(value: float) -> str:
    """Epochs of small images take milliseconds."""
    return f"{value:.2f} s" if value < 10 else seconds(value)


def _header(name: str) -> str:
    name = literal(name)
    return f"val_\n{name.removeprefix('val_')}" if name.startswith("val_") else f"\n{name}"


def _attempt_text(attempt: Attempt) -> str:
    began = datetime.fromisoformat(attempt.started)
    text = f"{attempt.number}: {began.astimezone():%Y-%m-%d %H:%M:%S}, "
    if attempt.ended is None:
        return f"{text}has not ended"
    took = (datetime.fromisoformat(attempt.ended) - began).total_seconds()
    return f"{text}{attempt.outcome} after {seconds(took)}{': ' + attempt.reason if attempt.reason else ''}"


def _print_lines(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(f"  {literal(line)}", soft_wrap=True)
