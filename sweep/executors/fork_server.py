"""Workers forked from one process that has imported all that they need, and has run none of it.

`python -m sweep.executors.fork_server FD` is that process. Importing TensorFlow takes seconds and hundreds of MB;
a fork takes milliseconds and shares the memory. It is safe because the server stays at importing: TensorFlow's threads
and devices come to be in the workers. Linux only, where processes have file descriptors (`pidfd_open(2)`): a number may
be another process's by the time that it is used.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import NoReturn, Self

from sweep.executors import worker
from sweep.executors.launch import WorkerProcess, ending, interpreter

FORK_SECONDS = 0.5
"""A server that has imported all forks a worker and tells of it in less."""

AVAILABLE = sys.platform == "linux" and hasattr(os, "pidfd_open")


class ForkServer:
    """A `Launcher`. `preload` is called in the server before the first fork, and may be slow: a `launch` does not wait
    for it. A server that has died is started anew by the next `launch`."""

    def __init__(self, preload: Callable[[], None], environment: Mapping[str, str]) -> None:
        self._preload, self._environment = preload, environment
        self._forked: dict[int, _Forked] = {}  # by the number of the request
        self._requests = 0
        self._start()

    def _start(self) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self._control, theirs = Pipe()
        with theirs:
            self._process = interpreter("sweep.executors.fork_server", theirs, self._environment, self._output)
        with contextlib.suppress(OSError):  # it died at once; a worker's pipe will tell
            self._control.send(self._preload)

    def launch(self, connection: Connection, environment: Mapping[str, str], log: Path) -> WorkerProcess:
        if self._process.poll() is not None:
            self._lose()
            self._start()
        self._requests += 1
        forked = self._forked[self._requests] = _Forked(self)
        with contextlib.suppress(OSError), log.open("ab") as output:
            self._control.send((self._requests, dict(environment)))
            for descriptor in (connection.fileno(), output.fileno()):
                send_handle(self._control, descriptor, self._process.pid)
        return forked

    def listen(self, seconds: float | None) -> bool:
        """Take what the server has to tell of its workers; False where nothing came in time, or never will."""
        try:
            if not self._control.poll(seconds):
                return False
            number, ended = self._control.recv()
            if ended is None:
                self._forked[number].descriptor = recv_handle(self._control)
            else:
                self._forked.pop(number).end(ended)
        except (EOFError, OSError):
            self._lose()
            return False
        return True

    def _lose(self) -> None:
        """The server is gone: how its workers end cannot be known any more."""
        if self._control.closed:
            return
        code = self._process.wait()
        self._output.seek(0)
        lines = self._output.read().decode(errors="replace").strip().splitlines()
        why = f"its fork server {ending(code)}{': ' + lines[-1][:200] if lines else ''}"
        for forked in self._forked.values():
            forked.lost = why
        self._forked.clear()
        self._control.close()
        self._output.close()

    def close(self) -> None:
        """End it, also while it imports. Workers end by themselves once their pipes are closed."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Forked:
    """A worker's process as the server's caller knows it: not yet forked (no `descriptor`), running, ended."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        self._ended: str | None = None
        self.descriptor: int | None = None
        self.lost: str | None = None
        """Why the server can tell nothing of it any more."""

    def end(self, how: str) -> None:
        self._ended = how
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def kill(self) -> None:
        while self.descriptor is None and self._is_known and self._server.listen(FORK_SECONDS):
            pass  # one that is not forked yet ends by itself, where its pipe is closed
        if self.descriptor is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def wait(self, seconds: float | None = None) -> str | None:
        while self._is_known and self._server.listen(seconds):
            pass
        if self.lost is None:
            return self._ended
        if not self._has_ended(seconds):
            return None
        self.end(self.lost)
        return self.lost

    @property
    def _is_known(self) -> bool:
        """Whether the server will tell how it ends."""
        return self._ended is None and self.lost is None

    def _has_ended(self, seconds: float | None) -> bool:
        """Without the server's help: the descriptor of a process that has ended can be read."""
        if self.descriptor is None:
            return True
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return bool(poll.poll(None if seconds is None else 1000 * seconds))


def serve(control: Connection) -> None:
    """Fork a worker for each request, tell of it, and of its end, until the pipe is closed."""
    control.recv()()
    gc.collect()
    gc.freeze()  # no collection touches, and so copies, the pages that the workers share
    running: dict[int, tuple[int, int]] = {}
    while True:
        for ready in wait([control, *running]):
            if not isinstance(ready, int):
                number, environment = control.recv()
                connection, log = recv_handle(control), recv_handle(control)
                pid = os.fork()
                if pid == 0:
                    control.close()
                    _become_worker(connection, log, environment)
                os.close(connection)
                os.close(log)
                descriptor = os.pidfd_open(pid)
                running[descriptor] = number, pid
                control.send((number, None))
                send_handle(control, descriptor, 0)
            else:
                number, pid = running.pop(ready)
                os.close(ready)
                _, status = os.waitpid(pid, 0)
                control.send((number, ending(os.waitstatus_to_exitcode(status))))


def _become_worker(connection: int, log: int, environment: Mapping[str, str]) -> NoReturn:
    code = 1
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.environ.update(environment)
        code = worker.work(Connection(connection))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # what the server has registered for its own exit is not to be done here


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the orchestrator decides what Ctrl-C means
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # it is done, or gone
        serve(Connection(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
