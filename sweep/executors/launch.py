"""How the process of a worker comes to be: as a new interpreter. A fork server does it in a moment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Protocol


class WorkerProcess(Protocol):
    """A process that serves one end of a pipe (`sweep.executors.worker`) until the pipe is closed."""

    @property
    def culprit(self) -> object:
        """Once it has ended: what has failed, this process or one that many depend on. The same object means the same
        failure."""

    def kill(self) -> None:
        """End it now, without waiting for that; nothing where it has ended."""

    def wait(self, seconds: float | None = None) -> str | None:
        """How it has ended, as in "its worker ..."; None where it still runs after so many seconds."""


class Launcher(Protocol):
    """Starts the processes of workers. Raises OSError where that cannot be done."""

    def launch(self, connection: Connection, environment: Mapping[str, str], log: Path) -> WorkerProcess:
        """A process at the other end of `connection`, which writes to `log`, with these environment variables besides
        those of this process."""


class FreshInterpreters:
    """Each process imports all that it needs anew. Started by name, not through `multiprocessing`, which would run the
    caller's main script again."""

    def launch(self, connection: Connection, environment: Mapping[str, str], log: Path) -> WorkerProcess:
        with log.open("ab") as output:
            return _Interpreter(interpreter("sweep.executors.worker", connection, environment, output))


def interpreter(
    module: str, connection: Connection | socket.socket, environment: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """`python -m module FD`, FD being the connection's. What this process can import, it can import, too."""
    path = os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))
    return subprocess.Popen(
        [sys.executable, "-m", module, str(connection.fileno())],
        pass_fds=[connection.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**os.environ, **environment, "PYTHONPATH": path},
    )


class _Interpreter:
    def __init__(self, process: subprocess.Popen[Any]) -> None:
        self._process = process

    @property
    def culprit(self) -> object:
        return self

    def kill(self) -> None:
        self._process.kill()

    def wait(self, seconds: float | None = None) -> str | None:
        try:
            return ending(self._process.wait(seconds))
        except subprocess.TimeoutExpired:
            return None


def ending(code: int) -> str:
    """An exit code, or minus the number of a signal, in words."""
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:  # a real-time signal
        return f"was killed by signal {-code}"
