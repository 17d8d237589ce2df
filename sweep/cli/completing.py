"""What a shell is given to complete: names of runs, numbers of trials. Quick, and silent where anything is wrong."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from sweep.store.layout import DEFAULT_RUNS_DIR, RunDirectory

MOST_TRIALS = 500
"""A shell asks before it shows more than about a hundred; thousands would be no help."""


def complete_runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Runs by name that are not typed yet. No store is opened."""
    typed = ctx.params.get(param.name or "") if param.nargs == -1 else ()
    with contextlib.suppress(OSError):
        names = sorted(path.parent.name for path in _runs_dir(ctx).glob("*/sweep.db"))
        return [CompletionItem(name) for name in names if name.startswith(incomplete) and name not in (typed or ())]
    return []


def complete_trials(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Numbers of the trials of the run that is typed already, each with its state; without those typed already."""
    name = ctx.params.get("run")
    if not isinstance(name, str):
        return []
    with contextlib.suppress(Exception):  # a message in the middle of what is typed helps nobody
        typed = ctx.params.get(param.name or "") if param.nargs == -1 else ()
        trials = _trials(RunDirectory(_runs_dir(ctx) / name), incomplete)
        return [one for one in trials if int(one.value) not in (typed or ())][:MOST_TRIALS]
    return []


def _trials(run: RunDirectory, incomplete: str) -> Iterator[CompletionItem]:
    from sweep.store.store import Store
    from sweep.text import number

    with Store.open(run.database, read_only=True) as store:
        for trial in store.trials():
            if str(trial.id).startswith(incomplete):
                value = "" if trial.objective is None else f" {number(trial.objective)}"
                yield CompletionItem(str(trial.id), help=f"{trial.state.value}{value}")


def _runs_dir(ctx: click.Context) -> Path:
    """A shell has what is typed completed before it puts in the place of `~` and `$HOME` what they stand for."""
    return Path(os.path.expanduser(os.path.expandvars(ctx.params.get("runs_dir") or DEFAULT_RUNS_DIR)))
