"""What every executor promises, run over each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import SweepFailed
from sweep.executors.base import Executor
from sweep.executors.inline import InlineExecutor
from sweep.executors.pool import PoolExecutor
from tests.executors import functions
from tests.executors.launchers import make_launcher

Make = Callable[[Any], Executor]


@pytest.fixture(params=["inline", "interpreters of 1", "interpreters of 3", "forks of 1", "forks of 3"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    kind, _, workers = request.param.partition(" of ")
    with make_launcher(kind if workers else "interpreters") as launcher:

        def build(function: Any) -> Executor:
            if not workers:
                return InlineExecutor(function)
            return PoolExecutor(function, launcher, [{}] * int(workers), tmp_path / "logs")

        yield build


def drain(executor: Executor) -> list[tuple[Any, Any]]:
    found = []
    while executor.busy:
        found += executor.collect(10)
    return found


def test_gives_every_event_of_a_request_in_order(make: Make) -> None:
    with make(functions.count) as executor:
        executor.submit(4)
        assert drain(executor) == [(4, "4:0"), (4, "4:1"), (4, "4:2"), (4, "4:3")]


def test_counts_what_is_free_and_busy(make: Make) -> None:
    with make(functions.count) as executor:
        capacity = executor.free
        assert (capacity >= 1, executor.busy) == (True, 0)
        executor.submit(2)
        assert (executor.free, executor.busy) == (capacity - 1, 1)
        drain(executor)
        assert (executor.free, executor.busy) == (capacity, 0)


def test_takes_one_request_after_another(make: Make) -> None:
    with make(functions.count) as executor:
        found = []
        for request in (1, 2, 0, 3):
            executor.submit(request)
            found += [event for _, event in drain(executor)]
    assert found == ["1:0", "2:0", "2:1", "3:0", "3:1", "3:2"]


def test_stop_closes_a_running_request_at_its_next_event(make: Make, tmp_path: Path) -> None:
    mark = tmp_path / "closed"
    with make(functions.endless) as executor:
        executor.submit(str(mark))
        while not executor.collect(20):
            pass
        executor.stop()
        drain(executor)
        assert executor.busy == 0
        assert int(mark.read_text()) >= 1


def test_a_stop_that_comes_too_late_does_not_end_the_next_request(make: Make) -> None:
    with make(functions.count) as executor:
        executor.submit(1)
        drain(executor)
        executor.stop()
        executor.submit(3)
        assert len(drain(executor)) == 3


def test_collect_without_a_request_gives_nothing(make: Make) -> None:
    with make(functions.count) as executor:
        assert executor.collect(0) == []


def test_a_cancelled_request_gives_no_more_events_and_frees_its_place(make: Make, tmp_path: Path) -> None:
    request = str(tmp_path / "mark")
    with make(functions.endless) as executor:
        capacity = executor.free
        executor.submit(request)
        while not executor.collect(20):
            pass
        executor.cancel(request)
        assert (executor.free, executor.busy) == (capacity, 0)
        assert executor.collect(0.2) == []


def test_an_error_that_is_no_fault_of_the_request_is_raised(make: Make) -> None:
    with make(functions.full_disk) as executor:
        executor.submit(1)
        with pytest.raises(SweepFailed, match="No space left on device"):
            drain(executor)
