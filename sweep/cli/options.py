"""Options and arguments that several commands share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sweep.cli.completing import complete_runs
from sweep.store.layout import DEFAULT_RUNS_DIR


class Place(click.Path):
    """As a `Path`. An empty name is none, which Python would take for the current folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the name is empty", param, ctx)
        return super().convert(value, param, ctx)


def not_empty(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A callback, for what a script may hand on from a variable that has nothing in it."""
    if value == "":
        raise click.BadParameter("it is empty", ctx, param)
    return value


runs_dir = click.option(
    "--runs-dir",
    type=Place(file_okay=False),
    default=DEFAULT_RUNS_DIR,
    show_default=True,
    envvar="SWEEP_RUNS_DIR",
    show_envvar=True,
    help="Where run directories are.",
)


class _Trial(click.IntRange):
    """As a store can hold it."""

    name = "number of a trial"


TRIAL = _Trial(0, 2**63 - 1)

run_name = click.argument("run", required=False, shell_complete=complete_runs)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on standard output.")
definition = click.argument("file", type=Place(dir_okay=False))
force = click.option("--force", is_flag=True, help="Replace a file that is there already.")
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks.")
overrides = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override any key of the file, e.g. --set search.method=random --set parameters.epochs.max=9.",
)


class _Workers(click.ParamType):
    """A number of processes, or None for `auto`."""

    name = "workers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value == "auto":
            return None
        try:
            number = int(value)
        except ValueError:
            number = -1
        if number < 0:
            self.fail(f"{value!r} is neither 'auto' nor a number of processes, 0 or more", param, ctx)
        return number


workers = click.option(
    "--workers",
    type=_Workers(),
    default="auto",
    show_default=True,
    metavar="auto|N",
    help="Processes that train side by side (0: in this process); auto: as many as processors, memory and graphics "
    "cards allow. Changes how long a sweep takes and nothing else.",
)
trials_per_gpu = click.option(
    "--trials-per-gpu",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Of the trials that --workers auto trains side by side, at most so many share a graphics card; fewer where "
    "its memory is short.",
)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, allow_nan=False))
