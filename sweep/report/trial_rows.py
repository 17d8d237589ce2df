"""The trials as rows: the table of all of them, and of those that came to no result."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sweep.records import TrialRecord, TrialState
from sweep.report.run_facts import UNFORTUNATE, RunFacts
from sweep.report.words import reason
from sweep.text import printable

LISTED = 200
"""Of trials without a result; the table of all trials has the others."""


def table(run: RunFacts) -> dict[str, Any]:
    """`columns` and, for each trial, a row of JSON values in that order; `winner` is the id of the best trial,
    `sorted` the column of the objective and whether its largest values come first."""
    in_rungs = any(trial.rung is not None for trial in run.result.trials)
    counted = any(trial.parameter_count is not None for trial in run.result.trials)
    before = ["trial", "state", run.metric, "best epoch", "epochs", *(["bracket", "rung"] if in_rungs else [])]
    after = ["seconds", *(["weights"] if counted else []), "error"]
    names = [axis.name for axis in run.axes]
    rows = [
        [
            *(trial.id, trial.state.value, _value(trial.objective), trial.best_epoch, trial.epochs_trained),
            *((trial.bracket, trial.rung) if in_rungs else ()),
            *(_value(trial.config.get(name)) for name in names),
            _value(trial.seconds),
            *((trial.parameter_count,) if counted else ()),
            reason(trial.error) or None,
        ]
        for trial in run.result.trials
    ]
    return {
        "columns": [printable(name) for name in (*before, *names, *after)],
        "parameters": [len(before), len(before) + len(names)],
        "rows": rows,
        "winner": run.best_id,
        "sorted": {"column": before.index(run.metric), "down": run.result.objective.direction == "max"},
        "name": run.result.name,
    }


def unfortunate(run: RunFacts) -> list[TrialRecord]:
    """Failed, diverged and skipped trials."""
    return [trial for trial in run.result.trials if trial.state in UNFORTUNATE]


def reasons(trials: Sequence[TrialRecord]) -> list[tuple[str, str, int]]:
    """State, reason and how many trials, the most common first."""
    found = Counter((trial.state.value, why(trial)) for trial in trials)
    return [(state, text, count) for (state, text), count in found.most_common()]


def why(trial: TrialRecord) -> str:
    """Never empty."""
    if trial.error:
        return reason(trial.error)
    return "its loss became NaN or infinite" if trial.state is TrialState.DIVERGED else "no reason was given"


def _value(value: Any) -> Any:
    """To the last digit: the page shows fewer, its CSV all of them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return printable(value) if isinstance(value, str) else value
