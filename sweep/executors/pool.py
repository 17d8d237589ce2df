"""Runs requests in processes of this machine, each with its own log; one that dies or has grown large is replaced."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from sweep.errors import SweepError, SweepFailed
from sweep.executors.base import Function, WorkerLost
from sweep.executors.launch import Launcher
from sweep.executors.worker import END, READY, RETIRE, STOP

CLOSE_SECONDS = 5.0
LOG_LINES = 20
FAILED_STARTS = 3
"""So many failures in a row, each of a worker that dies before it is ready or of what starts them all, mean that none
ever will be."""

REMEMBERED = 8
"""Of so many kinds of requests, the latest, a worker is taken to have kept something that speeds up another."""


class _Worker:
    """One process and its pipe."""

    def __init__(self, function: Function, launcher: Launcher, environment: Mapping[str, str], log: Path) -> None:
        self.log, self.environment = log, environment
        self.request: Any = None
        self.is_ready = False
        self.kinds: list[Hashable] = []
        self.connection, theirs = Pipe()
        with theirs:
            self.process = launcher.launch(theirs, environment, log)
        with contextlib.suppress(OSError):  # it died at once; `collect` will say so
            self.connection.send(function)

    def take(self, request: Any, kind: Hashable) -> None:
        self.request = request
        self.kinds = [kind, *(known for known in self.kinds if known != kind)][:REMEMBERED]
        with contextlib.suppress(OSError):  # it died while idle; `collect` will say so
            self.connection.send(request)

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        if self.is_ready:  # otherwise it may not have begun, and ends when it does
            self.process.wait()

    def end(self) -> None:
        """Once its pipe is closed, an idle process ends by itself."""
        is_idle = self.is_ready and self.request is None
        if not is_idle or self.process.wait(CLOSE_SECONDS) is None:
            self.kill()

    def epitaph(self) -> WorkerLost:
        """How the process died, with the last line it wrote, and the last lines besides."""
        how = self.process.wait()
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        reason = f"its worker {how} (log: {self.log}){': ' + lines[-1][:200] if lines else ''}"
        return WorkerLost(reason, "\n".join(line[:1000] for line in lines[-LOG_LINES:]) or None)


class PoolExecutor:
    """A process for each of the `environments` (variables besides this process's own), started at once: their imports
    run beside whatever the caller does next.

    A request goes to the free worker that has had one of its `kind` lately, where there is one: it may have kept what
    that needs. Otherwise to the one that has had the fewest kinds. The logs are called by the pool's `name`.
    """

    def __init__(
        self,
        function: Function,
        launcher: Launcher,
        environments: Sequence[Mapping[str, str]],
        logs: Path,
        kind: Callable[[Any], Hashable] = lambda request: None,
        name: str = "worker",
    ) -> None:
        self._function, self._launcher, self._logs, self._kind, self._name = function, launcher, logs, kind, name
        self._workers: list[_Worker] = []
        self._started = 0
        self._culprits: list[object] = []  # of starts that have failed since one succeeded
        self._fault: SweepError | None = None
        try:
            for environment in environments:
                self._workers.append(self._start(environment))
        except BaseException:
            self.close()
            raise

    def _start(self, environment: Mapping[str, str]) -> _Worker:
        self._started += 1
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{self._name}-{os.getpid()}-{self._started:03}.log"
        return _Worker(self._function, self._launcher, environment, log)

    @property
    def free(self) -> int:
        return len(self._workers) - self.busy

    @property
    def busy(self) -> int:
        return sum(worker.request is not None for worker in self._workers)

    def submit(self, request: Any) -> None:
        kind = self._kind(request)
        free = [worker for worker in self._workers if worker.request is None]
        min(free, key=lambda worker: (kind not in worker.kinds, len(worker.kinds))).take(request, kind)

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
                worker.is_ready, self._culprits = True, []
            elif event == END:
                worker.request = None
            elif event == RETIRE:
                worker.request = None
                worker.connection.close()
                self._renew(worker)
            elif isinstance(event, SweepError):
                self._fault = event  # raised next time: what others have found by now is not lost
            else:
                found.append((request, event))
        return found

    def cancel(self, request: Any) -> None:
        worker = next(worker for worker in self._workers if worker.request is request)
        worker.kill()
        self._renew(worker)

    def _renew(self, worker: _Worker) -> None:
        self._workers[self._workers.index(worker)] = self._start(worker.environment)

    def _replace(self, worker: _Worker) -> list[tuple[Any, Any]]:
        lost = worker.epitaph()
        worker.connection.close()
        if not worker.is_ready and worker.process.culprit not in self._culprits:
            self._culprits.append(worker.process.culprit)
        if len(self._culprits) >= FAILED_STARTS:
            raise SweepFailed(f"no worker can be started: {lost.reason}")
        self._renew(worker)
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
