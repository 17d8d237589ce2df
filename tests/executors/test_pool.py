from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import SweepFailed
from sweep.executors.base import WorkerLost
from sweep.executors.pool import PoolExecutor
from sweep.executors.worker import GROWN_BYTES
from tests.executors import functions
from tests.executors.launchers import make_launcher
from tests.executors.test_contract import drain

Pool = Callable[..., PoolExecutor]


@pytest.fixture(params=["interpreters", "forks"])
def pool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pool]:
    with make_launcher(request.param) as launcher:

        def make(
            function: Any, workers: int = 1, kind: Callable[[Any], Hashable] = lambda request: None, **environment: str
        ) -> PoolExecutor:
            return PoolExecutor(function, launcher, [environment] * workers, tmp_path / "logs", kind)

        yield make


@pytest.mark.parametrize(
    ("request_", "says"),
    [("exit", "exited with code 7"), ("kill", "was killed by SIGKILL"), ("raise", "exited with code 1")],
)
def test_a_worker_that_dies_is_reported_and_replaced(pool: Pool, request_: str, says: str) -> None:
    with pool(functions.die) as executor:
        executor.submit(request_)
        (first, before), (second, lost) = drain(executor)
        assert (first, before, second) == (request_, f"before {request_}", request_)
        assert isinstance(lost, WorkerLost)
        assert says in lost.reason
        executor.submit("fine")
        assert [event for _, event in drain(executor)] == ["before fine", "after fine"]


def test_the_reason_ends_with_the_last_line_of_the_log(pool: Pool) -> None:
    with pool(functions.die) as executor:
        executor.submit("raise")
        lost = drain(executor)[-1][1]
    assert lost.reason.endswith("ZeroDivisionError: of all things")


def test_workers_are_processes_of_their_own_and_run_side_by_side(pool: Pool) -> None:
    with pool(functions.pid, workers=2) as executor:
        executor.submit("a")
        executor.submit("b")
        pids = {event for _, event in drain(executor)}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_gives_workers_their_environment(pool: Pool) -> None:
    with pool(functions.environment, OMP_NUM_THREADS="5") as executor:
        executor.submit("OMP_NUM_THREADS")
        assert drain(executor) == [("OMP_NUM_THREADS", "5")]


def test_close_leaves_no_process_even_while_one_is_working(pool: Pool, tmp_path: Path) -> None:
    with pool(functions.endless) as executor:
        executor.submit(str(tmp_path / "mark"))
        while not executor.collect(20):
            pass
        process = executor._workers[0].process
    assert process.wait(0) == "was killed by SIGKILL"


def test_close_lets_an_idle_worker_end_by_itself(pool: Pool) -> None:
    with pool(functions.count) as executor:
        executor.submit(1)
        drain(executor)
        process = executor._workers[0].process
    assert process.wait(0) == "exited with code 0"


def test_a_worker_killed_while_idle_is_replaced_in_silence(pool: Pool) -> None:
    with pool(functions.count) as executor:
        executor.submit(1)
        drain(executor)
        executor._workers[0].process.kill()
        deadline = time.monotonic() + 20
        while executor._started < 2 and time.monotonic() < deadline:
            assert executor.collect(0.1) == []
        executor.submit(1)
        assert [event for _, event in drain(executor)] == ["1:0"]


def test_a_worker_that_has_grown_is_replaced_once_its_request_is_done(pool: Pool) -> None:
    with pool(functions.hoard) as executor:
        pids = []
        for size in (1000, 1000, GROWN_BYTES + 2**26, 1000):
            executor.submit(size)
            pids += [event for _, event in drain(executor)]
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert executor._started == 2


def test_a_request_goes_to_the_free_worker_that_had_its_kind_and_another_to_the_one_that_had_least(pool: Pool) -> None:
    with pool(functions.pid, workers=2, kind=str.upper) as executor:

        def run(request: str) -> int:
            executor.submit(request)
            return drain(executor)[0][1]

        first, second = run("a"), run("b")
        assert first != second
        assert [run("A"), run("B"), run("b"), run("a")] == [first, second, second, first]
        executor.submit("a")
        executor.submit("A")  # its worker is not free
        assert {event for _, event in drain(executor)} == {first, second}


class Unloadable:
    """A function that a worker cannot unpickle, as one of a module that it cannot import."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


def test_workers_that_cannot_start_end_the_pool_with_the_reason(pool: Pool) -> None:
    with (
        pool(Unloadable()) as executor,
        pytest.raises(SweepFailed, match=r"no worker can be started: .* invalid literal for int"),
    ):
        for _ in range(10):
            executor.collect(10)
