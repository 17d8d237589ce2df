"""The last line of a sweep that was stopped."""

from __future__ import annotations

import contextlib

from sweep.errors import SweepError
from sweep.result import SweepResult, read_result
from sweep.store.layout import RunDirectory
from sweep.store.store import Store
from sweep.text import number


def parting(directory: RunDirectory) -> str:
    """What a user reads who stopped a sweep."""
    best = ""
    with contextlib.suppress(SweepError), Store.open(directory.database, read_only=True) as store:
        best = _best_so_far(read_result(directory, store))
    return f"stopped, and nothing finished is lost; {best}go on with: {directory.command('resume')}"


def _best_so_far(result: SweepResult) -> str:
    best = result.best_trial
    if best is None:
        return ""
    reached = f"{result.objective.metric} {number(best.objective)} at epoch {best.best_epoch}"
    return f"the best so far is trial {best.id}, {reached}; "
