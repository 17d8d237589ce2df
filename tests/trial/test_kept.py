from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.model import build as build_module
from sweep.records import EpochReport, TrialRequest, TrialResult, TrialState
from sweep.trial import kept as kept_module
from sweep.trial import trainer as trainer_module
from sweep.trial.checkpoint import CheckpointFile
from sweep.trial.context import TrialContext
from sweep.trial.kept import KeptTrainings
from sweep.trial.run import run_trial
from tests.trial.tiny import equal, space

pytestmark = pytest.mark.usefixtures("tiny_data")

CONFIG = {
    **{"conv_layers": 1, "filters": 4, "dense_units": 8, "batch_norm": True, "dropout": 0.3, "conv_dropout": 0.2},
    **{"augmentation": "light", "learning_rate": 0.01, "batch_size": 16},
}
"""With all kinds of state that a model can have besides its weights."""

PLAIN = {"batch_norm": False, "dropout": 0.0, "conv_dropout": 0.0, "augmentation": "none", "dense_layers": 0}
"""None of them, which is traced in half the time."""


class Process:
    """One that trains built-in models, and what it traced and built on the way."""

    def __init__(self, dataset: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.kept, self.traced, self.built = KeptTrainings(), 0, 0
        self._context = TrialContext(space(**settings), dataset, checkpoints)
        self._patch = monkeypatch

    def train(self, trial: int, epochs: int, **config: Any) -> tuple[list[Any], TrialResult, tuple[np.ndarray, ...]]:
        trace, build = trainer_module.trace_train_step, build_module.build_model

        def counted_trace(*arguments: Any) -> Any:
            self.traced += 1
            return trace(*arguments)

        def counted_build(*arguments: Any) -> Any:
            self.built += 1
            return build(*arguments)

        request = TrialRequest(trial, {**CONFIG, **config}, seed=trial, last_epoch=epochs)
        with self._patch.context() as patch:
            patch.setattr(trainer_module, "trace_train_step", counted_trace)
            *reports, result = run_trial(self._context, request, counted_build, self.kept)
        assert all(isinstance(report, EpochReport) for report in reports)
        checkpoint = CheckpointFile.of(self._context.checkpoints, trial).load()
        assert checkpoint is not None
        return [(report.epoch, report.metrics) for report in reports], result, checkpoint.arrays


@pytest.fixture
def process(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    count = iter(range(100))
    yield lambda **settings: Process(dataset, tmp_path / str(next(count)), monkeypatch, **settings)


def same(some: Any, others: Any) -> bool:
    return some[:2] == others[:2] and equal(some[2], others[2])


@pytest.mark.parametrize(
    ("optimizer", "kind"), [("adam", {}), *((one, PLAIN) for one in ("adamw", "sgd", "rmsprop", "nadam"))]
)
def test_a_trial_with_a_kept_graph_equals_one_with_its_own_to_the_bit(
    process: Any, optimizer: str, kind: dict[str, Any]
):
    kind = {**kind, "optimizer": optimizer}
    other = {**kind, "learning_rate": 0.003, "batch_size": 7}
    one = process()
    first, shared = one.train(1, 2, **kind), one.train(2, 2, **other)
    assert (one.traced, one.built) == (1, 2)
    assert same(shared, process().train(2, 2, **other))
    assert shared[0] != first[0]


def test_a_promotion_goes_on_with_its_graph_and_builds_nothing_anew(process: Any):
    one, whole = process(), process()
    one.train(1, 1)
    one.train(2, 1, learning_rate=0.5)  # comes between, with the same graph
    assert same(one.train(1, 3), whole.train(1, 3))
    assert (one.traced, one.built) == (1, 2)


def test_a_trial_that_diverged_leaves_nothing_of_it_in_the_graph(process: Any):
    one = process()
    assert one.train(1, 3, learning_rate=1e30, optimizer="sgd")[1].state is TrialState.DIVERGED
    assert same(one.train(2, 2, optimizer="sgd"), process().train(2, 2, optimizer="sgd"))
    assert one.traced == 1


def test_what_is_a_constant_of_the_graph_has_one_of_its_own(process: Any):
    one = process()
    others: list[dict[str, Any]] = [{}, {"dropout": 0.2}, {"filters": 5}, {"weight_decay": 0.1}, {"optimizer": "sgd"}]
    for traced, other in enumerate(others, start=1):
        one.train(traced, 1, **{**PLAIN, **other})
        assert one.traced == traced, other


def test_a_training_that_was_broken_off_is_not_kept(process: Any, monkeypatch: pytest.MonkeyPatch):
    one = process()
    one.train(1, 1, **PLAIN)
    with monkeypatch.context() as patch:
        patch.setattr(trainer_module.Trainer, "run_epoch", lambda *_: 1 / 0)
        assert list(one.kept._kept) != []
        request = TrialRequest(2, {**CONFIG, **PLAIN}, seed=2, last_epoch=1)
        assert list(run_trial(one._context, request, kept=one.kept))[-1].state is TrialState.FAILED
    assert one.kept._kept == {}


def test_only_the_latest_few_are_kept(process: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_module, "MOST", 2)
    one = process()
    for trial, filters in enumerate((1, 2, 3)):
        one.train(trial, 1, **PLAIN, filters=filters)
    assert [dict(key)["filters"] for key in one.kept._kept] == [2, 3]
    one.train(3, 1, **PLAIN, filters=2, learning_rate=0.1)
    assert [dict(key)["filters"] for key in one.kept._kept] == [3, 2]
    monkeypatch.setattr(kept_module, "MOST_BYTES", 1000)
    one.train(4, 1, **PLAIN, filters=4)
    assert one.kept._kept == {}
