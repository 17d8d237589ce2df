"""Commands that only read: list, show, trials, best, export. They never import TensorFlow."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options


@click.command("list")
@options.runs_dir
@options.as_json
def list_(runs_dir: Path, as_json: bool) -> None:
    """List all runs, the oldest first."""
    from sweep import api
    from sweep.cli.tables import show_runs
    from sweep.errors import SweepError
    from sweep.store.layout import list_runs
    from sweep.text import printable

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


@click.command()
@options.run_name
@options.runs_dir
@options.as_json
def show(run: str | None, runs_dir: Path, as_json: bool) -> None:
    """Show where RUN (the latest) stands: its trials, winner and test result."""
    from sweep import api
    from sweep.cli.tables import show_result

    result = api.open(run, runs_dir=runs_dir)
    if as_json:
        options.print_json(result.to_json())
    else:
        show_result(result)


@click.command()
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


@click.command()
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


@click.command()
@options.run_name
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="Of the table."
)
@click.option("--epochs", is_flag=True, help="One row for each epoch instead of each trial.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of the terminal.")
@options.runs_dir
def export(run: str | None, form: str, epochs: bool, output: Path | None, runs_dir: Path) -> None:
    """Write the results table of RUN (the latest) as CSV or JSON."""
    from sweep.errors import InputError
    from sweep.store.export import epochs_text, trials_text
    from sweep.store.layout import find_run
    from sweep.store.lock import is_locked
    from sweep.store.store import Store

    directory = find_run(runs_dir, run)
    with Store.open(directory.database, read_only=True) as store:
        text = epochs_text(store, form) if epochs else trials_text(store, form, is_locked(directory))
    if output is None:
        click.echo(text.encode(), nl=False)  # UTF-8, as in a file, whatever the terminal's encoding
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InputError(f"{output}: cannot be written: {exc.strerror}") from exc
    click.echo(f"wrote {output}")
