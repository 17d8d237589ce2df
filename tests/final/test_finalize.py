from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import InputError, SweepFailed
from sweep.executors.base import WorkerLost
from sweep.final.finalize import (
    count_test_evaluations,
    evaluate_again,
    finalize,
    freeze_winner,
    frozen_winner,
)
from sweep.final.metrics_file import read_metrics
from sweep.final.requests import EvaluateRequest, Retrained, RetrainEpoch, RetrainRequest, WorkFailed
from sweep.final.work import work
from sweep.records import Objective, Proposal, TrialResult, TrialState
from sweep.seeds import derive_seed
from sweep.space.definition import Space
from sweep.store import RunDirectory, Store

GOAL = Objective("val_accuracy", "max")
SPACE = Space.model_validate(
    {
        "name": "s",
        "data": {"source": "digits"},
        "seed": 5,
        "search": {"method": "hyperband"},
        "parameters": {"epochs": {"type": "int", "min": 1, "max": 9}},
    }
)
DATASET = Path("dataset")


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    (tmp_path / "s-001").mkdir()
    return RunDirectory(tmp_path / "s-001")


@pytest.fixture
def store(run):
    with Store.create(run.database, {"name": "s"}) as store:
        yield store


def record(store: Store, trial: int, objective: float | None, error: str | None = None, budget: int = 9) -> None:
    store.record_ask(Proposal(trial, {"units": trial}, 0, budget), seed=1)
    store.start_attempt(trial)
    state = TrialState.FAILED if error else TrialState.COMPLETED
    best = None if objective is None else 4
    store.record_result(TrialResult(trial, state, budget, best, objective, error=error))


def weights(run: RunDirectory) -> bytes:
    return zipfile.ZipFile(run.final / "model.keras").read("weights")


def scores(accuracy: float) -> dict[str, Any]:
    return {
        "classes": ["a", "b"],
        "test": {"n": 10, "accuracy": accuracy, "accuracy_ci95": [0.5, 1.0]},
        "per_class": [],
        "confusion_matrix": [[5, 0], [1, 4]],
        "roc": {"per_class": [], "micro": None, "macro": None},
    }


class Worker:
    """A runner that notes what it was asked to do, and what the store said at that moment."""

    def __init__(self, store: Store, accuracy: float = 0.9) -> None:
        self.store, self.accuracy = store, accuracy
        self.requests: list[Any] = []
        self.fails: BaseException | WorkFailed | None = None

    def __call__(self, function, request):
        assert function is work
        self.requests.append(request)
        if isinstance(request, RetrainRequest):
            assert frozen_winner(self.store) is not None
            yield RetrainEpoch(1, 2, {"loss": 0.5}, 0.1)
            with zipfile.ZipFile(request.folder / "model.keras", "w") as file:
                file.writestr("weights", str(len(self.requests)))
            if isinstance(self.fails, WorkFailed):
                yield self.fails
            elif self.fails:
                raise self.fails
            yield Retrained(epochs=2, images=100, seconds=0.25)
        else:
            assert isinstance(request, EvaluateRequest)
            assert zipfile.ZipFile(request.model).namelist() == ["weights"]
            self.counted_before_opening = count_test_evaluations(self.store)
            yield scores(self.accuracy)


def test_the_winner_is_frozen_once_whatever_comes_later(store):
    record(store, 0, 0.7)
    assert frozen_winner(store) is None
    winner = freeze_winner(store, GOAL, 9)
    assert (winner.id, winner.objective, winner.best_epoch, winner.config) == (0, 0.7, 4, {"units": 0})
    record(store, 1, 0.99)
    assert freeze_winner(store, GOAL, 9) == winner == frozen_winner(store)
    assert [event.payload["id"] for event in store.events("winner")] == [0]


def test_a_sweep_without_a_completed_trial_fails_with_the_most_common_error(store):
    record(store, 0, None, "ValueError: negative size")
    with pytest.raises(SweepFailed, match=r"\(1 failed\); the most common error: ValueError: negative size \(once\)$"):
        freeze_winner(store, GOAL, 9)
    assert store.events("winner") == []


def test_the_answer_is_kept_whole(run, store):
    record(store, 0, 0.7)
    record(store, 1, 0.8)
    seen: list[RetrainEpoch] = []
    worker = Worker(store)
    metrics = finalize(run, store, SPACE, DATASET, worker, seen.append)
    assert metrics == {
        **scores(0.9),
        "winner": {
            "id": 1,
            "objective": 0.8,
            "best_epoch": 4,
            "config": {"units": 1},
            "full_budget": True,
            "note": None,
        },
        "retrain": {"epochs": 2, "images": 100, "seconds": 0.25},
        "test_evaluations": 1,
    }
    assert read_metrics(run) == metrics == json.loads((run.final / "metrics.json").read_text())
    assert sorted(path.name for path in run.final.iterdir()) == ["metrics.json", "model.keras"]
    assert seen == [RetrainEpoch(1, 2, {"loss": 0.5}, 0.1)]


def test_the_worker_is_told_all_it_needs(run, store):
    record(store, 0, 0.7)
    worker = Worker(store)
    finalize(run, store, SPACE, DATASET, worker)
    retrain, evaluate = worker.requests
    assert (retrain.config, retrain.best_epoch, retrain.dataset) == ({"units": 0}, 4, DATASET)
    assert retrain.seed == derive_seed(5, "retrain")
    assert evaluate == EvaluateRequest(SPACE, DATASET, retrain.folder / "model.keras")


def test_a_look_at_the_test_images_is_counted_before_they_are_opened(run, store):
    record(store, 0, 0.7)
    worker = Worker(store)
    finalize(run, store, SPACE, DATASET, worker)
    assert worker.counted_before_opening == 1
    evaluate_again(run, store, SPACE, DATASET, worker)
    assert worker.counted_before_opening == 2


@pytest.mark.parametrize("death", [KeyboardInterrupt(), SystemExit()])
def test_a_retraining_that_is_killed_leaves_the_old_answer_and_begins_anew(run, store, death):
    record(store, 0, 0.7)
    worker = Worker(store)
    before = finalize(run, store, SPACE, DATASET, worker)
    worker.fails = death
    with pytest.raises(type(death)):
        finalize(run, store, SPACE, DATASET, worker)
    assert read_metrics(run) == before
    assert weights(run) == b"1"
    worker.fails = None
    assert finalize(run, store, SPACE, DATASET, worker) == before | {"test_evaluations": 2}
    assert weights(run) == b"4"
    assert sorted(path.name for path in run.root.iterdir() if path.is_dir()) == ["final"]


def test_what_goes_wrong_in_the_worker_is_one_line(run, store):
    record(store, 0, 0.7)
    worker = Worker(store)
    worker.fails = WorkFailed("cannot allocate 3 GB", "Traceback: a long story")
    with pytest.raises(SweepFailed, match="failed") as caught:
        finalize(run, store, SPACE, DATASET, worker)
    assert str(caught.value) == "retraining trial 0 failed: cannot allocate 3 GB"
    assert caught.value.__notes__ == ["Traceback: a long story"]
    assert read_metrics(run) is None
    assert count_test_evaluations(store) == 0


def test_the_death_of_a_worker_is_one_line(run, store):
    record(store, 0, 0.7)
    with pytest.raises(SweepFailed, match=r"^retraining trial 0 failed: its worker was killed by SIGKILL$"):
        finalize(run, store, SPACE, DATASET, lambda *_: iter([WorkerLost("its worker was killed by SIGKILL")]))
    assert read_metrics(run) is None


def test_evaluating_again_uses_the_saved_model_and_counts_one_more(run, store):
    record(store, 0, 0.7)
    worker = Worker(store)
    first = finalize(run, store, SPACE, DATASET, worker)
    worker.accuracy = 0.8
    again = evaluate_again(run, store, SPACE, DATASET, worker)
    assert again == first | scores(0.8) | {"test_evaluations": 2}
    assert read_metrics(run) == again
    assert [type(request).__name__ for request in worker.requests] == [
        "RetrainRequest",
        "EvaluateRequest",
        "EvaluateRequest",
    ]
    assert worker.requests[-1].model == run.final / "model.keras"


def test_there_is_nothing_to_evaluate_before_the_retraining(run, store):
    record(store, 0, 0.7)
    with pytest.raises(InputError, match=r"s-001 has no whole final model to evaluate; .* sweep retrain-best s-001"):
        evaluate_again(run, store, SPACE, DATASET, Worker(store))
    assert count_test_evaluations(store) == 0


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:20])])
def test_a_model_that_is_not_whole_is_not_evaluated_and_no_look_is_counted(run, store, damage):
    record(store, 0, 0.7)
    finalize(run, store, SPACE, DATASET, Worker(store))
    damage(run.final / "model.keras")
    with pytest.raises(InputError, match="no whole final model"):
        evaluate_again(run, store, SPACE, DATASET, Worker(store))
    assert count_test_evaluations(store) == 1
