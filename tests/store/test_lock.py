from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import threading
import time

import pytest

from sweep.errors import InputError
from sweep.store import RunLock, create_run, is_locked

HOLDER = """
import sys
from pathlib import Path
from sweep.store import RunDirectory, RunLock
with RunLock(RunDirectory(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(run, python):
    """Another process that holds the lock of `run`."""
    command = [*python, HOLDER, run.root]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_run_is_locked_while_it_is_held_and_only_then(run):
    assert not is_locked(run)
    with RunLock(run):
        assert is_locked(run)
        holder = json.loads(run.holder_file.read_text())
        assert (holder["pid"], holder["host"]) == (os.getpid(), socket.gethostname())
    assert not is_locked(run)
    assert not run.holder_file.exists()
    with RunLock(run):
        assert is_locked(run)


def test_an_error_inside_frees_the_lock(run):
    with pytest.raises(RuntimeError), RunLock(run):
        raise RuntimeError
    assert not is_locked(run)


def test_a_second_process_is_told_who_holds_the_lock(run, other):
    assert is_locked(run)
    expected = (
        rf"^run digits-001 is being run by pid {other.pid} on {socket.gethostname()} "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d; wait for it, or stop it$"
    )
    with pytest.raises(InputError, match=expected), RunLock(run):
        pass
    assert is_locked(run)


def test_a_second_lock_in_the_same_process_is_refused_too(run):
    with RunLock(run):
        with pytest.raises(InputError, match=f"is being run by pid {os.getpid()} "), RunLock(run):
            pass
        assert is_locked(run)


def test_a_holder_that_cannot_be_read_is_another_process(run, other):
    run.holder_file.write_text("{}")
    with pytest.raises(InputError, match="run digits-001 is being run by another process; wait"), RunLock(run):
        pass


def test_the_kill_of_the_holder_frees_the_lock(run, other):
    other.kill()
    other.wait()
    assert not is_locked(run)
    with RunLock(run):
        assert json.loads(run.holder_file.read_text())["pid"] == os.getpid()


def test_a_reader_that_looks_just_then_neither_stops_a_runner_nor_misleads_a_reader(run):
    with RunLock(run):
        pass
    descriptor = os.open(run.lock_file, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # what `is_locked` does, held for longer
    assert not is_locked(run)

    def look_away() -> None:
        time.sleep(0.1)
        os.close(descriptor)

    reader = threading.Thread(target=look_away)
    reader.start()
    with RunLock(run):
        assert is_locked(run)
    reader.join()


def test_a_lock_is_seen_where_nothing_can_be_written(open_runs_dir, without_write_permission):
    run = create_run(open_runs_dir, None, "digits")
    with RunLock(run):
        assert without_write_permission(run.root, lambda: str(is_locked(run))) == "True"
    assert without_write_permission(run.root, lambda: str(is_locked(run))) == "False"


def test_a_run_that_cannot_be_locked_is_told_in_one_line(open_runs_dir, without_write_permission):
    run = create_run(open_runs_dir, None, "digits")
    answer = without_write_permission(run.root, lambda: str(RunLock(run).__enter__()))
    assert answer.endswith("run.lock: cannot lock the run: Permission denied; check the permissions")
    assert answer.startswith("SweepFailed: ")
