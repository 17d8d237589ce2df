"""Commands that train: run, resume, retrain-best, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sweep.cli import options

if TYPE_CHECKING:
    from sweep.result import SweepResult

_no_retrain = click.option("--no-retrain", is_flag=True, help="Search only; leave the winner to `sweep retrain-best`.")


@click.command()
@options.definition
@options.overrides
@click.option("--name", help="Name of the run directory. Left out: the definition's name with the next free number.")
@options.workers
@_no_retrain
@options.runs_dir
@options.as_json
def run(
    file: Path,
    overrides: tuple[str, ...],
    name: str | None,
    workers: int | None,
    no_retrain: bool,
    runs_dir: Path,
    as_json: bool,
) -> None:
    """Run the sweep that FILE defines, then retrain its winner and evaluate it on the test split."""
    from sweep import api
    from sweep.cli.console import ConsoleReporter
    from sweep.space.load import load_space

    space = load_space(file, overrides)
    with ConsoleReporter(to_stderr=as_json) as reporter:
        result = api.run(
            space, runs_dir=runs_dir, name=name, workers=workers, retrain=not no_retrain, reporter=reporter
        )
    _show(result, as_json)


@click.command()
@options.run_name
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Raise a limit of the search before its winner is frozen: --set search.max_trials=40 or search.max_time=8h.",
)
@options.workers
@_no_retrain
@options.runs_dir
@options.as_json
def resume(
    run: str | None,
    overrides: tuple[str, ...],
    workers: int | None,
    no_retrain: bool,
    runs_dir: Path,
    as_json: bool,
) -> None:
    """Go on with RUN (the latest) after Ctrl-C or a crash. Nothing that is finished is run again."""
    from sweep import api
    from sweep.cli.console import ConsoleReporter

    with ConsoleReporter(to_stderr=as_json) as reporter:
        result = api.resume(
            run, runs_dir=runs_dir, workers=workers, retrain=not no_retrain, overrides=overrides, reporter=reporter
        )
    _show(result, as_json)


@click.command("retrain-best")
@options.run_name
@options.workers
@options.runs_dir
@options.as_json
def retrain_best(run: str | None, workers: int | None, runs_dir: Path, as_json: bool) -> None:
    """Retrain RUN's winner on train+validation, save it, and evaluate it on the test split."""
    from sweep import api
    from sweep.cli.console import ConsoleReporter

    with ConsoleReporter(to_stderr=as_json) as reporter:
        result = api.retrain_best(run, runs_dir=runs_dir, workers=workers, reporter=reporter)
    _show(result, as_json)


@click.command()
@options.run_name
@options.workers
@options.runs_dir
@options.as_json
def evaluate(run: str | None, workers: int | None, runs_dir: Path, as_json: bool) -> None:
    """Evaluate RUN's saved final model on the test split once more. Every evaluation is counted and shown."""
    from sweep import api
    from sweep.cli.console import ConsoleReporter

    with ConsoleReporter(to_stderr=as_json) as reporter:
        result = api.evaluate(run, runs_dir=runs_dir, workers=workers, reporter=reporter)
    _show(result, as_json)


def _show(result: SweepResult, as_json: bool) -> None:
    from sweep.cli.tables import show_outcome

    if as_json:
        options.print_json(result.to_json())
    else:
        show_outcome(result)
