"""Runs requests in processes of this machine, each started anew with its own log; one that dies is replaced."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from sweep.errors import SweepError, SweepFailed
from sweep.executors.base import Function, WorkerLost
from sweep.executors.worker import END, READY, STOP

CLOSE_SECONDS = 5.0
LOG_LINES = 20
FAILED_STARTS = 3
"""So many workers in a row that die before they are ready mean that none ever will be."""


class _Worker:
    """One process and its pipe. A fresh interpreter, not a fork: TensorFlow's threads do not survive one. Started by
    name, not through `multiprocessing`, which would run the caller's main script again."""

    def __init__(self, function: Function, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.request: Any = None
        self.is_ready = False
        self.connection, theirs = Pipe()
        with theirs, log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sweep.executors.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={
                    **os.environ,
                    **environment,
                    "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path])),
                },
            )
        with contextlib.suppress(OSError):  # it died at once; `collect` will say so
            self.connection.send(function)

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Once its pipe is closed, an idle process ends by itself."""
        try:
            self.process.wait(CLOSE_SECONDS if self.request is None else 0.1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def epitaph(self) -> WorkerLost:
        """How the process died, with the last line it wrote, and the last lines besides."""
        code = self.process.wait()
        cause = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
        lines = self.log.read_text(errors="replace").strip().splitlines()
        reason = f"its worker {cause} (log: {self.log}){': ' + lines[-1][:200] if lines else ''}"
        return WorkerLost(reason, "\n".join(line[:1000] for line in lines[-LOG_LINES:]) or None)


class PoolExecutor:
    """As many processes as `workers`, started at once: their imports run beside whatever the caller does next."""

    def __init__(self, function: Function, workers: int, environment: Mapping[str, str], logs: Path) -> None:
        self._function, self._environment, self._logs = function, environment, logs
        self._workers: list[_Worker] = []
        self._started = self._failed_starts = 0
        self._fault: SweepError | None = None
        try:
            for _ in range(workers):
                self._workers.append(self._start())
        except BaseException:
            self.close()
            raise

    def _start(self) -> _Worker:
        self._started += 1
        self._logs.mkdir(parents=True, exist_ok=True)
        return _Worker(self._function, self._environment, self._logs / f"worker-{os.getpid()}-{self._started:03}.log")

    @property
    def free(self) -> int:
        return len(self._workers) - self.busy

    @property
    def busy(self) -> int:
        return sum(worker.request is not None for worker in self._workers)

    def submit(self, request: Any) -> None:
        worker = next(worker for worker in self._workers if worker.request is None)
        worker.request = request
        with contextlib.suppress(OSError):  # it died while idle; `collect` will say so
            worker.connection.send(request)

    def collect(self, timeout: float) -> list[tuple[Any, Any]]:
        if self._fault is not None:
            raise self._fault
        by_connection = {worker.connection: worker for worker in self._workers}
        found: list[tuple[Any, Any]] = []
        for connection in wait(list(by_connection), timeout):
            assert isinstance(connection, Connection)
            worker = by_connection[connection]
            request = worker.request
            try:
                event = connection.recv()
            except (EOFError, OSError):
                found += self._replace(worker)
                continue
            if event == READY:
                worker.is_ready, self._failed_starts = True, 0
            elif event == END:
                worker.request = None
            elif isinstance(event, SweepError):
                self._fault = event  # raised next time: what others have found by now is not lost
            else:
                found.append((request, event))
        return found

    def cancel(self, request: Any) -> None:
        worker = next(worker for worker in self._workers if worker.request is request)
        worker.kill()
        self._workers[self._workers.index(worker)] = self._start()

    def _replace(self, worker: _Worker) -> list[tuple[Any, Any]]:
        lost = worker.epitaph()
        worker.connection.close()
        self._failed_starts += not worker.is_ready
        if self._failed_starts >= FAILED_STARTS:
            raise SweepFailed(f"no worker can be started: {lost.reason}")
        self._workers[self._workers.index(worker)] = self._start()
        return [] if worker.request is None else [(worker.request, lost)]

    def stop(self) -> None:
        for worker in self._workers:
            if worker.request is not None:
                with contextlib.suppress(OSError):  # it died; `collect` will say so
                    worker.connection.send(STOP)

    def close(self) -> None:
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.end()
        self._workers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
