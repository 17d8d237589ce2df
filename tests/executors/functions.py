"""What workers run in these tests: importable by name, so that a process of its own finds it."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from sweep.errors import SweepFailed
from sweep.executors import worker


def count(request: int) -> Iterator[str]:
    """`request` events."""
    for index in range(request):
        yield f"{request}:{index}"


def die(request: str) -> Iterator[str]:
    """One event, then as `request` says: exit, raise or kill; anything else is given back."""
    yield f"before {request}"
    if request == "exit":
        os._exit(7)
    elif request == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif request == "raise":
        raise ZeroDivisionError("of all things")
    yield f"after {request}"


def zero_division(request: object) -> Iterator[int]:
    """No event at all."""
    yield 1 // 0


def endless(request: str) -> Iterator[int]:
    """Events without end; writes to the file `request` when it is closed."""
    number = 1
    try:
        while True:
            yield number
            number += 1
            time.sleep(0.01)
    finally:
        Path(request).write_text(str(number))


def environment(request: str) -> Iterator[str | None]:
    """The value of one environment variable."""
    yield os.environ.get(request)


def pid(request: object) -> Iterator[int]:
    """The process that it ran in."""
    yield os.getpid()
    time.sleep(0.05)


def full_disk(request: object) -> Iterator[str]:
    """One event, then an error that is no fault of the request."""
    yield "before"
    raise SweepFailed("checkpoints/trial-0000.ckpt: No space left on device")


_preloaded: list[int] = []


def preload() -> None:
    """Leaves the process it was called in where `preloaded` finds it."""
    _preloaded.append(os.getpid())


def slow_preload() -> None:
    time.sleep(60)


def brief_preload() -> None:
    time.sleep(2)


def slow_descriptors() -> None:
    """The server knows a worker's descriptor only when the worker has long been running."""
    opened = os.pidfd_open

    def open_late(pid: int) -> int:
        if pid != os.getpid():
            time.sleep(2)
        return opened(pid)

    os.pidfd_open = open_late


def no_growth() -> None:
    """Every worker retires after its first request."""
    worker.GROWN_BYTES = -1


def hang(request: object) -> Iterator[int]:
    """The process that it ran in, which then does nothing for a long time."""
    yield os.getpid()
    time.sleep(600)


def with_a_child(request: str) -> Iterator[int]:
    """A child process that lives as long as this one, which writes the file `request` when it ends."""
    atexit.register(Path(request).touch)
    child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,), daemon=True)
    child.start()
    assert child.pid is not None
    yield child.pid


def failing_preload() -> None:
    raise ModuleNotFoundError("No module named 'tensorflow'")


def preloaded(request: object) -> Iterator[list[int]]:
    """The processes in which `preload` was called: this one, or those that it was forked from."""
    yield _preloaded


_hoard: list[bytes] = []


def hoard(request: int) -> Iterator[int]:
    """The process that it ran in, which keeps so many bytes for ever."""
    _hoard.append(os.urandom(1) * request)
    yield os.getpid()
