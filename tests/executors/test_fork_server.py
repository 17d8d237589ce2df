from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.errors import SweepFailed
from sweep.executors.fork_server import ForkServer, is_available
from sweep.executors.pool import PoolExecutor
from tests.executors import functions
from tests.executors.test_contract import drain

pytestmark = pytest.mark.skipif(not is_available(), reason="there are no fork servers on this system")


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
        server._server.process.kill()
        server._server.process.wait()
        assert run(executor) == first
        os.kill(first, signal.SIGKILL)
        while executor._started < 2:
            assert executor.collect(10) == []
        assert run(executor) != first


def test_how_a_worker_ended_whose_server_was_killed_cannot_be_told(tmp_path: Path) -> None:
    with ForkServer(functions.preload, {}) as server, PoolExecutor(functions.die, server, [{}], tmp_path) as executor:
        run(executor, "fine")
        server._server.process.kill()
        server._server.process.wait()
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
    assert server._server.process.poll() == -signal.SIGKILL


def test_many_workers_may_be_asked_for_while_the_server_imports(tmp_path: Path) -> None:
    with (
        ForkServer(functions.brief_preload, {}) as server,
        PoolExecutor(functions.count, server, [{}] * 150, tmp_path) as executor,
    ):
        while not all(one.is_ready for one in executor._workers):
            assert executor.collect(20) == []


def test_workers_whose_end_nobody_asks_for_do_not_stop_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with ForkServer(functions.no_growth, {}) as server, PoolExecutor(functions.pid, server, [{}], tmp_path) as executor:
        assert len({run(executor) for _ in range(150)}) == 150
        gc.collect()
        assert len(os.listdir("/proc/self/fd")) < before + 15
        assert len(os.listdir(f"/proc/{server._server.process.pid}/fd")) < 20


def test_a_log_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with (
        ForkServer(functions.preload, {}) as server,
        PoolExecutor(functions.pid, server, [], tmp_path / "a") as executor,
    ):
        (tmp_path / "a").write_text("no folder")
        with pytest.raises(OSError):
            executor._start({})


def test_a_server_that_dies_while_it_imports_is_one_failure_however_many_wait_for_it(tmp_path: Path) -> None:
    with (
        ForkServer(functions.brief_preload, {}) as server,
        PoolExecutor(functions.count, server, [{}] * 5, tmp_path) as executor,
    ):
        server._server.process.kill()
        while not all(one.is_ready for one in executor._workers):
            executor.collect(20)
        assert run(executor, 2) == "2:1"
        assert executor._started == 10


def test_a_hung_worker_is_killed_after_its_server_is_gone_and_another_one_runs(tmp_path: Path) -> None:
    with (
        ForkServer(functions.slow_descriptors, {}) as server,
        PoolExecutor(functions.hang, server, [{}], tmp_path) as executor,
    ):
        executor.submit("x")
        found: list[tuple[object, int]] = []
        while not found:
            found = executor.collect(10)
        server._server.process.kill()
        server._server.process.wait()
        with PoolExecutor(functions.pid, server, [{}], tmp_path) as other:
            run(other)
        executor.cancel("x")
        _wait_for(lambda: not _runs(found[0][1]))


def test_a_worker_leaves_none_of_its_own_children_and_does_what_it_registered_for_its_exit(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with ForkServer(functions.preload, {}) as server:
        with PoolExecutor(functions.with_a_child, server, [{}], tmp_path) as executor:
            child = run(executor, str(mark))
        _wait_for(lambda: not _runs(child))
    assert mark.exists()


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
print(server._server.process.pid, pid, flush=True)
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
