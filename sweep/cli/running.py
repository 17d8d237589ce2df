"""Commands that train: run, resume, retrain-best, evaluate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli import options
from sweep.cli.completing import complete_runs, complete_trials

if TYPE_CHECKING:
    from sweep.result import SweepResult

_no_retrain = click.option("--no-retrain", is_flag=True, help="Search only; leave the winner to `sweep retrain-best`.")

_quiet = click.option(
    "--quiet", is_flag=True, help="Show no progress: the last line, with the result, and errors only."
)


def _training_options(command: Callable[..., None]) -> Callable[..., None]:
    """Of every command that trains: what `_report` takes."""
    return options.workers(options.runs_dir(_quiet(options.as_json(command))))


def _search_options(command: Callable[..., None]) -> Callable[..., None]:
    """Of every command that may search: what `_search` takes."""
    return _training_options(options.trials_per_gpu(_no_retrain(command)))


@click.command(short_help="Run the sweep of FILE, then retrain and test its winner.")
@options.definition
@options.overrides
@click.option("--name", help="Name of the run directory. Left out: the definition's name with the next free number.")
@click.option(
    "--warm-start",
    metavar="RUN",
    shell_complete=complete_runs,
    help="Try the best configurations of an earlier run first. They become part of this one's definition; where they "
    "would give the same results, they are not trained again.",
)
@_search_options
def run(file: Path, overrides: tuple[str, ...], name: str | None, warm_start: str | None, **how: Any) -> None:
    """Run the sweep that FILE defines, then retrain its winner and evaluate it on the test split."""
    from sweep import api
    from sweep.space.load import load_space

    _search(partial(api.run, load_space(file, overrides), name=name, warm_start=warm_start), **how)


@click.command(short_help="Go on with RUN after Ctrl-C or a crash.")
@options.run_name
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Raise a limit of the search before its winner is frozen: --set search.max_trials=40 or search.max_time=8h.",
)
@_search_options
def resume(run: str | None, overrides: tuple[str, ...], **how: Any) -> None:
    """Go on with RUN (the latest) after Ctrl-C or a crash. Nothing that is finished is run again."""
    from sweep import api

    _search(partial(api.resume, run, overrides=overrides), **how)


@click.command(short_help="Try the failed trials of RUN again.")
@click.argument("run", shell_complete=complete_runs)
@click.argument("trials", nargs=-1, type=options.TRIAL, shell_complete=complete_trials)
@_search_options
def retry(run: str, trials: tuple[int, ...], **how: Any) -> None:
    """Try the failed trials of RUN again, or only TRIALS, and go on with it. For what the machine did: a trial that
    fails by its own fault fails again. Only random and grid searches, before the winner is frozen."""
    from sweep import api

    _search(partial(api.resume, run, retry=trials), **how)


@click.command("retrain-best", short_help="Retrain RUN's winner, save it, and test it.")
@options.run_name
@_training_options
def retrain_best(run: str | None, **how: Any) -> None:
    """Retrain RUN's winner on train+validation, save it, and evaluate it on the test split."""
    from sweep import api

    _report(partial(api.retrain_best, run), **how)


@click.command(short_help="Evaluate RUN's final model on test once more.")
@options.run_name
@_training_options
def evaluate(run: str | None, **how: Any) -> None:
    """Evaluate RUN's saved final model on the test split once more. Every evaluation is counted and shown."""
    from sweep import api

    _report(partial(api.evaluate, run), **how)


def _search(call: Callable[..., SweepResult], no_retrain: bool, **how: Any) -> None:
    _report(partial(call, retrain=not no_retrain), **how)


def _report(call: Callable[..., SweepResult], as_json: bool, quiet: bool, **more: Any) -> None:
    """Show what happens while it happens, and then what came out; with --json only that is on standard output."""
    from sweep.cli.console import ConsoleReporter
    from sweep.cli.tables import outcome_line, show_outcome

    if quiet:
        result = call(**more)
    else:
        with ConsoleReporter(to_stderr=as_json) as reporter:
            result = call(reporter=reporter, **more)
    if as_json:
        options.print_json(result.to_json())
    elif quiet:
        click.echo(outcome_line(result))
    else:
        show_outcome(result)
