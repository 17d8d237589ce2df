from __future__ import annotations

import pytest

from sweep.estimates.time_left import MOST_SAMPLES, CostCount, EpochCount, Speed, time_left
from sweep.records import EpochReport, TrialRecord, TrialState
from sweep.store.facts import Costs


def record(number: int, state: TrialState, trained: int, budget: int = 9) -> TrialRecord:
    return TrialRecord(number, state, {}, budget, trained)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_epochs_are_counted_once_however_often_they_are_told() -> None:
    count = EpochCount(20)
    for epoch in (1, 2, 2, 1, 3):
        count.epoch(0, epoch)
    count.trial(record(0, TrialState.COMPLETED, 3, budget=3))
    assert (count.done, count.spared, count.left) == (3, 0, 17)


def test_epochs_that_will_not_be_trained_are_not_left() -> None:
    count = EpochCount(20, [record(0, TrialState.COMPLETED, 4), record(1, TrialState.FAILED, 0, 3)])
    assert (count.done, count.spared, count.left) == (4, 8, 8)


def test_a_promotion_that_was_stopped_early_is_counted_anew() -> None:
    count = EpochCount(20, [record(0, TrialState.COMPLETED, 2, budget=3)])
    count.trial(record(0, TrialState.RUNNING, 2, budget=9))
    assert (count.done, count.spared) == (2, 0)
    count.trial(record(0, TrialState.COMPLETED, 5, budget=9))
    assert (count.done, count.spared) == (5, 4)


def test_more_epochs_than_were_planned_leave_none() -> None:
    assert EpochCount(3, [record(0, TrialState.RUNNING, 5)]).left == 0


def test_a_speed_is_that_of_the_last_half_of_the_time() -> None:
    speed = Speed()
    for done in range(0, 11):  # one a second
        speed.count(done, at=float(done))
    for done in range(11, 31):  # two a second
        speed.count(done, at=10 + (done - 10) / 2)
    assert speed.rate == 2


@pytest.mark.parametrize("counts", [[], [(0, 1)], [(0, 1), (0.1, 90)], [(0, 1), (9, 1)]])
def test_too_early_there_is_none(counts: list[tuple[float, int]]) -> None:
    speed = Speed()
    for at, done in counts:
        speed.count(done, at=at)
    assert speed.rate is None


def test_a_long_search_keeps_few_counts_and_its_speed() -> None:
    speed = Speed()
    for second in range(10_001):
        speed.count(3 * second, at=float(second))
    assert len(speed._samples) <= MOST_SAMPLES
    assert speed.rate == pytest.approx(3)


COSTS = Costs(trainings=4, seconds=8.0, epochs=20, later_epochs=16, later_seconds=3.2)  # 0.2 an epoch, 1 to begin


@pytest.mark.parametrize(
    ("costs", "trials", "epochs", "workers", "left"),
    [
        (COSTS, 3, 10, 1, 5.0),
        (COSTS, 3, 10, 2, 2.5),
        (COSTS, 3, 10, 0, 5.0),
        (COSTS, 0, 10, 1, 2.0),
        (Costs(later_epochs=5, later_seconds=10.0), 2, 9, 1, 18.0),  # the first trials have not ended
        (Costs(trainings=4, seconds=8.0, epochs=4), 5, 5, 1, 10.0),  # all are of one epoch
    ],
)
def test_the_time_left_is_that_of_beginning_and_of_later_epochs(
    costs: Costs, trials: int, epochs: int, workers: int, left: float
) -> None:
    assert time_left(costs, trials, epochs, workers) == pytest.approx(left)


@pytest.mark.parametrize("costs", [Costs(), Costs(4, 8.0, 4), Costs(4, 8.0, 4, 2, 0.4)])
def test_before_there_are_later_epochs_nobody_knows(costs: Costs) -> None:
    assert time_left(costs, 3, 10, 2) is None


def test_costs_are_gathered_from_what_is_heard() -> None:
    clock = Clock()
    count = CostCount(clock)
    count.begin(0, 0)
    count.begin(1, 3)
    for trial, epoch in ((0, 1), (0, 2), (1, 4), (1, 5)):
        count.epoch(EpochReport(trial, epoch, {}, 0.25))
    clock.now += 5
    count.end(0, 2)
    clock.now += 5
    count.end(1, 5)
    count.end(7, 9)  # it began before anybody listened
    assert count.so_far == Costs(trainings=3, seconds=15.0, epochs=4, later_epochs=2, later_seconds=0.5)
