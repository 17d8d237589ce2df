from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sweep.final.winner import Winner
from sweep.records import EpochReport, Objective, Proposal, TrialRecord, TrialResult, TrialState
from sweep.result import SweepResult, read_result
from sweep.store.layout import RunDirectory, create_run
from sweep.store.lock import RunLock
from sweep.store.store import Store

MAX = Objective("val_accuracy", "max")


def trial(
    number: int, objective: float | None, state: TrialState = TrialState.COMPLETED, budget: int = 3
) -> TrialRecord:
    best = None if objective is None else 1
    return TrialRecord(number, state, {"units": number}, budget, 2, best, objective)


def result(*trials: TrialRecord, **more: Any) -> SweepResult:
    facts: dict[str, Any] = {
        "name": "digits-001",
        "directory": Path("runs/digits-001"),
        "state": "finished",
        "objective": MAX,
        "full_budget": None,
        "winner": None,
        "digest": "d1",
        "metrics": None,
        "test_evaluations": 0,
    }
    return SweepResult(trials=trials, **facts | more)


@pytest.mark.parametrize(
    ("goal", "best"), [(MAX, 2), (Objective("val_loss", "min"), 1)], ids=["to be maximised", "to be minimised"]
)
def test_the_best_trial_is_the_one_that_would_win(goal: Objective, best: int) -> None:
    trials = [
        trial(0, math.nan),
        trial(1, 0.25),
        trial(2, 0.75),
        trial(3, 0.75),
        trial(4, 0.9, TrialState.DIVERGED),
        trial(5, 0.1, TrialState.DIVERGED),
        trial(6, None, TrialState.RUNNING),
    ]
    found = result(*trials, objective=goal).best_trial
    assert found is not None and found.id == best


def test_a_trial_of_less_than_the_full_budget_is_the_best_only_while_there_is_no_other() -> None:
    early = trial(0, 0.9, budget=1)
    assert result(early, full_budget=3).best_trial == early
    assert result(early, trial(1, 0.5), full_budget=3).best_trial == trial(1, 0.5)


def test_once_a_winner_is_frozen_it_stays_the_best() -> None:
    winner = Winner(0, 0.5, 1, {"units": 0})
    found = result(trial(0, 0.5), trial(1, 0.75), winner=winner).best_trial
    assert found is not None and found.id == 0


def test_without_a_completed_trial_none_is_the_best() -> None:
    assert result().best_trial is None
    assert result(trial(0, None, TrialState.FAILED)).best_trial is None


def test_epochs_and_accuracy() -> None:
    assert result(trial(0, 0.5), trial(1, 0.5)).epochs_trained == 4
    assert result().test_accuracy is None
    assert result(metrics={"test": {"accuracy": 0.75}}).test_accuracy == 0.75


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", "digits-001", "digits")


@pytest.fixture
def store(run: RunDirectory) -> Store:
    store = Store.create(run.database, {"objective": {"metric": "val_accuracy", "direction": "max"}, "full_budget": 2})
    store.record_event("started")
    for number in range(2):
        store.record_ask(Proposal(number, {"units": number}, 0, 2), seed=number)
        store.start_attempt(number)
        store.record_epoch(EpochReport(number, 1, {"val_accuracy": 0.5}, 0.5))
    store.record_result(TrialResult(0, TrialState.COMPLETED, 1, 1, 0.5))
    return store


def test_what_is_read_is_what_the_store_says(run: RunDirectory, store: Store) -> None:
    found = read_result(run, store)
    assert (found.name, found.directory, found.state) == ("digits-001", run.root, "interrupted")
    assert (found.objective, found.full_budget) == (MAX, 2)
    assert [one.state.value for one in found.trials] == ["completed", "waiting"]
    assert (found.winner, found.metrics, found.test_evaluations) == (None, None, 0)
    assert found.digest == store.digest()


def test_a_trial_runs_only_while_a_process_runs_the_sweep(run: RunDirectory, store: Store) -> None:
    with RunLock(run):
        found = read_result(run, store)
    assert (found.state, [one.state.value for one in found.trials]) == ("running", ["completed", "running"])


def test_the_answer_is_read_too(run: RunDirectory, store: Store) -> None:
    winner = Winner(0, 0.5, 1, {"units": 0})
    metrics = {
        "classes": ["a", "b"],
        "test": {"n": 4, "accuracy": 0.25, "accuracy_ci95": [0.0, 0.75]},
        "per_class": [],
        "confusion_matrix": [[1, 1], [2, 0]],
        "roc": {"per_class": [], "micro": None, "macro": None},
        "winner": winner.to_json(),
        "retrain": {"epochs": 1, "images": 8},
    }
    store.record_event("winner", **winner.to_json())
    store.record_event("test_evaluation", trial=0)
    store.record_event("finished")
    run.final.mkdir()
    (run.final / "metrics.json").write_text(json.dumps(metrics))
    found = read_result(run, store)
    assert (found.winner, found.metrics, found.test_evaluations, found.state) == (winner, metrics, 1, "finished")
    assert (found.test_accuracy, found.damage) == (0.25, None)


def test_a_damaged_answer_hides_nothing_else(run: RunDirectory, store: Store) -> None:
    whole = read_result(run, store)
    run.final.mkdir()
    (run.final / "metrics.json").write_text("{")
    found = read_result(run, store)
    assert found.damage is not None and "metrics.json: is damaged" in found.damage
    assert (found.metrics, found.trials, found.digest) == (None, whole.trials, whole.digest)
