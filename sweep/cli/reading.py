"""Commands that only read: list, show, trials, best, export. They never import TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sweep.cli import options
from sweep.cli.completing import complete_trials
from sweep.text import printable

if TYPE_CHECKING:
    from sweep.result import SweepResult


@click.command("list")
@options.runs_dir
@options.as_json
def list_(runs_dir: Path, as_json: bool) -> None:
    """List all runs, the oldest first."""
    from sweep import api
    from sweep.cli.tables import show_runs
    from sweep.errors import SweepError
    from sweep.store.layout import list_runs

    runs = list_runs(runs_dir)
    results = []
    for run in runs:
        try:
            results.append(api.open(run.name, runs_dir=runs_dir))
        except SweepError as exc:  # a damaged run must not hide the others
            click.echo(f"left out: {printable(str(exc))}", err=True)
    if as_json:
        options.print_json([result.to_json() for result in results])
    elif results:
        show_runs(results)
    elif not runs:
        click.echo(f"no runs in {printable(str(runs_dir))}; begin one with: sweep run search_spaces/digits.yaml")


@click.command(short_help="Show where RUN stands, or everything on one TRIAL.")
@options.run_name
@click.argument("trial", required=False, type=options.TRIAL, shell_complete=complete_trials)
@options.runs_dir
@options.as_json
def show(run: str | None, trial: int | None, runs_dir: Path, as_json: bool) -> None:
    """Show where RUN (the latest) stands: its trials, winner and test result. With TRIAL, a number: everything on that
    one, its epochs, attempts, log and traceback."""
    from sweep import api
    from sweep.cli.tables import show_result

    result = api.open(run, runs_dir=runs_dir)
    if trial is not None:
        _show_trial(result, trial, as_json)
    elif as_json:
        options.print_json(result.to_json())
    else:
        show_result(result)


def _show_trial(result: SweepResult, trial: int, as_json: bool) -> None:
    from sweep.cli.trial_page import show_trial
    from sweep.store.account import account_of
    from sweep.store.layout import RunDirectory
    from sweep.store.store import Store

    directory = RunDirectory(result.directory)
    with Store.open(directory.database, read_only=True) as store:
        account = account_of(directory, store, trial, live=result.state == "running")
    if as_json:
        options.print_json(account.to_json())
    else:
        show_trial(account, result)


@click.command(short_help="List the trials of RUN.")
@options.run_name
@click.option("--sort", type=click.Choice(["id", "objective"]), help="Left out: objective; id with --json.")
@click.option("--limit", type=click.IntRange(min=1), help="Show only so many.")
@options.runs_dir
@options.as_json
def trials(run: str | None, sort: str | None, limit: int | None, runs_dir: Path, as_json: bool) -> None:
    """List the trials of RUN (the latest) with their configurations and results."""
    from sweep import api
    from sweep.cli.tables import show_trials, sorted_trials
    from sweep.store.export import trial_as_json

    result = api.open(run, runs_dir=runs_dir)
    chosen = sorted_trials(result, sort or ("id" if as_json else "objective"))[:limit]
    if as_json:
        options.print_json([trial_as_json(trial) for trial in chosen])
    else:
        show_trials(chosen, result)


@click.command(short_help="Show the winner of RUN, or the best trial so far.")
@options.run_name
@options.runs_dir
@options.as_json
def best(run: str | None, runs_dir: Path, as_json: bool) -> None:
    """Show the winner of RUN (the latest), or the best trial so far while no winner is frozen."""
    from sweep import api
    from sweep.cli.tables import show_best
    from sweep.errors import SweepFailed
    from sweep.store.export import trial_as_json

    result = api.open(run, runs_dir=runs_dir)
    trial = result.best_trial
    if trial is None:
        raise SweepFailed(f"{result.name} has no completed trial yet")
    if as_json:
        options.print_json({"frozen": result.winner is not None, **trial_as_json(trial)})
    else:
        show_best(trial, result)


@click.command(short_help="Write the trials of RUN for other tools.")
@options.run_name
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "jsonl", "wandb", "parquet", "optuna"]),
    default="csv",
    show_default=True,
    help="csv, json, parquet: a table; jsonl: a line for each fact, for logs; wandb: a line for each trial, to be "
    "logged there; optuna: a study that optuna-dashboard opens. The latter three hold the epochs, too.",
)
@click.option("--epochs", is_flag=True, help="One row for each epoch instead of each trial (csv, json, parquet).")
@click.option("--output", type=options.Place(dir_okay=False), help="Write here instead of the terminal.")
@options.force
@options.runs_dir
def export(run: str | None, form: str, epochs: bool, output: Path | None, force: bool, runs_dir: Path) -> None:
    """Write the trials of RUN (the latest), and their epochs, for other tools."""
    from sweep.errors import InputError
    from sweep.exporting.formats import Export
    from sweep.store.layout import find_run
    from sweep.store.store import Store

    what = Export(form, epochs)
    directory = find_run(runs_dir, run)
    if epochs and not what.has_two_tables:
        raise InputError(f"--epochs: {form} has the epochs of every trial anyway; leave it out")
    if force and output is None:
        raise InputError("--force: there is no --output FILE that it could replace; leave it out")
    if output is None and not what.is_text:
        raise InputError(f"--format {form} is no text; say where it goes with --output FILE")
    with Store.open(directory.database, read_only=True) as store:
        if output is None:
            text = what.text(directory, store)
            click.echo(text.encode(), nl=False)  # UTF-8, as in a file, whatever the terminal's encoding
            return
        what.write(directory, store, output, force)
    click.echo(f"wrote {printable(str(output))}")
