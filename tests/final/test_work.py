from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sweep.executors.base import Function
from sweep.executors.launch import FreshInterpreters
from sweep.executors.pool import PoolExecutor
from sweep.final.finalize import evaluate_again, finalize
from sweep.final.requests import EvaluateRequest, WorkFailed
from sweep.final.work import can_be_lean, work
from sweep.records import Proposal, TrialResult, TrialState
from sweep.space.definition import Space
from sweep.store import Store, create_run
from sweep.trial.environment import runtime_environment

SPACE = Space.model_validate({"name": "s", "data": {"source": "digits"}})


@pytest.fixture
def threads(monkeypatch) -> list[tuple[int, bool]]:
    """What TensorFlow would have been started with: in this process it was, with settings of its own."""
    settings: list[tuple[int, bool]] = []
    monkeypatch.setattr("sweep.final.work.configure_runtime", lambda *given: settings.append(given))
    return settings


def test_an_exception_becomes_an_event_with_its_traceback(tmp_path, threads):
    (event,) = work(EvaluateRequest(SPACE, tmp_path / "no-dataset", tmp_path / "model.keras"))
    assert isinstance(event, WorkFailed)
    assert (
        event.message
        == f"{tmp_path / 'no-dataset'}: holds no whole prepared data; `sweep run` and `resume` prepare it anew"
    )
    assert "Traceback" in event.traceback


@pytest.mark.parametrize(("retrain_threads", "expected"), [(None, 3), (2, 2)])
def test_the_threads_are_those_of_the_space(tmp_path, threads, retrain_threads, expected):
    space = SPACE.model_copy(update={"threads_per_trial": 3, "retrain_threads": retrain_threads})
    list(work(EvaluateRequest(space, tmp_path, tmp_path / "model.keras")))
    assert threads == [(expected, True)]


def test_an_exception_without_words_is_named(tmp_path, monkeypatch):
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("sweep.final.work.configure_runtime", out_of_memory)
    (event,) = work(EvaluateRequest(SPACE, tmp_path, tmp_path / "model.keras"))
    assert event.message == "MemoryError"


def test_a_winner_is_retrained_and_evaluated_in_a_process_of_its_own(dataset, tmp_path):
    run = create_run(tmp_path, None, "s")
    config = {"conv_layers": 1, "filters": 4, "learning_rate": 0.01, "batch_size": 16}
    epochs: list[int] = []
    with (
        Store.create(run.database, {}) as store,
        PoolExecutor(work, FreshInterpreters(), [runtime_environment(1)], run.logs) as executor,
    ):
        store.record_ask(Proposal(0, config, 0, 3), seed=1)
        store.start_attempt(0)
        store.record_result(TrialResult(0, TrialState.COMPLETED, 3, best_epoch=3, objective=0.9))

        def runner(function: Function, request: Any) -> Iterator[Any]:
            executor.submit(request)
            while executor.busy:
                yield from (event for _, event in executor.collect(timeout=1.0))

        metrics = finalize(run, store, SPACE, dataset.path, runner, lambda report: epochs.append(report.epoch))
        again = evaluate_again(run, store, SPACE, dataset.path, runner)
    assert epochs == [1, 2, 3]
    assert metrics["test"]["n"] == 30
    assert metrics["test"]["accuracy"] > 0.9
    assert metrics["retrain"]["images"] == 84
    assert again == metrics | {"test_evaluations": 2}
    assert sorted(path.name for path in run.final.iterdir()) == [
        "labels.json",
        "metrics.json",
        "model.keras",
        "predictions.npz",
    ]


@pytest.mark.parametrize(
    ("changes", "lean"),
    [({}, True), ({"search": {"method": "bayesian", "max_trials": 9}}, False), ({"model": "mine:build"}, False)],
)
def test_only_what_needs_no_optional_package_of_keras_goes_without(changes, lean):
    assert can_be_lean(Space.model_validate({**SPACE.model_dump(include={"name", "data"}), **changes})) is lean


def test_a_lean_process_has_all_that_trains_and_nothing_that_it_never_uses():
    program = (
        "import sys; from sweep.final.work import preload; preload(lean=True)\n"
        "print(sorted({'keras', 'keras_tuner', 'matplotlib', 'pandas', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['keras', 'keras_tuner']"
