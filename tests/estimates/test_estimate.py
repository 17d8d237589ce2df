from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.estimates.estimate import (
    CROWDING,
    FIXED_BYTES,
    LEAST_DOUBT,
    MOST_DOUBT,
    START_SECONDS,
    Estimate,
    estimate_sweep,
)
from sweep.search.plan import Plan, Training
from sweep.trial.timing import Timing

PLAN = Plan("random", 20, 200, True, (Training(None, None, 20, 0, 10),), None, (), 3)
ALIKE = [Timing(2.0, 1.0)] * 3


def estimate(plan: Plan = PLAN, timings: list[Timing] = ALIKE, workers: int = 1, graphs: int = 20) -> Estimate:
    found = estimate_sweep(plan, timings, workers, graphs, [1000, 3000], 1.25)
    assert found is not None
    return found


def test_the_search_is_its_epochs_and_the_beginning_of_its_trainings() -> None:
    search = estimate().search
    assert search.low == pytest.approx(START_SECONDS[0] + 200 * (1 - LEAST_DOUBT) + 20 * 2)
    assert search.high == pytest.approx(START_SECONDS[1] + 200 * (1 + LEAST_DOUBT) + 20 * 2)


def test_workers_share_it_and_are_in_each_others_way() -> None:
    search = estimate(workers=4).search
    assert search.low == pytest.approx(START_SECONDS[0] + 50 * (1 - LEAST_DOUBT) + 5 * 2)
    assert search.high == pytest.approx(START_SECONDS[1] + 50 * (1 + LEAST_DOUBT) * CROWDING + 5 * 2)
    assert estimate(workers=0) == replace(estimate(workers=1), workers=0)


def test_no_number_of_workers_makes_it_shorter_than_its_longest_training() -> None:
    assert estimate(workers=1000).search.low == pytest.approx(START_SECONDS[0] + 10 * (1 - LEAST_DOUBT) + 2)


def test_graphs_that_are_kept_are_traced_once() -> None:
    assert estimate(graphs=1).search.low == pytest.approx(estimate().search.low - 19 * 2)
    assert estimate(graphs=1).search.high == estimate().search.high


def test_the_more_the_configurations_differ_the_wider_is_the_range() -> None:
    def width(*epochs: float) -> float:
        search = estimate(timings=[Timing(0.0, epoch) for epoch in epochs]).search
        return (search.high - search.low - START_SECONDS[1] + START_SECONDS[0]) / 400

    assert width(1.0, 1.0, 1.0) == pytest.approx(LEAST_DOUBT)
    assert LEAST_DOUBT < width(0.7, 1.0, 1.3) < MOST_DOUBT
    assert width(0.1, 0.1, 2.8) == pytest.approx(MOST_DOUBT)
    assert width(1.0) == pytest.approx(MOST_DOUBT)  # of one nobody knows how others differ


def test_what_it_takes_on_disk() -> None:
    found = estimate(workers=2)
    assert found.checkpoint_bytes == (3 + 2 * 2) * 3000
    assert found.lasting_bytes.low > FIXED_BYTES
    assert found.lasting_bytes.high == found.lasting_bytes.low + 3000 - 1000  # by who wins


def test_where_nothing_could_be_timed_nothing_is_said() -> None:
    assert estimate_sweep(PLAN, [], 2, 20, [], 1.0) is None


def test_no_search_goes_on_long_after_its_time_is_up() -> None:
    found = estimate_sweep(PLAN, ALIKE, 1, 20, [1000], 1.25, max_time=60.0)
    assert found is not None
    assert found.search.low == 60.0
    assert found.search.high == pytest.approx(60 + 10 * (1 + LEAST_DOUBT) + 2)  # what is begun then comes to its end
    shorter = estimate_sweep(PLAN, ALIKE, 1, 20, [1000], 1.25, max_time=1e6)
    assert shorter is not None and shorter.search == estimate().search


def test_what_each_epoch_had_right_takes_room() -> None:
    found = estimate_sweep(PLAN, ALIKE, 1, 20, [1000, 3000], 1.25, validation=1600)
    assert found is not None
    assert found.lasting_bytes.low == estimate().lasting_bytes.low + 200 * 1600 // 16
