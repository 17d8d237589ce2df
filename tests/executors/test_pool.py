from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from sweep.errors import SweepFailed
from sweep.executors.base import WorkerLost
from sweep.executors.pool import PoolExecutor
from tests.executors import functions
from tests.executors.test_contract import drain


@pytest.mark.parametrize(
    ("request_", "says"),
    [("exit", "exited with code 7"), ("kill", "was killed by SIGKILL"), ("raise", "exited with code 1")],
)
def test_a_worker_that_dies_is_reported_and_replaced(tmp_path: Path, request_: str, says: str) -> None:
    with PoolExecutor(functions.die, 1, {}, tmp_path) as executor:
        executor.submit(request_)
        (first, before), (second, lost) = drain(executor)
        assert (first, before, second) == (request_, f"before {request_}", request_)
        assert isinstance(lost, WorkerLost)
        assert says in lost.reason
        executor.submit("fine")
        assert [event for _, event in drain(executor)] == ["before fine", "after fine"]


def test_the_reason_ends_with_the_last_line_of_the_log(tmp_path: Path) -> None:
    with PoolExecutor(functions.die, 1, {}, tmp_path) as executor:
        executor.submit("raise")
        lost = drain(executor)[-1][1]
    assert lost.reason.endswith("ZeroDivisionError: of all things")


def test_workers_are_processes_of_their_own_and_run_side_by_side(tmp_path: Path) -> None:
    with PoolExecutor(functions.pid, 2, {}, tmp_path) as executor:
        executor.submit("a")
        executor.submit("b")
        pids = {event for _, event in drain(executor)}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_gives_workers_their_environment(tmp_path: Path) -> None:
    with PoolExecutor(functions.environment, 1, {"OMP_NUM_THREADS": "5"}, tmp_path) as executor:
        executor.submit("OMP_NUM_THREADS")
        assert drain(executor) == [("OMP_NUM_THREADS", "5")]


def test_close_leaves_no_process_even_while_one_is_working(tmp_path: Path) -> None:
    with PoolExecutor(functions.endless, 1, {}, tmp_path / "logs") as executor:
        executor.submit(str(tmp_path / "mark"))
        while not executor.collect(20):
            pass
        process = executor._workers[0].process
    assert process.poll() is not None


def test_a_worker_killed_while_idle_is_replaced_in_silence(tmp_path: Path) -> None:
    with PoolExecutor(functions.count, 1, {}, tmp_path) as executor:
        executor.submit(1)
        drain(executor)
        executor._workers[0].process.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 20
        while executor._started < 2 and time.monotonic() < deadline:
            assert executor.collect(0.1) == []
        executor.submit(1)
        assert [event for _, event in drain(executor)] == ["1:0"]


class Unloadable:
    """A function that a worker cannot unpickle, as one of a module that it cannot import."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


def test_workers_that_cannot_start_end_the_pool_with_the_reason(tmp_path: Path) -> None:
    with (
        PoolExecutor(Unloadable(), 1, {}, tmp_path) as executor,  # type: ignore[arg-type]
        pytest.raises(SweepFailed, match=r"no worker can be started: .* invalid literal for int"),
    ):
        for _ in range(10):
            executor.collect(10)
