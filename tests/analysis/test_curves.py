from __future__ import annotations

import math

from sweep.analysis.curves import Point, best_so_far, value_at
from sweep.records import LimitsRaised, Objective, Proposal, TrialResult, TrialState

HIGH, LOW = Objective("val_accuracy", "max"), Objective("val_loss", "min")


def ask(trial: int, first: int = 0, last: int = 2) -> Proposal:
    return Proposal(trial, {"a": trial}, first, last)


def tell(trial: int, epochs: int, value: float | None, state: TrialState = TrialState.COMPLETED) -> TrialResult:
    return TrialResult(trial, state, epochs, epochs, value)


def test_a_curve_has_a_point_for_each_new_best_and_its_end() -> None:
    decisions = [ask(0), tell(0, 2, 0.5), ask(1), tell(1, 2, 0.4), ask(2), tell(2, 1, 0.75), ask(3), tell(3, 2, 0.1)]
    assert best_so_far(decisions, HIGH) == [Point(2, 0.5), Point(5, 0.75), Point(7, 0.75)]
    assert best_so_far(decisions, LOW) == [Point(2, 0.5), Point(4, 0.4), Point(7, 0.1)]


def test_which_worker_was_done_first_changes_nothing() -> None:
    asked = [ask(0), ask(1)]
    one, other = tell(0, 2, 0.5), tell(1, 2, 0.75)
    assert best_so_far([*asked, one, other], HIGH) == best_so_far([*asked, other, one], HIGH)


def test_a_promotion_costs_only_its_new_epochs() -> None:
    decisions = [ask(0, 0, 1), tell(0, 1, 0.5), LimitsRaised(9, None), ask(0, 1, 3), tell(0, 3, 0.75)]
    assert best_so_far(decisions, HIGH) == [Point(1, 0.5), Point(3, 0.75)]


def test_what_is_no_number_costs_epochs_and_is_never_the_best() -> None:
    decisions = [ask(0), tell(0, 2, math.nan, TrialState.DIVERGED), ask(1), tell(1, 2, 0.5), ask(2)]
    assert best_so_far(decisions, HIGH) == [Point(4, 0.5)]
    assert best_so_far(decisions[:2], HIGH) == []


def test_a_curve_is_read_off_at_any_number_of_epochs() -> None:
    points = [Point(2, 0.5), Point(5, 0.75)]
    assert [value_at(points, epochs) for epochs in (1, 2, 4, 5, 100)] == [None, 0.5, 0.5, 0.75, 0.75]
