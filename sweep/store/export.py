"""The results table for other tools: `trials.csv` and `trials.json`, made from the store."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sweep.errors import SweepFailed
from sweep.faults import reach
from sweep.records import TrialRecord, Value
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader
from sweep.text import csv_cell

_FACTS = (
    *("state", "budget", "epochs_trained", "best_epoch", "objective", "bracket", "rung"),
    *("attempts", "seconds", "parameter_count", "error"),
)


def trials_as_json(store: Reader, live: bool = True) -> list[dict[str, Any]]:
    """All trials by id as `{id, state, config, budget, epochs_trained, best_epoch, objective, metrics, bracket, rung,
    attempts, seconds, error}`: strict JSON, NaN and infinities are None. `live` as in `Store.trials`."""
    return [trial_as_json(trial) for trial in store.trials(live)]


def write_tables(run: RunDirectory, store: Reader, live: bool = True) -> None:
    """Makes `trials.json` and `trials.csv` anew, each whole at any moment. `live` as in `Store.trials`.

    The CSV has `id`, a column `config.NAME` for each hyperparameter in order of first appearance (empty where it is
    inactive), the facts, and a column `metrics.NAME` for each metric. Raises SweepFailed where they cannot be written.
    """
    tables = _TABLES.setdefault(store, _Tables())
    trials = store.trials(live)
    _replace(run.trials_json, tables.json(trials))
    _replace(run.trials_csv, tables.csv(trials))


def trials_text(store: Reader, form: str, live: bool = True) -> str:
    """The contents of `trials.csv` or, where `form` is `json`, of `trials.json`."""
    tables, trials = _Tables(), store.trials(live)
    return tables.json(trials) if form == "json" else tables.csv(trials)


def trial_columns(trials: Sequence[TrialRecord]) -> dict[str, list[Value | None]]:
    """The columns of `trials.csv` by name, with a value for each trial, None where it has none."""
    parameters = list(dict.fromkeys(name for trial in trials for name in trial.config))
    metrics = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
    rows = [_cells(trial, parameters, metrics) for trial in trials]
    return {name: [row[index] for row in rows] for index, name in enumerate(_header(parameters, metrics))}


def epoch_rows(store: Reader) -> list[dict[str, Any]]:
    """`trial, epoch, seconds, METRICS...` of every trained epoch; what is no finite number is None."""
    return [
        {"trial": one.trial, "epoch": one.epoch, "seconds": one.seconds}
        | {name: _finite(value) for name, value in one.metrics.items()}
        for reports in store.all_epochs().values()
        for one in reports
    ]


def epochs_text(store: Reader, form: str) -> str:
    """The `epoch_rows` as CSV or, where `form` is `json`, as JSON."""
    rows = epoch_rows(store)
    if form == "json":
        return json.dumps(rows, indent=1, allow_nan=False) + "\n"
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["trial", "epoch", "seconds"]
    return "".join([_csv_line(names), *(_csv_line([row.get(name) for name in names]) for row in rows)])


class _Lines:
    """A line of text for each trial. A trial whose record is the very same object as last time keeps its line."""

    def __init__(self, make: Callable[[TrialRecord], str]) -> None:
        self._make = make
        self._made: dict[int, tuple[TrialRecord, str]] = {}

    def of(self, trials: Sequence[TrialRecord]) -> list[str]:
        return [self._line(trial) for trial in trials]

    def _line(self, trial: TrialRecord) -> str:
        known = self._made.get(trial.id)
        if known is None or known[0] is not trial:
            known = self._made[trial.id] = (trial, self._make(trial))
        return known[1]


class _Tables:
    """Both tables as text, one trial a line, so that two of them can be compared by lines."""

    def __init__(self) -> None:
        self._json = _Lines(lambda trial: json.dumps(trial_as_json(trial), allow_nan=False))
        self._columns: tuple[list[str], list[str]] = ([], [])
        self._csv = _csv_lines([], [])

    def json(self, trials: Sequence[TrialRecord]) -> str:
        lines = ",\n".join(self._json.of(trials))
        return f"[\n{lines}\n]\n" if lines else "[]\n"

    def csv(self, trials: Sequence[TrialRecord]) -> str:
        parameters = list(dict.fromkeys(name for trial in trials for name in trial.config))
        metrics = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
        if (parameters, metrics) != self._columns:
            self._columns = (parameters, metrics)
            self._csv = _csv_lines(parameters, metrics)
        return _csv_line(_header(parameters, metrics)) + "".join(self._csv.of(trials))


_TABLES: WeakKeyDictionary[Reader, _Tables] = WeakKeyDictionary()
"""Written again and again: with thousands of trials, only the lines of the few that changed are made anew."""


def trial_as_json(trial: TrialRecord) -> dict[str, Any]:
    """One trial as `{id, state, config, ...}`, see `trials_as_json`."""
    return {
        "id": trial.id,
        "state": trial.state.value,
        "config": dict(trial.config),
        "budget": trial.budget,
        "epochs_trained": trial.epochs_trained,
        "best_epoch": trial.best_epoch,
        "objective": _finite(trial.objective),
        "metrics": {name: _finite(value) for name, value in trial.metrics.items()},
        "bracket": trial.bracket,
        "rung": trial.rung,
        "attempts": trial.attempts,
        "seconds": trial.seconds,
        "error": trial.error,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _csv_lines(parameters: Sequence[str], metrics: Sequence[str]) -> _Lines:
    return _Lines(lambda trial: _csv_line(_cells(trial, parameters, metrics)))


def _header(parameters: Sequence[str], metrics: Sequence[str]) -> list[str]:
    before, after = (f"config.{name}" for name in parameters), (f"metrics.{name}" for name in metrics)
    return ["id", *before, *_FACTS, *after]


def _cells(trial: TrialRecord, parameters: Sequence[str], metrics: Sequence[str]) -> list[Value | None]:
    facts = (getattr(trial, name) for name in _FACTS)
    return [trial.id, *map(trial.config.get, parameters), *facts, *map(trial.metrics.get, metrics)]


def _csv_line(cells: Sequence[Value | None]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(csv_cell, cells))
    return text.getvalue()


def _replace(path: Path, text: str) -> None:
    """Never half a file under its name. Not forced to disk: the store is the truth, and the table can be made again."""
    unfinished = path.with_name(f"{path.name}.new")
    try:
        unfinished.write_text(text, encoding="utf-8")
        reach("table.replace")
        os.replace(unfinished, path)
    except OSError as exc:  # that of a full disk names no file
        raise SweepFailed(f"{unfinished}: {exc.strerror}; free some space or check the permissions") from exc
