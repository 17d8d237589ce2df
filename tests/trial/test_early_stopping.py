from __future__ import annotations

import math

import pytest

from sweep.records import Objective
from sweep.trial.early_stopping import should_stop

HIGHER, LOWER = Objective("val_accuracy", "max"), Objective("val_loss", "min")


@pytest.mark.parametrize(
    ("history", "goal", "patience", "min_delta", "stops"),
    [
        ([], HIGHER, 1, 0.0, False),
        ([0.5], HIGHER, 1, 0.0, False),
        ([0.5, 0.6, 0.7], HIGHER, 1, 0.0, False),
        ([0.5, 0.5], HIGHER, 1, 0.0, True),
        ([0.5, 0.4, 0.45], HIGHER, 2, 0.0, True),
        ([0.5, 0.4, 0.6], HIGHER, 2, 0.0, False),
        ([0.5, 0.4], LOWER, 1, 0.0, False),
        ([0.5, 0.6, 0.7], LOWER, 2, 0.0, True),
        ([0.5, 0.505, 0.509], HIGHER, 2, 0.01, True),
        ([0.5, 0.505, 0.511], HIGHER, 2, 0.01, False),
        ([0.5, 0.495, 0.491], LOWER, 2, 0.01, True),
        ([0.5, 0.495, 0.489], LOWER, 2, 0.01, False),
        ([None, math.nan], HIGHER, 2, 0.0, True),
        ([0.5, math.inf, None], HIGHER, 2, 0.0, True),
        ([0.5, None, 0.6], HIGHER, 2, 0.0, False),
    ],
)
def test_a_trial_stops_after_patience_epochs_without_improvement(
    history: list[float | None], goal: Objective, patience: int, min_delta: float, stops: bool
):
    assert should_stop(history, goal, patience, min_delta) is stops


def test_a_history_that_was_to_be_stopped_stays_so():
    assert should_stop([0.5, 0.4, 0.4, 0.9], HIGHER, 2)
