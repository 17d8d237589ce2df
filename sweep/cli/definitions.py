"""Commands about a search-space file: validate, plan."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sweep.cli import options

if TYPE_CHECKING:
    from sweep.estimates.estimate import Estimate
    from sweep.preparation import Ready
    from sweep.search.plan import Plan


@click.command(short_help="Check FILE and report every mistake in it.")
@options.definition
@options.overrides
@options.as_json
def validate(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check FILE and report every mistake in it, with line and column. Needs neither data nor TensorFlow."""
    from sweep.errors import DefinitionError
    from sweep.space.dimensions import count_configs, expand
    from sweep.space.load import load_space
    from sweep.text import counted

    try:
        space = load_space(file, overrides)
    except DefinitionError as exc:
        if not as_json:
            raise
        problems = [{"line": one.line, "column": one.column, "message": one.message} for one in exc.problems]
        options.print_json({"file": str(file), "valid": False, "problems": problems})
        raise click.exceptions.Exit(exc.exit_code) from exc
    dimensions = expand(space)
    varying = sum(not dimension.is_fixed for dimension in dimensions)
    size = count_configs(dimensions)
    if as_json:
        options.print_json({"file": str(file), "valid": True, "problems": [], "dimensions": varying, "size": size})
    else:
        many = "endlessly many configurations" if size is None else counted(size, "configuration")
        click.echo(f"{file}: valid: {counted(varying, 'dimension')}, {many}, {space.search.method} search")


@click.command(short_help="Say what a sweep of FILE would train, and for how long.")
@options.definition
@options.overrides
@click.option("--samples", type=click.IntRange(min=0), default=3, show_default=True, help="Configurations to show.")
@click.option(
    "--timing/--no-timing",
    default=True,
    show_default=True,
    help="Train a few steps of some configurations, to say how long the sweep will take.",
)
@options.workers
@options.as_json
def plan(
    file: Path, overrides: tuple[str, ...], samples: int, timing: bool, workers: int | None, as_json: bool
) -> None:
    """Say what `sweep run FILE` would train: trials and epochs of every rung, and about how long that takes. But for a
    few steps that are timed nothing is trained. What it says is kept, for the report to say how right it was."""
    from sweep.cli.console import ConsoleReporter
    from sweep.cli.plan_table import plan_as_json, show_plan
    from sweep.preparation import get_ready
    from sweep.space.load import load_space
    from sweep.trial.runtime import configure_runtime

    space = load_space(file, overrides)
    with ConsoleReporter(to_stderr=as_json) as reporter:
        if not space.is_builtin:  # its code runs while all is made ready
            configure_runtime(space.threads_per_trial, space.deterministic)
        ready = get_ready(space, reporter.data)
        configure_runtime(space.threads_per_trial, space.deterministic)
        from sweep.estimates.kept import keep_estimate
        from sweep.model.foresight import foresee
        from sweep.search.plan import make_plan

        made = make_plan(ready.space)
        foresights = [foresee(ready.space, config, ready.image_input) for config in made.configs[:samples]]
        estimate = _estimate(ready, made, workers, reporter.timing) if timing else None
    if estimate is not None:
        keep_estimate(ready, estimate)
    if as_json:
        options.print_json(plan_as_json(made, foresights, ready.dataset, estimate))
    else:
        show_plan(made, foresights, ready.dataset, estimate)


TIMED, SIZED = 3, 30
"""So many configurations are, the first that are planned. To time one takes a second, to size one 30 ms."""


def _estimate(ready: Ready, plan: Plan, workers: int | None, progress: Callable[[int, int], object]) -> Estimate | None:
    """None where none could be timed."""
    from sweep.estimates.estimate import estimate_sweep
    from sweep.machine import this_machine
    from sweep.model.foresight import foresee
    from sweep.model.graph_key import graph_key
    from sweep.trial.timing import time_training
    from sweep.workers import choose_workers

    space, dataset, image_input = ready.space, ready.dataset, ready.image_input
    timings, sizes = [], []
    configs = plan.configs[: SIZED if space.is_builtin else TIMED]
    for number, config in enumerate(configs):
        progress(number, len(configs))
        foresight = foresee(space, config, image_input)
        if foresight.would_train and number < TIMED:
            with contextlib.suppress(Exception):  # of a user's code; the sweep will say what is wrong with it
                timings.append(time_training(space, config, dataset, image_input))
        if foresight.would_train and foresight.size is not None:
            sizes.append(foresight.size.checkpoint_bytes)
    count = choose_workers(space, this_machine()) if workers is None else workers
    share = (dataset.train_size + dataset.validation_size) / dataset.train_size
    graphs = len({graph_key(space, config) or number for number, config in enumerate(plan.configs)})
    limit, validated = space.search.max_time, dataset.validation_size
    return estimate_sweep(plan, timings, count, graphs, sizes, share, limit, validated)
