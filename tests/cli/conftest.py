"""Runs made by hand through the store, and the command line called on them in this process."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sweep.cli.main import main
from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.store import RunDirectory, Store, create_run

FACTS = {
    "definition": "name: digits\ndata: {source: digits}\n",
    "sweep_id": "0123",
    "seed": 0,
    "objective": {"metric": "val_accuracy", "direction": "max"},
    "full_budget": None,
    "method": "random",
}
ADAM = {"conv_layers": 2, "filters_0": 16, "filters_1": 32, "optimizer": "adam", "learning_rate": 0.001}
SGD = {"conv_layers": 1, "filters_0": 8, "optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.25}


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Of standard output, without the blanks that fill up the last column of a table."""
        return [line.rstrip() for line in self.out.splitlines()]


Sweep = Callable[..., Done]


@pytest.fixture
def sweep(runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sweep:
    """`sweep("show", "--json")` as the console script does it, with `runs` as the runs directory."""
    monkeypatch.setenv("SWEEP_RUNS_DIR", str(runs))
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["sweep", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Done(int(left.value.code or 0), out, err)

    return call


@pytest.fixture
def terminal(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The lines that a command shows in a terminal of so many columns, with neither colours nor trailing blanks."""

    def call(columns: int, *arguments: str) -> list[str]:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        monkeypatch.setenv("COLUMNS", str(columns))
        done = sweep(*arguments)
        assert (done.code, done.err) == (0, "")
        return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", done.out).splitlines()]

    return call


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


class Run:
    """Fills a run's store as a sweep does."""

    def __init__(self, runs: Path, name: str, **facts: Any) -> None:
        self.directory: RunDirectory = create_run(runs, name, "digits")
        self.store = Store.create(self.directory.database, {"name": name, **FACTS, **facts})
        self.store.record_event("started", workers=0)

    def trial(
        self,
        number: int,
        state: TrialState = TrialState.COMPLETED,
        values: tuple[float, ...] = (),
        config: Mapping[str, Any] = ADAM,
        budget: int = 3,
        **more: Any,
    ) -> None:
        """A trial with an epoch for each of `values`, of half a second each, `hits` being those of the best."""
        error, hits, place = more.pop("error", None), more.pop("hits", None), more
        self.store.record_ask(Proposal(number, config, 0, budget, **place), seed=number)
        if state is TrialState.WAITING:
            return
        self.store.start_attempt(number)
        for epoch, value in enumerate(values, start=1):
            kept = hits if value == max(values) else None
            self.store.record_epoch(EpochReport(number, epoch, {"loss": 1.0, "val_accuracy": value}, 0.5, kept))
        if state is not TrialState.RUNNING:
            finite = [value for value in values if math.isfinite(value)]
            best = max(finite, default=None)
            epoch = None if best is None else values.index(best) + 1
            self.store.record_result(TrialResult(number, state, len(values), epoch, best, 100, error))

    def win(self, number: int, objective: float, epoch: int, config: Mapping[str, Any] = ADAM) -> None:
        winner = {"id": number, "objective": objective, "best_epoch": epoch, "config": dict(config)}
        self.store.record_event("winner", **winner)

    def answer(self, accuracy: float = 0.75) -> dict[str, Any]:
        """A retrained winner, evaluated once."""
        self.store.record_event("test_evaluation", trial=0)
        test = {"n": 40, "accuracy": accuracy, "accuracy_ci95": [0.6, 0.85], "loss": 0.5, "macro_f1": 0.7}
        metrics = {
            "classes": ["a", "b"],
            "test": test,
            "per_class": [],
            "confusion_matrix": [[15, 5], [5, 15]],
            "roc": {"per_class": [], "micro": None, "macro": None},
            "winner": {"id": 0},
            "retrain": {"epochs": 2, "images": 160},
        }
        self.directory.final.mkdir()
        (self.directory.final / "metrics.json").write_text(json.dumps(metrics))
        return test

    def finish(self) -> None:
        self.store.record_event("search_finished")
        self.store.record_event("finished")


@pytest.fixture
def make_run(runs: Path) -> Callable[..., Run]:
    return lambda name="digits-001", **facts: Run(runs, name, **facts)


@pytest.fixture
def mixed(make_run: Callable[..., Run]) -> Run:
    """A run that was interrupted, with a trial in each state."""
    run = make_run()
    run.trial(0, values=(0.5, 0.75, 0.625))
    run.trial(1, TrialState.DIVERGED, (0.25, math.nan), config=SGD)
    run.trial(2, TrialState.FAILED, error="ValueError: [red]no[/red] such thing")
    run.trial(3, TrialState.RUNNING, (0.875,), config=SGD)
    run.trial(4, TrialState.WAITING)
    run.trial(5, values=(0.8125,), config=SGD)
    return run
