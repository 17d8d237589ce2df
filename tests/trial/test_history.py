from __future__ import annotations

import math

import pytest

from sweep.errors import SweepFailed
from sweep.records import EpochReport, TrialResult, TrialState
from sweep.trial.history import end_state, trial_result
from tests.trial.tiny import space


def reports(*values: float | None, loss: float = 1.0, val_loss: float = 1.0) -> list[EpochReport]:
    return [
        EpochReport(4, epoch, {"loss": loss, "val_loss": val_loss, "val_accuracy": value}, 0.1)
        for epoch, value in enumerate(values, start=1)
    ]


def test_a_trial_goes_on_until_its_last_epoch():
    assert end_state(space(), [], 2) is None
    assert end_state(space(), reports(0.5), 2) is None
    assert end_state(space(), reports(0.5, 0.6), 2) is TrialState.COMPLETED


@pytest.mark.parametrize(
    "values", [{"loss": math.nan}, {"loss": math.inf}, {"val_loss": math.nan}, {"val_loss": -math.inf}]
)
def test_a_loss_that_is_not_finite_is_divergence_even_at_the_last_epoch(values: dict[str, float]):
    assert end_state(space(), reports(0.5, **values), 9) is TrialState.DIVERGED
    assert end_state(space(), reports(0.5, **values), 1) is TrialState.DIVERGED


def test_patience_ends_a_trial_only_where_the_space_asks_for_it():
    flat = reports(0.5, 0.5, 0.5)
    assert end_state(space(early_stopping={"patience": 2}), flat, 9) is TrialState.COMPLETED
    assert end_state(space(early_stopping={"patience": 2, "min_delta": 0.1}), reports(0.5, 0.55, 0.59), 9) is not None
    assert end_state(space(), flat, 9) is None


def test_the_result_names_the_first_of_the_best_epochs():
    result = trial_result(space(), 4, TrialState.COMPLETED, reports(0.5, 0.8, None, 0.8, 0.7), parameter_count=12)
    assert result == TrialResult(4, TrialState.COMPLETED, 5, best_epoch=2, objective=0.8, parameter_count=12)


def test_without_a_finite_objective_there_is_no_best_epoch():
    result = trial_result(space(), 4, TrialState.DIVERGED, reports(None, math.nan))
    assert (result.best_epoch, result.objective, result.epochs_trained) == (None, None, 2)


@pytest.mark.parametrize(
    ("metric", "values", "error"),
    [
        ("val_accuracy", [None, None], "val_accuracy could not be computed in 2 epochs"),
        ("val_accuracy", [None, math.inf], "val_accuracy was never a finite number in 2 epochs"),
        ("val_accuracy", [math.nan], "val_accuracy was never a finite number in 1 epoch"),
        (
            "val_auc",
            [None],
            "val_auc could not be computed in 1 epoch; it needs validation images of two classes or more",
        ),
    ],
)
def test_a_trial_that_never_had_an_objective_has_failed(metric: str, values: list[float | None], error: str):
    seen = [
        EpochReport(4, epoch, {"loss": 1.0, "val_loss": 1.0, metric: value}, 0.1)
        for epoch, value in enumerate(values, start=1)
    ]
    result = trial_result(space(objective=metric), 4, TrialState.COMPLETED, seen)
    assert (result.state, result.objective, result.best_epoch) == (TrialState.FAILED, None, None)
    assert (result.epochs_trained, result.error) == (len(values), error)


def test_an_objective_in_one_epoch_of_several_is_enough():
    result = trial_result(space(), 4, TrialState.COMPLETED, reports(None, 0.5, math.nan))
    assert (result.state, result.objective, result.best_epoch, result.error) == (TrialState.COMPLETED, 0.5, 2, None)


def test_an_objective_that_is_not_reported_ends_the_sweep():
    with pytest.raises(SweepFailed, match="'val_f2'; choose one of: loss, val_loss, val_accuracy"):
        end_state(space(objective="val_f2"), reports(0.5), 9)
