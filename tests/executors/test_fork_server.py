from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.errors import SweepFailed
from sweep.executors.fork_server import AVAILABLE, ForkServer
from sweep.executors.pool import PoolExecutor
from tests.executors import functions
from tests.executors.test_contract import drain

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="there are no fork servers on this system")


def run(executor: PoolExecutor, request: object = 1) -> object:
    executor.submit(request)
    return drain(executor)[-1][1]


def test_what_is_preloaded_is_so_once_for_all_workers_of_all_pools(tmp_path: Path) -> None:
    with ForkServer(functions.preload, {}) as server:
        found = []
        for _ in range(2):
            with PoolExecutor(functions.preloaded, server, [{}, {}], tmp_path) as executor:
                found += [run(executor), run(executor)]
    assert len({tuple(pids) for pids in found}) == 1
    assert found[0] not in ([], [os.getpid()])


def test_a_worker_has_the_variables_of_the_server_and_its_own(tmp_path: Path) -> None:
    with ForkServer(functions.preload, {"SWEEP_A": "server", "SWEEP_B": "server"}) as server:
        for name, value in (("SWEEP_A", "server"), ("SWEEP_B", "worker")):
            with PoolExecutor(functions.environment, server, [{"SWEEP_B": "worker"}], tmp_path) as executor:
                assert run(executor, name) == value


def test_a_server_that_was_killed_is_started_anew_and_costs_no_running_worker(tmp_path: Path) -> None:
    with ForkServer(functions.preload, {}) as server, PoolExecutor(functions.pid, server, [{}], tmp_path) as executor:
        first = run(executor)
        server._process.kill()
        server._process.wait()
        assert run(executor) == first
        os.kill(first, signal.SIGKILL)
        while executor._started < 2:
            assert executor.collect(10) == []
        assert run(executor) != first


def test_how_a_worker_ended_whose_server_was_killed_cannot_be_told(tmp_path: Path) -> None:
    with ForkServer(functions.preload, {}) as server, PoolExecutor(functions.die, server, [{}], tmp_path) as executor:
        run(executor, "fine")
        server._process.kill()
        server._process.wait()
        assert "its fork server was killed by SIGKILL" in run(executor, "kill").reason


def test_a_preload_that_fails_ends_the_pool_with_the_reason(tmp_path: Path) -> None:
    with (
        ForkServer(functions.failing_preload, {}) as server,
        PoolExecutor(functions.count, server, [{}], tmp_path) as executor,
        pytest.raises(SweepFailed, match=r"no worker can be started: .*No module named 'tensorflow'"),
    ):
        for _ in range(10):
            executor.collect(10)


def test_closing_does_not_wait_for_a_slow_preload(tmp_path: Path) -> None:
    began = time.monotonic()
    with ForkServer(functions.slow_preload, {}) as server, PoolExecutor(functions.count, server, [{}], tmp_path):
        pass
    assert time.monotonic() - began < 10
    assert server._process.poll() == -signal.SIGKILL


ORPHANS = """
import os, signal, sys
from pathlib import Path
from sweep.executors.fork_server import ForkServer
from sweep.executors.pool import PoolExecutor
from tests.executors import functions
server = ForkServer(functions.preload, {})
executor = PoolExecutor(functions.pid, server, [{}], Path(sys.argv[1]))
executor.submit(1)
found = []
while not found:
    found = executor.collect(10)
pid = found[0][1]
print(server._process.pid, pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_server_and_workers_end_when_the_orchestrator_is_killed(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANS, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    pids = [int(pid) for pid in done.stdout.split()]
    assert (len(pids), done.returncode) == (2, -signal.SIGKILL)
    _wait_for(lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    """Not so one that has ended and that nobody has asked for its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
